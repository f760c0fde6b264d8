import { readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { afterEach, describe, expect, test } from '@jest/globals';
import { createMetricsReader } from '../../../../shared/adapters/connect-rest/metrics-reader.ts';
import { mirrorMetrics } from '../../../../shared/adapters/connect-rest/mirror-metrics.ts';
import type { MetricsConnection } from '../../../../shared/config/connection/connect-connection.ts';
import { Secret } from '../../../../shared/config/connection/secret.ts';
import { type ConnectServer, startConnectServer } from './connect-server.ts';

const flow = { source: 'A', target: 'B' } as const;
const page = (name: string) => readFileSync(new URL(`recorded/metrics-${name}.txt`, import.meta.url), 'utf8');
const DEFAULT_RULES = page('default-rules');
const STRIMZI_RULES = page('strimzi-rules');
const SOURCE = 'A->B.MirrorSourceConnector';

describe('what a worker exports', () => {
  test('with the default rules of the JMX exporter: a real mirror behind a slow link', () => {
    const metrics = mirrorMetrics([DEFAULT_RULES], { flow }, 7);
    expect(metrics).toMatchObject({ at: 7, workers: [{ cpuSeconds: 6.49, processors: 2 }] });
    expect(metrics.connectors).toEqual([{ name: SOURCE, kind: 'source', failed: 0 }]);
    expect(metrics.tasks).toEqual([
      {
        task: 0,
        written: 17_872,
        writtenPerSecond: expect.closeTo(311.4, 1),
        commitFailureShare: 0,
        producer: {
          batchBytes: expect.closeTo(16_124.7, 1),
          requestBytes: expect.closeTo(31_818.2, 1),
          requestLatencyMs: expect.closeTo(93.8, 1),
          queueMs: expect.closeTo(12_784.2, 1),
          requestsPerSecond: expect.closeTo(5.08, 2),
          compression: 1,
        },
      },
    ]);
    expect(metrics.partitions).toEqual([
      { topic: 'A.orders', partition: 0, records: 9_078, recordAgeMs: 36_114 },
      { topic: 'A.orders', partition: 1, records: 8_989, recordAgeMs: 35_061 },
    ]);
  });

  test("with Strimzi's rules: what they leave out is unknown, not 0", () => {
    const metrics = mirrorMetrics([STRIMZI_RULES], { flow }, 0);
    expect(metrics.tasks.map(({ task, written, writtenPerSecond }) => [task, written, writtenPerSecond])).toEqual([
      [0, 200, null],
      [1, 200, null],
    ]);
    expect(metrics.tasks[0]?.producer.batchBytes).toBeNull();
    expect(metrics.partitions).toEqual([]);
    expect(metrics.workers).toEqual([{ cpuSeconds: null, processors: null }]);
    expect(metrics.connectors.map(({ kind }) => kind)).toEqual(['heartbeat', 'source']);
  });

  test('in lower case, and with the label that some rules make of the client', () => {
    const text = DEFAULT_RULES.replaceAll('MirrorSourceConnector_', 'mirrorsourceconnector_').replaceAll(
      'client_id=',
      'clientId=',
    );
    const metrics = mirrorMetrics([text], { flow }, 7);
    expect(metrics.tasks[0]?.producer.batchBytes).not.toBeNull();
    expect(metrics.partitions).toHaveLength(2);
  });

  test('tasks of several workers are together, and their failures add up', () => {
    const failed = DEFAULT_RULES.replace(/(failed_task_count\{.*Source.*\}) 0\.0/, '$1 1.0');
    const other = failed.replaceAll('task="0"', 'task="1"').replaceAll('Connector-0', 'Connector-1');
    const { tasks, connectors, workers } = mirrorMetrics([failed, other], { flow }, 0);
    expect(tasks.map(({ task }) => task)).toEqual([0, 1]);
    expect(connectors.find(({ kind }) => kind === 'source')?.failed).toBe(2);
    expect(workers).toHaveLength(2);
  });

  const dedicated = DEFAULT_RULES.replaceAll('A->B.Mirror', 'Mirror');

  test('in dedicated mode connectors have no flow in their names', () => {
    const { connectors, tasks } = mirrorMetrics([dedicated], { flow }, 0);
    expect(connectors.map(({ name }) => name)).toEqual(['MirrorSourceConnector']);
    expect(tasks[0]?.producer.batchBytes).toBeGreaterThan(16_000);
  });

  test('if one process in dedicated mode runs several flows, nothing says whose the values are', () => {
    const both = `${dedicated}\nkafka_connect_mirror_MirrorSourceConnector_record_count{partition="0",source="B",target="A",topic="B.t"} 5.0\n`;
    expect(() => mirrorMetrics([both], { flow }, 0)).toThrow('exports no MirrorSourceConnector of A->B');
  });

  test('a connector of another name is found by that name', () => {
    const named = DEFAULT_RULES.replaceAll(SOURCE, 'orders-mirror');
    expect(() => mirrorMetrics([named], { flow }, 0)).toThrow('exports no MirrorSourceConnector of A->B');
    expect(mirrorMetrics([named], { flow, connector: 'orders-mirror' }, 0).tasks).toHaveLength(1);
  });

  test('the opposite flow is another one', () => {
    expect(() => mirrorMetrics([DEFAULT_RULES], { flow: { source: 'B', target: 'A' } }, 0)).toThrow(
      'exports no MirrorSourceConnector of B->A',
    );
  });

  test('a metric that nothing was measured of yet is unknown', () => {
    const text = DEFAULT_RULES.replace(/(batch_size_avg\{client_id.*producer-A->B.*\}) \S+/g, '$1 NaN');
    expect(mirrorMetrics([text], { flow }, 0).tasks[0]?.producer.batchBytes).toBeNull();
  });
});

describe('reading exporters', () => {
  const servers: ConnectServer[] = [];
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });
  const serve = async (answer: RequestListener) => {
    const server = await startConnectServer(answer);
    servers.push(server);
    return server;
  };
  const sends =
    (text: string, status = 200): RequestListener =>
    (_, response) =>
      void response.writeHead(status, { 'content-type': 'text/plain' }).end(text);
  const ask = (connection: MetricsConnection, deadlineMs = 10_000) =>
    createMetricsReader(connection, { deadlineMs }).metricsOf(flow);

  test('asks for the text format, with the login', async () => {
    const server = await serve(sends(DEFAULT_RULES));
    const login = { username: 'u', password: new Secret('hunter2') };
    expect(await ask({ urls: [`${server.url}/metrics`], login })).toMatchObject({ kind: 'read' });
    expect(server.requests).toEqual([`GET /metrics Basic ${Buffer.from('u:hunter2').toString('base64')}`]);
  });

  test.each<[string, RequestListener, string, string]>([
    [
      'a page that is not metrics',
      sends('<html>hunter2</html>'),
      'METRICS_INVALID',
      "is not Prometheus's text format in line 1",
    ],
    ['another program', sends('up 1\n'), 'METRICS_WITHOUT_FLOW', 'exports no MirrorSourceConnector of A->B'],
    ['a refusal', sends('', 401), 'CONNECT_REFUSED', 'refused the login (status 401)'],
    ['a redirect', sends('', 302), 'CONNECT_MOVED', 'redirects to another address'],
  ])('%s is not read, with the reason', async (_, answer, error, message) => {
    const { url } = await serve(answer);
    const outcome = await ask({ urls: [url] });
    expect(outcome).toMatchObject({ kind: 'unread', unread: { what: 'metrics of A->B', cluster: 'B', error } });
    const said = outcome.kind === 'unread' ? outcome.unread.message : '';
    expect(said).toContain(`the exporter at ${url} `);
    expect(said).toContain(message);
    expect(said).not.toContain('hunter2');
  });

  test('of several workers one that does not answer leaves all unknown', async () => {
    const [one, other] = [await serve(sends(DEFAULT_RULES)), await serve(() => undefined)];
    const outcome = await ask({ urls: [one.url, other.url] }, 300);
    expect(outcome).toMatchObject({
      kind: 'unread',
      unread: { error: 'REQUEST_TIMED_OUT', message: `one of 2 exporters, ${other.url}, did not answer in time` },
    });
  });
});
