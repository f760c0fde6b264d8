import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { openHistoryDatabase } from '../../shared/adapters/sqlite/open-database.ts';
import { createSqliteAcknowledgementStore } from '../../shared/adapters/sqlite/sqlite-acknowledgement-store.ts';
import { tidemark } from './tidemark.ts';

const GOOD = 'clusters=A,B\nA.bootstrap.servers=127.0.0.1:1\nB.bootstrap.servers=127.0.0.1:1\nA->B.enabled=true\n';
const schema = z.fromJSONSchema(
  JSON.parse(readFileSync(new URL('../../docs/schema/acknowledgements-1.json', import.meta.url), 'utf8')) as Parameters<
    typeof z.fromJSONSchema
  >[0],
);
const printed = z.object({ acknowledgements: z.array(z.object({ id: z.string(), state: z.string() }).loose()) });

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-acknowledge-'));
  writeFileSync(join(folder, 'good.properties'), GOOD);
  writeFileSync(join(folder, 'two.properties'), `${GOOD}B->A.enabled=true\n`);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (history: string, ...args: string[]) =>
  tidemark(['acknowledge', '--mm2', 'good.properties', ...args], {
    cwd: folder,
    environment: { TIDEMARK_HISTORY: history === 'off' ? 'off' : join(folder, history) },
  });
const json = async (...args: string[]) => {
  const { code, stdout, stderr } = await run('history.db', ...args, '--format', 'json');
  expect(code).toBe(0);
  // These tests audit nothing, so that the history of each has acknowledgements only.
  const warning = 'warning: no audit of A->B is in this history; use the --history of your audits\n';
  expect(stderr).toBe(args.includes('--reason') ? warning : '');
  const document: unknown = JSON.parse(stdout);
  expect(schema.safeParse(document).error).toBeUndefined();
  return printed.parse(document).acknowledgements;
};

describe('wrong input', () => {
  const REASON = ['--reason', 'r'];
  test.each([
    [['MIRROR_STOPED', ...REASON], 'there is no finding "MIRROR_STOPED"', 'did you mean MIRROR_STOPPED?'],
    [['MIRROR_STOPPED'], '--reason is missing', 'others have to understand it'],
    [['MIRROR_STOPPED', '--reason', ' \t'], '--reason is empty', 'write a text'],
    [['MIRROR_STOPPED', '--reason', 'x'.repeat(1_001)], '--reason has 1001 characters', 'name a ticket'],
    [['MIRROR_STOPPED', ...REASON, '--by', ''], '--by is empty', 'write a text'],
    [['FOREIGN_WRITES', ...REASON], 'FOREIGN_WRITES is about a topic', '--topic TOPIC'],
    [['GROUP_REREADS_MUCH', ...REASON, '--topic', 't'], 'is about a group', '--group GROUP'],
    [['CLUSTER_UNREACHABLE', ...REASON], 'is about a cluster', '--cluster CLUSTER'],
    [['CLUSTER_UNREACHABLE', ...REASON, '--cluster', 'C'], 'there is no cluster of this flow "C"', 'A'],
    [['MIRROR_STOPPED', ...REASON, '--topic', 't'], '--topic has no meaning', 'leave --topic out'],
    [['FOREIGN_WRITES', ...REASON, '--topic', 't', '--group', 'g'], '--group has no meaning', 'leave --group out'],
    [['FOREIGN_WRITES', ...REASON, '--topic', 't', '--partition', 'x'], "'x' is invalid", 'whole number'],
    [['MIRROR_STOPPED', ...REASON, '--until', 'soon'], "'soon' is invalid", 'how long from now'],
    [['MIRROR_STOPPED', ...REASON, '--until', '2020-01-01T00:00:00Z'], 'is invalid', 'in the past'],
    [['MIRROR_STOPPED', ...REASON, '--until', '2026-11-20T10:00:00'], 'is invalid', 'with its zone'],
    [['MIRROR_STOPPED', ...REASON, '--flow', 'A->C'], 'there is no flow "A->C"', 'A->B'],
    [['MIRROR_STOPPED', ...REASON, '--mm2', 'two.properties'], 'there are several flows', "--flow 'A->B'"],
    [['MIRROR_STOPPED', ...REASON, '--history', 'off'], 'the history is off', '--history FILE'],
    [['--list', '--history', 'off'], 'the history is off', '--history FILE'],
    [[], 'no finding is named', '--list'],
    [['MIRROR_STOPPED', '--list'], 'take no finding', 'leave MIRROR_STOPPED out'],
    [['--list', '--withdraw', 'x'], 'cannot be used with', '--help'],
    [
      ['--withdraw', 'aaaaaaaaaaaa'],
      'there is no acknowledgement "aaaaaaaaaaaa"',
      'there is no acknowledgement at all',
    ],
  ])('%j: exit 2, one message with a remedy', async (args, message, remedy) => {
    const { code, stdout, stderr } = await run('empty.db', ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).toContain(remedy);
  });
});

