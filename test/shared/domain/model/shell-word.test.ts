import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { withoutHidden } from '../../../../shared/domain/model/hidden-characters.ts';
import { shellWord } from '../../../../shared/domain/model/shell-word.ts';

const run = promisify(execFile);

/** What a person sees all of, and every POSIX shell has to hand over byte for byte. */
const VISIBLE = [
  "x'; touch f; echo '",
  'a b',
  ' a  b ',
  '',
  '$(touch f)',
  '`touch f`',
  '$HOME',
  '"; touch f; "',
  'a!b!!',
  '!!',
  '-rf',
  '--add',
  '~',
  '=ls',
  '*',
  '[a-z]?',
  '{a,b}',
  '#x',
  'a\\',
  "\\'; touch f #",
  '\\x1b \\033 \\n',
  'a&b|c;d>f<g(h)',
  "''''",
  '%s%n',
  'Größe-データ-🚲',
];

/** What is not to be printed as it is: it steers the terminal, or is not seen and so not copied. */
const HIDDEN = [
  'a\nb',
  '\ntouch f\n',
  "x\n'; touch f; echo '",
  "\u001b]0;t\u0007'; touch f; '",
  '\r$(touch f)',
  'tab\there',
  'del\u007f',
  'c1\u009b31m',
  'rtl\u202e\u2066x\u2069',
  'zero\u200bwidth\ufeff',
  'nbsp\u00a0',
  'line\u2028\u2029',
  'not composed e\u0301',
  'tag\u{e0041}',
  "back\\slash\u0001'quote\\",
  'ends in breaks\n\n',
  'looks like <U+001B>',
];

describe('a word of a printed command', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tidemark-shell-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** What a command gets of each word, all in one shell; the folder that it runs in must stay empty. */
  async function given(shell: string, options: readonly string[], words: readonly string[]): Promise<string[]> {
    const place = mkdtempSync(join(folder, 'run-'));
    const out = `${place}.out`;
    // Writes down its arguments with a NUL behind each.
    const commands = ['given() { printf \'%s\\0\' "$@" >> "$OUT"; }', ...words.map((word) => `given ${word} end`)];
    writeFileSync(`${place}.sh`, `${commands.join('\n')}\n`);
    await run(shell, [...options, `${place}.sh`], {
      cwd: place,
      env: { PATH: '/usr/bin:/bin', OUT: out, LC_ALL: 'C' },
    });
    expect(readdirSync(place)).toEqual([]);
    return readFileSync(out).toString('utf8').split('\0end\0').slice(0, -1);
  }

  test.each([
    ['bash', []],
    ['bash', ['--posix', '-u']],
    ['sh', []],
  ])('%s %j hands over what is visible, byte for byte, and runs nothing of it', async (shell, options) => {
    expect(await given(shell, options, VISIBLE.map(shellWord))).toEqual(VISIBLE);
  });

  test('bash hands over hidden characters, too, and none of them is printed', async () => {
    const words = HIDDEN.map(shellWord);
    for (const word of words) expect(word).toBe(withoutHidden(word, () => ''));
    expect(await given('bash', [], words)).toEqual(HIDDEN);
  });

  test("a shell without $'…' runs nothing of them either", async () => {
    expect(await given('sh', [], HIDDEN.map(shellWord))).toHaveLength(HIDDEN.length);
  });

  test('a name that no program can be given makes the shell refuse the command, with the reason', async () => {
    for (const name of ['a\0b', 'half \ud83d', "\0'; touch f; '"]) {
      for (const shell of ['bash', 'sh']) {
        await expect(given(shell, [], [shellWord(name)])).rejects.toThrow(/no program can be given/);
      }
    }
  });

  test('any text: bash gets it back, sh runs nothing', async () => {
    const texts = fc.sample(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.string({
          unit: fc.constantFrom("'", '\\', '$', '`', '\n', ' ', '"', '!', '<U+', '\u001b', 'é', 'x', '(', ')'),
        }),
      ),
      { seed: 7, numRuns: 500 },
    );
    const possible = texts.filter((text) => !text.includes('\0'));
    expect(await given('bash', [], possible.map(shellWord))).toEqual(possible);
    expect(await given('sh', [], possible.map(shellWord))).toHaveLength(possible.length);
  });
});
