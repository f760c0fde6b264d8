import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { holdPlan } from '../../../../cli/verbs/reconcile/replay-lock.ts';

let folder: string;
let plan: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-reconcile-'));
  plan = join(folder, 'replay.json');
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a second process cannot carry the same plan out; after the first one it can', async () => {
  const release = await holdPlan(plan);
  await expect(holdPlan(plan)).rejects.toThrow('the plan is being carried out by');
  await release();
  expect(existsSync(`${plan}.lock`)).toBe(false);
  await (await holdPlan(plan))();
});

test('a process of this machine that has died holds nothing', async () => {
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  writeFileSync(`${plan}.lock`, `${hostname()} ${pid}\n`);
  await (await holdPlan(plan))();
});

test('of a process on another machine it is not known whether it has died', async () => {
  writeFileSync(`${plan}.lock`, 'elsewhere 1\n');
  await expect(holdPlan(plan)).rejects.toThrow('the plan is being carried out by elsewhere 1');
});
