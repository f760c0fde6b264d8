import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Start, startedAs } from '../../cli/started-as.ts';
import { shellWord } from '../../shared/domain/model/shell-word.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BIN = join(ROOT, 'bin/tidemark.js');
let folder: string;
let project: string;
let everywhere: string;

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'tidemark-started-')));
  // Blanks and quotes: what is printed goes through a shell again.
  project = join(folder, "a project's");
  everywhere = join(folder, 'everywhere');
  mkdirSync(join(project, 'node_modules/.bin'), { recursive: true });
  mkdirSync(join(project, 'deeper'));
  for (const name of ['everywhere', 'other', 'elsewhere']) mkdirSync(join(folder, name));
  symlinkSync(BIN, join(folder, 'elsewhere/tidemark'));
  writeFileSync(join(project, 'package.json'), '{ "name": "project", "private": true }');
  // As npm links to the script of a package, in a project and globally.
  symlinkSync(BIN, join(project, 'node_modules/.bin/tidemark'));
  symlinkSync(BIN, join(everywhere, 'tidemark'));
  writeFileSync(join(folder, 'other/tidemark'), '#!/bin/sh\n', { mode: 0o755 });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Exit code and stderr of a command in a shell. */
async function inShell(command: string, cwd: string): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = {
    PATH: `${everywhere}:${dirname(process.execPath)}:${process.env.PATH}`,
    HOME: folder,
    npm_config_offline: 'true',
  };
  try {
    return { code: 0, ...(await promisify(execFile)('bash', ['-c', command], { cwd, env })) };
  } catch (error) {
    return error as { code: number; stdout: string; stderr: string };
  }
}

describe('what is printed after a mistake starts the same program again', () => {
  test.each<[string, () => string, () => string, () => string]>([
    ['Node and a path', () => project, () => `node ${shellWord(BIN)}`, () => `node ${shellWord(BIN)}`],
    ['Node and a path near by', () => ROOT, () => 'node bin/tidemark.js', () => 'node bin/tidemark.js'],
    [
      'a Node by its path, with options',
      () => ROOT,
      () => `${shellWord(process.execPath)} --no-warnings bin/../bin/tidemark.js`,
      () => `${shellWord(process.execPath)} --no-warnings bin/tidemark.js`,
    ],
    ['npx', () => project, () => 'npx tidemark', () => 'npx tidemark'],
    ['npx in a folder of the project', () => join(project, 'deeper'), () => 'npx tidemark', () => 'npx tidemark'],
    // npm makes a link to it in its cache, which is in the folder HOME of these tests.
    ['npx in a checkout', () => ROOT, () => 'npx tidemark', () => 'npx tidemark'],
    ['npx in a folder of a checkout', () => join(ROOT, 'lab'), () => 'npx tidemark', () => 'npx tidemark'],
    ['a global installation', () => project, () => 'tidemark', () => 'tidemark'],
    [
      'the link of a project by its path, while another one is global',
      () => project,
      () => 'PATH=$PWD/../other:$PATH; ./node_modules/.bin/tidemark',
      () => 'node_modules/.bin/tidemark',
    ],
    [
      'a link that is on no PATH, in its own folder',
      () => join(folder, 'elsewhere'),
      () => 'PATH=$PWD/../other:$PATH; ./tidemark',
      () => './tidemark',
    ],
  ])('%s', async (_, cwd, command, expected) => {
    const wrong = await inShell(`${command()} restore plna`, cwd());
    expect(wrong).toMatchObject({ code: 2, stdout: '' });
    const [, printed = ''] = /→ (.*) shows the commands/.exec(wrong.stderr) ?? [];
    expect(printed).toBe(`${expected()} restore --help`);
    const pasted = await inShell(printed, cwd());
    expect(pasted).toMatchObject({ code: 0, stdout: expect.stringContaining('Usage: tidemark restore') });
  });
});

describe('from what the process knows', () => {
  const start = (facts: Partial<Start>): Start => ({
    argv0: 'node',
    nodeOptions: [],
    script: null,
    executable: join(everywhere, 'single'),
    cwd: project,
    environment: { PATH: `/nowhere:${everywhere}` },
    ...facts,
  });
  beforeAll(() => {
    writeFileSync(join(everywhere, 'single'), '');
    chmodSync(join(everywhere, 'single'), 0o755);
  });

  test.each<[string, () => Partial<Start>, () => readonly string[]]>([
    ['an executable on the PATH', () => ({ argv0: 'single' }), () => ['single']],
    ['an executable by its path', () => ({ argv0: '../everywhere/single' }), () => ['../everywhere/single']],
    [
      'an executable by a name that its parent made up',
      () => ({ argv0: 'auditor' }),
      () => [join(everywhere, 'single')],
    ],
    [
      "npx out of npm's cache: its name could mean another package",
      () => ({
        script: join(folder, '.npm/_npx/0a1b/node_modules/.bin/tidemark'),
        environment: { PATH: '', npm_command: 'exec' },
      }),
      () => ['../.npm/_npx/0a1b/node_modules/.bin/tidemark'],
    ],
  ])('%s', (_, facts, expected) => {
    expect(startedAs(start(facts()))).toEqual(expected());
  });
});
