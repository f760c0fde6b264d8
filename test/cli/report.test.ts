import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { writeRecordedHistory } from './recorded-history.ts';
import { tidemark } from './tidemark.ts';

let folder: string;
let moments: number;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-report-'));
  moments = await writeRecordedHistory(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (...args: string[]) =>
  tidemark(['report', ...args], { cwd: folder, environment: { TIDEMARK_HISTORY: join(folder, 'history.db') } });

interface Printed {
  readonly flows: readonly {
    readonly flow: string;
    readonly rpo: { readonly records: string; readonly brokenSeconds: number; readonly unknownSeconds: number };
    readonly losses: readonly { readonly records: string | null }[];
    readonly groups: readonly object[];
    readonly audits: { readonly recorded: number; readonly read: number };
  }[];
}

test('a period of the history as JSON: losses as the audits found them, and the time before them as unknown', async () => {
  const { code, stdout } = await run('--format', 'json');
  expect(code).toBe(0);
  const [flow, second] = (JSON.parse(stdout) as Printed).flows;
  expect([flow?.flow, second, flow?.rpo.records]).toEqual(['A->B', undefined, '0']);
  expect(flow?.audits.read).toBe(flow?.audits.recorded);
  expect(flow?.losses.some(({ records }) => records !== null && records !== '0')).toBe(true);
  expect(flow?.rpo.brokenSeconds).toBeGreaterThan(0);
  // The period is a day, and the audits are of its end.
  expect(flow?.rpo.unknownSeconds).toBeGreaterThan(86_400 - 700 * (moments + 1));
  expect(flow?.groups).not.toEqual([]);
});

test('as one HTML file, which it does not overwrite', async () => {
  const file = join(folder, 'report.html');
  const first = await run('--output', file);
  expect({ code: first.code, stdout: first.stdout }).toEqual({ code: 0, stdout: '' });
  expect(readFileSync(file, 'utf8')).toMatch(/^<!doctype html>.*A-&gt;B.*Records at risk \(RPO\).*<\/html>\n$/s);
  const again = await run('--output', file);
  expect(again).toMatchObject({ code: 2, stdout: '' });
  expect(again.stderr).toContain('exists already');
});

test('--states reads fewer, and says so', async () => {
  const { stdout } = await run('--format', 'json', '--states', '2');
  const [flow] = (JSON.parse(stdout) as Printed).flows;
  expect(flow?.audits.read).toBe(2);
  expect(flow?.audits.recorded).toBeGreaterThan(2);
  expect((await run('--states', '2')).stdout).toContain('Only 2 of them were read');
});

test.each([
  [['--from', '1h', '--to', '2h'], 2, '--from is not before --to'],
  [['--from', 'yesterday'], 2, 'with its zone'],
  [['--states', '1'], 2, 'from 2 on'],
  [['--from', '30d', '--to', '29d'], 3, 'tidemark.js snapshots list'],
])('%j: exit %i', async (args, expected, message) => {
  const { code, stdout, stderr } = await run(...args, '--output', join(folder, 'never.html'));
  expect({ code, stdout }).toEqual({ code: expected, stdout: '' });
  expect(stderr).toContain(message);
  expect(existsSync(join(folder, 'never.html'))).toBe(false);
});
