import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { tidemarkCommands } from '../../lab/tidemark-commands.ts';
import { tidemark } from '../cli/tidemark.ts';
import { COMPILE_CACHE } from '../compile-cache.ts';

const ROOT = join(import.meta.dirname, '../..');
const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
/** Scripts that start clusters, or take minutes. */
const LONG = /^(lab|local|cost|truth|explore|mutation|drill:.*|bench:.*)$/;
const names = Object.keys(scripts).filter((name) => LONG.test(name));
/** A script that starts its work instead is ended then. */
const DEADLINE_MS = 60_000;

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The script of a name with arguments, in a process of its own. */
function script(name: string, ...args: string[]): Promise<Ended> {
  const [, file = ''] = (scripts[name] ?? '').split(' ');
  return new Promise((resolve, reject) => {
    const env = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...COMPILE_CACHE };
    const child = spawn(process.execPath, [join(ROOT, file), ...args], { cwd: ROOT, env, timeout: DEADLINE_MS });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (text) => (stdout += String(text)));
    child.stderr.on('data', (text) => (stderr += String(text)));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

test('there are such scripts', () => {
  expect(names).toEqual(expect.arrayContaining(['lab', 'local', 'drill:restore', 'drill:page', 'bench:audit']));
});

describe.each(names)('npm run %s', (name) => {
  test('--help says what it does and takes, and starts nothing', async () => {
    const { code, stdout, stderr } = await script(name, '--help');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`npm run ${name} -- [`);
    expect(stdout).toContain('--help');
  });

  test('an option that it does not know ends it with 2', async () => {
    const { code, stdout, stderr } = await script(name, '--no-such-option');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('--no-such-option');
  });
});

test('the lab takes no words: it lists its options instead of starting', async () => {
  const { code, stdout, stderr } = await script('lab', 'start');
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain('npm run lab -- [options]');
});

test('the lab suggests a command for every verb, and each of them parses', async () => {
  const { stdout } = await tidemark(['--help']);
  const [, listed = ''] = /Commands:\n((?: {2}.*\n)+)/.exec(stdout) ?? [];
  const verbs = [...listed.matchAll(/^ {2}([a-z-]+)/gm)].map(([, verb]) => verb);
  expect(verbs).toContain('audit');
  const lines = tidemarkCommands('/nowhere/mm2.properties').split('\n');
  expect(lines.map((line) => line.trim().split(' ')[2]).sort()).toEqual(verbs.sort());
  for (const line of lines) {
    if (!line.includes('/nowhere/mm2.properties')) continue;
    const words = line
      .trim()
      .replace(/ {3}#.*/, '')
      .split(' ')
      .slice(2);
    const { code, stderr } = await tidemark(words.map((word) => word.replaceAll("'", '')));
    // Only the file is missing: no option is wrong.
    expect({ line, code, stderr }).toEqual({
      line,
      code: 2,
      stderr: expect.stringContaining('/nowhere/mm2.properties'),
    });
  }
});
