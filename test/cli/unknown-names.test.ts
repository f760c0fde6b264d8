import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { writeRecordedHistory } from './recorded-history.ts';
import { tidemark } from './tidemark.ts';

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-names-'));
  await writeRecordedHistory(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (args: readonly string[]) =>
  tidemark(args, { cwd: folder, environment: { TIDEMARK_HISTORY: join(folder, 'history.db') } });

const PLAN = ['restore', 'plan', '--as-of', 'now', '--onto', 'source'];
const NOTE = ['--reason', 'known'];
test.each([
  [['audit', '--as-of', 'now', '--group', 'g-edn'], '"g-edn"', 'did you mean g-end?'],
  [['audit', '--as-of', 'now', '--topic', 'T'], '"T"', 'did you mean t?'],
  [['snapshots', 'show', '--group', 'g-edn'], '"g-edn"', 'did you mean g-end?'],
  [['snapshots', 'show', '--topic', 'heartbaets'], '"heartbaets"', 'did you mean heartbeats?'],
  [[...PLAN, '--group', 'g-edn'], '"g-edn" in the history as of', 'did you mean g-end?'],
  [[...PLAN, '--group', '*', '--exclude', 'g-edn'], '"g-edn" in the history as of', 'did you mean g-end?'],
  [[...PLAN, '--group', '*', '--topic', 'T'], '"T" in the history as of', 'did you mean t?'],
  [['acknowledge', 'GROUP_REREADS_MUCH', ...NOTE, '--group', 'g-edn'], '"g-edn"', 'did you mean g-end?'],
  [['acknowledge', 'FOREIGN_WRITES', ...NOTE, '--topic', 'heartbaets'], '"heartbaets"', 'did you mean heartbeats?'],
  [
    ['acknowledge', 'MIRROR_STALLED', ...NOTE, '--topic', 'A.heartbaets'],
    '"A.heartbaets"',
    'did you mean A.heartbeats?',
  ],
])('%j: exit 2, with the name that was meant, and no answer', async (args, message, remedy) => {
  const { code, stdout, stderr } = await run(args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(message);
  expect(stderr).toContain(remedy);
});

test.each([
  [['audit', '--as-of', 'now', '--group', 'g-*'], 1],
  [['snapshots', 'show', '--group', 'g-*', '--topic', 'heartbeats'], 0],
  // Its clusters do not answer.
  [[...PLAN, '--group', 'g-end', '--exclude', 'g-end'], 4],
  [['acknowledge', 'GROUP_REREADS_MUCH', ...NOTE, '--group', 'g-end'], 0],
  [['acknowledge', 'FOREIGN_WRITES', ...NOTE, '--topic', 'heartbeats'], 0],
])('%j: the name is there', async (args, code) => {
  expect(await run(args)).toMatchObject({ code, stderr: '' });
});
