import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { writeNewFile } from '../../../../cli/verbs/reconcile/new-file.ts';
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

test('a file that could not be filled leaves nothing behind', async () => {
  const failing = writeNewFile(plan, async (file) => {
    await file.writeFile('half');
    throw new Error('the source died');
  });
  await expect(failing).rejects.toThrow('the source died');
  expect(readdirSync(folder)).toEqual([]);
});

test('a file that was made in the meantime is not replaced', async () => {
  const late = writeNewFile(plan, async (file) => {
    await file.writeFile('mine');
    writeFileSync(plan, 'theirs');
  });
  await expect(late).rejects.toThrow('exists already');
  expect(readFileSync(plan, 'utf8')).toBe('theirs');
  expect(readdirSync(folder)).toEqual(['replay.json']);
});
