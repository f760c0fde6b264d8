import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openHistoryDatabase } from '../../shared/adapters/sqlite/open-database.ts';
import { createSqlitePlanStore } from '../../shared/adapters/sqlite/sqlite-plan-store.ts';
import { planOf, storePlan } from '../shared/restore/restore-world.ts';
import { tidemark } from './tidemark.ts';

let folder: string;
let hash: string;
const now = Date.now();
const GOOD = 'clusters=A,B\nA.bootstrap.servers=127.0.0.1:1\nB.bootstrap.servers=127.0.0.1:1\nA->B.enabled=true\n';
const PLAN = ['plan', '--mm2', 'good.properties', '--onto', 'source', '--group', 'g'];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-restore-cli-'));
  writeFileSync(join(folder, 'good.properties'), GOOD);
  writeFileSync(join(folder, 'two.properties'), `${GOOD}B->A.enabled=true\n`);
  writeFileSync(join(folder, 'other.properties'), GOOD.replaceAll('A', 'C'));
  const plans = createSqlitePlanStore(openHistoryDatabase(join(folder, 'history.db')));
  hash = await storePlan(plans, planOf({ id: '20261121T100000Z-aaaaaaaa', madeAt: now }));
  await storePlan(plans, planOf({ id: '20261121T090000Z-bbbbbbbb', madeAt: now - 7_200_000 }));
  const keepUntil = now + 3_600_000;
  await plans.add({ plan: '20261121T080000Z-cccccccc', name: 'plan', bytes: Buffer.from('no plan'), keepUntil });
  await plans.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (args: readonly string[]) =>
  tidemark(['restore', ...args], { cwd: folder, environment: { TIDEMARK_HISTORY: join(folder, 'history.db') } });

test.each([
  [['plna'], "unknown command 'plna'", '--help'],
  [['plan', '--onto', 'source', '--group', 'g'], "required option '--as-of", '--help'],
  [[...PLAN, '--as-of', '2026-11-20T10:00:00'], 'is invalid', 'with its zone'],
  [[...PLAN, '--as-of', '2126-11-20T10:00:00Z'], 'is invalid', 'in the future'],
  [[...PLAN, '--as-of', '1h', '--onto', 'both'], "'both' is invalid", 'source, target'],
  [[...PLAN, '--as-of', '1h', '--min-proof', 'none'], "'none' is invalid", 'bounded'],
  [[...PLAN, '--as-of', '1h', '--max-age', '-1'], 'is invalid', 'whole number of seconds'],
  [[...PLAN, '--as-of', '1h', '--history', 'off'], 'a restore needs the history', '--history FILE'],
  [[...PLAN, '--as-of', '1h', '--mm2', 'two.properties'], 'there are several flows', "--flow 'A->B'"],
  [[...PLAN, '--as-of', '1h', '--flow', 'A->C'], 'there is no flow "A->C"', 'A->B'],
  [['apply', 'x', '--mm2', 'good.properties'], "required option '--hash", '--help'],
  [
    ['apply', 'nope', '--hash', 'x', '--mm2', 'good.properties'],
    'there is no plan "nope"',
    '20261121T100000Z-aaaaaaaa',
  ],
  [['undo', '20261121', '--mm2', 'good.properties'], '"20261121" is the beginning of 3 plans', '-bbbbbbbb, 2026'],
  [['undo', 'aaa', '--mm2', 'good.properties'], 'there is no plan "aaa"', 'known: 20261121T100000Z-aaaaaaaa'],
  [['undo', '20261121T100000Z-aaaaaaab', '--mm2', 'good.properties'], 'there is no plan', 'did you mean'],
  [['apply', '20261121T100000Z-aaaaaaaa', '--hash', 'x', '--mm2', 'other.properties'], 'has no cluster A', 'made with'],
])('%j: exit 2, one message with a remedy', async (args, message, remedy) => {
  const { code, stdout, stderr } = await run(args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(message);
  expect(stderr).toContain(remedy);
});

test('another hash, and a plan that was altered: exit 4, and nothing is asked of any cluster', async () => {
  const other = await run(['apply', '20261121T100000Z-aaaaaaaa', '--hash', 'ab', '--mm2', 'good.properties']);
  expect(other).toMatchObject({ code: 4, stdout: expect.stringContaining('PLAN_ALTERED') });
  expect(other.stdout).toContain('nothing was written');
  const damaged = await run(['undo', '20261121T080000Z-cccccccc', '--mm2', 'good.properties']);
  expect(damaged).toMatchObject({ code: 4, stdout: expect.stringContaining('PLAN_ALTERED') });
});

test('a history that has nothing of that time: exit 4', async () => {
  const { code, stdout } = await run([...PLAN, '--as-of', '1h']);
  expect({ code, stdout }).toEqual({ code: 4, stdout: expect.stringContaining('HISTORY_EMPTY') });
});

test.each(['20261121T10', 'aaaa'])('%s means the only plan that begins so', async (written) => {
  const { code, stdout } = await run(['show', written, '--mm2', 'good.properties']);
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining(hash) });
});

test('a cluster that does not answer: exit 3', async () => {
  const { code, stderr } = await run(['apply', 'aaaaaa', '--hash', hash, '--mm2', 'good.properties']);
  expect(code).toBe(3);
  expect(stderr).toContain('cluster A');
});

test('show: a plan with its hash, the newest plans with their states, and what is damaged', async () => {
  const one = await run(['show', '20261121T100000Z-aaaaaaaa', '--mm2', 'good.properties']);
  expect(one).toMatchObject({ code: 0, stdout: expect.stringContaining(hash) });
  expect(one.stdout).toMatch(/3 groups, 6 partitions: 4 go back by 2,430 records, 1 had no position, 1 stay\./);
  const all = await run(['show', '--mm2', 'good.properties']);
  expect(all.stdout.split('\n').map((line) => line.slice(0, 17).trim())).toEqual([
    'aaaaaa  planned',
    'bbbbbb  expired',
    'cccccc  damaged',
    '',
  ]);
});
