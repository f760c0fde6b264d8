import { mkdtempSync, rmSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { Certificates } from '../../../../lab/certificates.ts';
import { createConnectorReader } from '../../../../shared/adapters/connect-rest/connector-reader.ts';
import type { ConnectConnection } from '../../../../shared/config/connection/connect-connection.ts';
import { Secret } from '../../../../shared/config/connection/secret.ts';
import type { MirrorConnector } from '../../../../shared/domain/model/mirror-connector.ts';
import type { Outcome } from '../../../../shared/domain/model/outcome.ts';
import { type ConnectServer, json, recorded, startConnectServer } from './connect-server.ts';

const FLOW = { source: 'A', target: 'B' } as const;
const LOGIN = { username: 'auditor', password: new Secret('hunter2-of-connect') };
const ALL_RUN = recorded('connectors-expand') as Record<string, { status: unknown }>;
const WORKER = '127.0.0.1:8083';

const servers: ConnectServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function serve(answer: RequestListener, tls?: { cert: string; key: string }): Promise<ConnectServer> {
  const server = await startConnectServer(answer, tls);
  servers.push(server);
  return server;
}

function ask(connection: ConnectConnection, deadlineMs = 10_000): Promise<Outcome<readonly MirrorConnector[]>> {
  return createConnectorReader(connection, { deadlineMs }).connectorsOf(FLOW);
}

/** What is not read: its code, whether it may pass, and the message without the URL. */
async function refusalOf(connection: ConnectConnection, deadlineMs?: number): Promise<unknown[]> {
  const outcome = await ask(connection, deadlineMs);
  if (outcome.kind === 'read') return ['read'];
  const { what, cluster, error, message, retriable } = outcome.unread;
  expect([what, cluster]).toEqual(['connectors of A->B', 'B']);
  expect(message).not.toContain('hunter2');
  return [error, retriable, message.replace(connection.url, 'URL')];
}

describe('the recorded answers of Connect', () => {
  test('one request with the login, and only states are kept', async () => {
    const server = await serve(json(ALL_RUN));
    const outcome = await ask({ url: `${server.url}/gateway`, login: LOGIN });
    const task = (id: number) => ({ id, state: 'RUNNING', worker: WORKER, cause: null });
    const running = { state: 'RUNNING', worker: WORKER, cause: null };
    expect(outcome).toEqual({
      kind: 'read',
      value: [
        { name: 'A->B.MirrorCheckpointConnector', kind: 'checkpoint', ...running, tasks: [task(0)] },
        { name: 'A->B.MirrorSourceConnector', kind: 'source', ...running, tasks: [task(0), task(1)] },
      ],
    });
    const basic = Buffer.from('auditor:hunter2-of-connect').toString('base64');
    expect(server.requests).toEqual([`GET /gateway/connectors?expand=status&expand=info Basic ${basic}`]);
    expect(inspect(outcome, { depth: 9 })).not.toMatch(/in the clear|hunter2/);
  });

  test.each([
    [
      'status-task-failed',
      ['RUNNING', null],
      [
        [
          'FAILED',
          'org.apache.kafka.common.errors.RecordTooLargeException: The message is 2089 bytes when serialized which is larger than 500, which is the value of the max.request.size configuration.',
        ],
        ['RUNNING', null],
      ],
    ],
    ['status-stopped', ['STOPPED', null], []],
  ] as const)('%s', async (name, connector, tasks) => {
    const source = ALL_RUN['A->B.MirrorSourceConnector'];
    const server = await serve(
      json({ ...ALL_RUN, 'A->B.MirrorSourceConnector': { ...source, status: recorded(name) } }),
    );
    const outcome = await ask({ url: server.url });
    const found = outcome.kind === 'read' ? outcome.value.find(({ kind }) => kind === 'source') : undefined;
    expect([found?.state, found?.cause]).toEqual(connector);
    expect(found?.tasks.map(({ state, cause }) => [state, cause])).toEqual(tasks);
  });
});

describe('a Connect that cannot be read is never one without failed tasks', () => {
  test.each<[string, RequestListener, readonly unknown[]]>([
    [
      'refuses the login',
      json({ message: 'hunter2' }, 401),
      ['CONNECT_REFUSED', true, expect.stringContaining('(status 401)')],
    ],
    ['refuses the user', json({}, 403), ['CONNECT_REFUSED', true, expect.stringContaining('(status 403)')]],
    ['has another path', json({}, 404), ['CONNECT_FAILED', false, 'Kafka Connect at URL answered with status 404']],
    ['rebalances', json({}, 409), ['CONNECT_FAILED', true, 'Kafka Connect at URL answered with status 409']],
    ['has too much to do', json({}, 429), ['CONNECT_FAILED', true, expect.any(String)]],
    ['has a fault', json({}, 500), ['CONNECT_FAILED', true, expect.any(String)]],
    ['has nothing to say', json({}, 204), ['CONNECT_FAILED', false, expect.any(String)]],
    [
      'is a web page',
      (_, to) => to.end('<html>hunter2'),
      ['CONNECT_ANSWER_INVALID', true, expect.stringContaining('is not JSON')],
    ],
    ['lists names only', json(['hunter2']), ['CONNECT_ANSWER_INVALID', true, expect.stringContaining('no map')]],
    [
      'has no connectors',
      json({}),
      ['CONNECTOR_NOT_FOUND', false, 'Kafka Connect at URL has no MirrorSourceConnector of A->B'],
    ],
    [
      'ends in the middle',
      (_, to) => to.writeHead(200, { 'content-length': '9' }).end('{', () => to.destroy()),
      ['CONNECT_UNREACHABLE', true, expect.any(String)],
    ],
    [
      'never ends',
      (_, to) => flood(to),
      ['CONNECT_ANSWER_INVALID', true, expect.stringContaining('has more than 16777216 bytes')],
    ],
  ])('it %s', async (_, answer, expected) => {
    const server = await serve(answer);
    expect(await refusalOf({ url: server.url, login: LOGIN })).toEqual(expected);
  });

  test('it redirects: no login goes elsewhere', async () => {
    const elsewhere = await serve(json(ALL_RUN));
    const server = await serve((_, to) => to.writeHead(302, { location: `${elsewhere.url}/connectors` }).end());
    expect(await refusalOf({ url: server.url, login: LOGIN })).toEqual([
      'CONNECT_MOVED',
      false,
      expect.not.stringContaining(elsewhere.url),
    ]);
    expect(elsewhere.requests).toEqual([]);
  });

  test.each<[string, RequestListener]>([
    ['says nothing', () => {}],
    ['stops in the middle', (_, to) => to.writeHead(200).write('{')],
  ])('it %s until the audit ends', async (_, answer) => {
    const server = await serve(answer);
    expect(await refusalOf({ url: server.url }, 200)).toEqual([
      'REQUEST_TIMED_OUT',
      true,
      'Kafka Connect at URL did not answer in time',
    ]);
  });

  test('nobody listens', async () => {
    const server = await startConnectServer(json({}));
    await server.close();
    expect(await refusalOf({ url: server.url })).toEqual([
      'CONNECT_UNREACHABLE',
      true,
      'Kafka Connect at URL gave no answer (ECONNREFUSED)',
    ]);
  });

  test('the audit is stopped', async () => {
    const server = await serve(() => {});
    const options = { deadlineMs: 10_000, signal: AbortSignal.timeout(50) };
    const outcome = await createConnectorReader({ url: server.url }, options).connectorsOf(FLOW);
    expect(outcome).toMatchObject({ kind: 'unread', unread: { error: 'REQUEST_TIMED_OUT' } });
  });
});

describe('over TLS', () => {
  let folder: string;
  let certificates: Certificates;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tidemark-connect-'));
    certificates = new Certificates(folder);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('the given authorities are trusted, and no others', async () => {
    const server = await serve(json(ALL_RUN), certificates.forServer(['IP:127.0.0.1']));
    const { ca } = certificates;
    expect((await ask({ url: server.url, tls: { ca, verifyHostname: true } })).kind).toBe('read');
    expect(await refusalOf({ url: server.url })).toEqual([
      'CONNECT_UNREACHABLE',
      true,
      expect.stringMatching(/\([A-Z_]*CERT[A-Z_]*|\(UNABLE_TO[A-Z_]+\)/),
    ]);
    expect(server.requests).toHaveLength(1);
  });

  test('the name in the certificate is checked, unless that is switched off', async () => {
    const server = await serve(json(ALL_RUN), certificates.forServer(['DNS:connect.example']));
    const { ca } = certificates;
    expect(await refusalOf({ url: server.url, tls: { ca, verifyHostname: true } })).toEqual([
      'CONNECT_UNREACHABLE',
      true,
      expect.stringContaining('ERR_TLS_CERT_ALTNAME_INVALID'),
    ]);
    expect((await ask({ url: server.url, tls: { ca, verifyHostname: false } })).kind).toBe('read');
  });

  test('a key that is none is an unread part, and is not quoted', async () => {
    const server = await serve(json(ALL_RUN), certificates.forServer(['IP:127.0.0.1']));
    const tls = { cert: 'hunter2', key: new Secret('hunter2'), verifyHostname: true };
    expect(await refusalOf({ url: server.url, tls })).toEqual(['CONNECT_UNREACHABLE', true, expect.any(String)]);
  });
});

/** Writes spaces as fast as they are taken. */
function flood(to: Parameters<RequestListener>[1]): void {
  const spaces = Buffer.alloc(1024 * 1024, ' ');
  const more = () => {
    while (!to.destroyed && to.write(spaces));
  };
  to.on('drain', more).on('error', () => {});
  more();
}
