import { spawnSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { COMPILE_CACHE } from '../../compile-cache.ts';

function explore(...args: string[]) {
  const env = { ...process.env, ...COMPILE_CACHE, NODE_OPTIONS: '' };
  const { status, stdout, stderr } = spawnSync(process.execPath, ['lab/explore/main.ts', ...args], {
    encoding: 'utf8',
    env,
  });
  return { status, stdout, stderr };
}

test('a search in processes of its own draws more than it replays, and ends with one line', () => {
  const { status, stdout, stderr } = explore('--minutes', '0.02', '--only', 'translation', '--workers', '2');
  const [, runs = '0'] = /^EXPLORE properties=1 runs=(\d+) found=0 minutes=\d+\.\d\n$/.exec(stdout) ?? [];
  expect(Number(runs)).toBeGreaterThan(20);
  expect([status, stderr]).toEqual([0, expect.stringContaining('searching 1 properties')]);
});

test('one value again; wrong input; help', () => {
  const again = explore('--only', 'columns', '--seed', '5', '--path', '3');
  expect([again.status, again.stdout]).toEqual([0, 'EXPLORE properties=1 runs=1 found=0 minutes=0.0\n']);
  expect(explore('--only', 'colums')).toEqual({
    status: 2,
    stdout: '',
    stderr: '--only: there is no property "colums"; did you mean columns?\n',
  });
  const help = explore('--help');
  expect([help.status, help.stdout]).toEqual([0, expect.stringContaining('translation, standing-elsewhere')]);
});