test('a finding is acknowledged, listed, withdrawn, and can be acknowledged again', async () => {
  const of = ['FOREIGN_WRITES', '--topic', 'orders', '--reason', 'the loader, OPS-12', '--by', 'alice'];
  const [first] = await json(...of);
  expect(first).toMatchObject({ flow: 'A->B', code: 'FOREIGN_WRITES', subject: { topic: 'A.orders' }, by: 'alice' });
  const id = first?.id ?? '';
  expect(await json(...of)).toEqual([first]);
  expect((await run('history.db', ...of)).stdout).toContain('It was acknowledged before; nothing changed.\n');
  const [timed] = await json('MIRROR_STOPPED', '--reason', 'upgrade', '--by', 'bob', '--until', '2h');
  expect(await json('--list')).toEqual([first, timed]);
  const withdrawn = await run('history.db', '--withdraw', id, '--by', 'bob');
  expect(withdrawn).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('Withdrawn: the finding counts again.\n'),
  });
  expect(await json('--list')).toMatchObject([
    { id, state: 'withdrawn', ended: { kind: 'withdrawn', by: 'bob' } },
    timed,
  ]);
  expect((await run('history.db', '--withdraw', id)).stdout).toContain('It had ended before.\n');
  const slip = await run('history.db', '--withdraw', `${id.slice(0, -1)}x`);
  expect(slip).toMatchObject({ code: 2, stderr: expect.stringContaining(`did you mean ${id}?`) });
  const [again] = await json(...of);
  expect(again?.id).not.toBe(id);
  expect((await json('--list')).map(({ state }) => state).toSorted()).toEqual(['in-effect', 'in-effect', 'withdrawn']);
});

test('the list says of each what it is about, who says why, and how it ended', async () => {
  const store = createSqliteAcknowledgementStore(openHistoryDatabase(join(folder, 'listed.db')));
  const at = Date.now() - 3_600_000;
  const iso = (ms: number) => new Date(ms).toISOString();
  const one = { flow: 'A->B', reason: 'because', by: 'alice', at, until: null, ending: null };
  await store.add({ ...one, id: 'aaaaaaaaaaaa', code: 'MIRROR_STALLED', subject: { topic: 't', partition: 3 } });
  await store.add({
    ...one,
    id: 'bbbbbbbbbbbb',
    code: 'GROUP_REREADS_MUCH',
    subject: { group: 'g', partition: 0 },
    until: at + 1,
  });
  await store.add({ ...one, id: 'cccccccccccc', code: 'CLUSTER_UNREACHABLE', subject: { cluster: 'A' } });
  await store.end('A->B', 'cccccccccccc', { kind: 'closed', at: at + 60_000 });
  await store.close();
  const { code, stdout } = await run('listed.db', '--list');
  expect(code).toBe(0);
  expect(stdout.split('\n')).toEqual([
    'aaaaaaaaaaaa  A->B  MIRROR_STALLED  t-3',
    `    alice, ${iso(at)}: because`,
    '    counts until an audit no longer finds it',
    'bbbbbbbbbbbb  A->B  GROUP_REREADS_MUCH  g partition 0',
    `    alice, ${iso(at)}: because`,
    `    ended: its time was over at ${iso(at + 1)}`,
    'cccccccccccc  A->B  CLUSTER_UNREACHABLE  A',
    `    alice, ${iso(at)}: because`,
    `    ended: the audit of ${iso(at + 60_000)} no longer found it`,
    '',
  ]);
});

test('without any, the list says so', async () => {
  expect(await run('nothing.db', '--list')).toMatchObject({ code: 0, stdout: 'Nothing is acknowledged.\n' });
});
