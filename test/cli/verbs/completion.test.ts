import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { tidemark } from '../tidemark.ts';

let folder: string;
const scripts = new Map<string, string>();
/** What each command's own help lists, by its words. */
const helps = new Map<string, { commands: string[]; options: string[]; text: string }>();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-completion-'));
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { code, stdout, stderr } = await tidemark(['completion', shell]);
    expect({ shell, code, stderr }).toEqual({ shell, code: 0, stderr: '' });
    scripts.set(shell, stdout);
    writeFileSync(join(folder, shell), stdout);
  }
  await readHelp([]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function readHelp(verbs: readonly string[]): Promise<void> {
  const { stdout } = await tidemark([...verbs, '--help']);
  const [, listed = ''] = /Commands:\n((?: {2}.*\n)+)/.exec(stdout) ?? [];
  const [, flags = ''] = /Options:\n((?: {2}.*\n)+)/.exec(stdout) ?? [];
  const commands = [...listed.matchAll(/^ {2}([a-z-]+)/gm)].map(([, name = '']) => name);
  const options = [...flags.matchAll(/^ {2}(?:-\w, )?(--[a-z0-9-]+)/gm)].map(([, flag = '']) => flag);
  helps.set(verbs.join(' '), { commands, options, text: stdout });
  for (const name of commands) await readHelp([...verbs, name]);
}

/** What a real bash offers for the last of these words, cut as readline cuts them. */
function offered(...words: string[]): string[] {
  const cut = words.flatMap((word) => word.split(/(=)/)).filter((word, i, all) => word !== '' || i === all.length - 1);
  const program = `
    source "$1"; shift
    COMP_WORDS=(tidemark "$@") COMP_CWORD=$#
    compopt() { echo "compopt $*"; }
    _tidemark
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const text = execFileSync('bash', ['--norc', '-c', program, 'bash', join(folder, 'bash'), ...cut], {
    encoding: 'utf8',
  });
  return text.split('\n').filter((line) => line !== '');
}

test('every help fits into 100 columns, and shows no default that says nothing', () => {
  const wide = [...helps.values()].flatMap(({ text }) => text.split('\n')).filter((line) => line.length > 100);
  expect(wide).toEqual([]);
  for (const { text } of helps.values()) expect(text).not.toMatch(/default:\s+(\[\]|""|undefined|null)/);
});

describe('in bash', () => {
  test('every command offers the subcommands and the options that its help lists', () => {
    expect([...helps.keys()]).toEqual(expect.arrayContaining(['audit', 'restore plan', 'failover run', 'completion']));
    for (const [verbs, { commands, options }] of helps) {
      const before = verbs === '' ? [] : verbs.split(' ');
      expect([verbs, offered(...before, '--').sort()]).toEqual([verbs, options.toSorted()]);
      if (commands.length > 0) expect([verbs, offered(...before, '')]).toEqual([verbs, commands]);
    }
  });

  test.each<[string[], string[]]>([
    [['a'], ['audit', 'acknowledge']],
    [['audit', '--for'], ['--format']],
    [
      ['audit', '--format', ''],
      ['table', 'json'],
    ],
    [['audit', '--format', 'j'], ['json']],
    [['audit', '--format=j'], ['json']],
    [
      ['audit', '--format='],
      ['table', 'json'],
    ],
    [['audit', '-c', 'x'], ['compopt -o default']],
    [['audit', '--mm2', ''], ['compopt -o default']],
    [['init', ''], ['compopt -o default']],
    [['audit', '--group', ''], []],
    // A verb among the values of an option is no verb.
    [['audit', '--group', 'restore', '--onto'], []],
    [['restore', 'pl'], ['plan']],
    [['restore', '--debug', 'plan', '--onto', 't'], ['target']],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    [['nonsense', ''], offeredAtStart()],
  ])('%j', (words, expected) => expect(offered(...words)).toEqual(expected));

  test('it is registered for the word tidemark', () => {
    const registered = execFileSync('bash', [
      '--norc',
      '-c',
      'source "$1"; complete -p tidemark',
      'bash',
      join(folder, 'bash'),
    ]);
    expect(registered.toString()).toBe('complete -F _tidemark tidemark\n');
  });
});

/** The help is read before the tests run, but after they are listed. */
function offeredAtStart(): string[] {
  return expect.arrayContaining(['audit', 'restore', 'completion']) as unknown as string[];
}

describe.each(['zsh', 'fish'])('%s', (shell) => {
  test('names every command and option', () => {
    const text = scripts.get(shell) ?? '';
    for (const [verbs, { commands, options }] of helps) {
      const flags = options.map((option) => (shell === 'fish' ? `-l ${option.slice(2)} ` : `'${option}:`));
      for (const name of [...commands, ...flags])
        expect([verbs, name, text.includes(name)]).toEqual([verbs, name, true]);
    }
  });

  if (!isHere(shell)) return;
  test('is a script that the shell can read', () => {
    const { status, stderr } = spawnSync(shell, ['-n', join(folder, shell)], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});

/** Whether a shell is installed: only bash is on every machine. */
function isHere(shell: string): boolean {
  return spawnSync(shell, ['-c', 'exit']).status === 0;
}

/** A line as far as it is typed, and what only it can become. */
const COMPLETED: readonly (readonly [string, string])[] = [
  ['tidemark rest', 'tidemark restore '],
  ['tidemark restore pl', 'tidemark restore plan '],
  ['tidemark audit --form', 'tidemark audit --format '],
  ['tidemark audit --format j', 'tidemark audit --format json '],
  ['tidemark restore --debug plan --onto t', 'tidemark restore --debug plan --onto target '],
  ['tidemark completion f', 'tidemark completion fish '],
  // A verb among the values of an option is no verb.
  ['tidemark audit --group restore --on', 'tidemark audit --group restore --on'],
];

(isHere('zsh') ? describe : describe.skip)('in a real zsh', () => {
  /** Shows and empties the line on ^T. */
  const SETUP = `
    autoload -Uz compinit && compinit -u -D
    show() { zle -I; print -r -- "LINE:$BUFFER:END"; BUFFER=; }
    zle -N show
    bindkey '^T' show
    source "$1"
    print LOADED`;
  /** Types each line into an interactive zsh, with a tab behind it. */
  const TYPING = `
    zmodload zsh/zpty
    zpty -b typed zsh -f -i
    await() {
      local part n=0; out=
      while (( n++ < 2400 )); do
        if zpty -r -t typed part; then out+=$part; [[ $out == *$~1* ]] && return 0; else sleep 0.05; fi
      done
      print -ru2 -- "no $1 in $out"; exit 1
    }
    zpty -w typed "source $1 $2"
    await LOADED
    for line in "\${@:3}"; do
      zpty -w -n typed "$line"$'\t\x14'
      await 'LINE:*:END'
      print -r -- "\${\${out##*LINE:}%%:END*}"
    done`;

  test('a tab completes what only one thing can be', () => {
    const setup = join(folder, 'setup.zsh');
    writeFileSync(setup, SETUP);
    const typed = COMPLETED.map(([line]) => line);
    const text = execFileSync('zsh', ['-f', '-c', TYPING, 'zsh', setup, join(folder, 'zsh'), ...typed], {
      encoding: 'utf8',
    });
    expect(text.split('\n').slice(0, -1)).toEqual(COMPLETED.map(([, line]) => line));
  });
});

(isHere('fish') ? describe : describe.skip)('in a real fish', () => {
  /** What fish offers for the last word of a line. */
  const offers = (line: string): string[] => {
    const program = 'source $argv[1]; complete -C $argv[2]';
    const text = execFileSync('fish', ['--no-config', '-c', program, join(folder, 'fish'), line], { encoding: 'utf8' });
    return text.split('\n').flatMap((one) => one.split('\t')[0] || []);
  };

  test('it offers what only one thing can be', () => {
    for (const [typed, completed] of COMPLETED) {
      const words = completed === typed ? [] : [completed.trim().split(' ').at(-1)];
      expect([typed, offers(typed)]).toEqual([typed, words]);
    }
  });

  test('every command offers the subcommands and the options that its help lists', () => {
    for (const [verbs, { commands, options }] of helps) {
      const before = ['tidemark', ...verbs.split(' ').filter((word) => word !== '')].join(' ');
      expect([verbs, offers(`${before} --`).sort()]).toEqual([verbs, options.toSorted()]);
      if (commands.length > 0) expect([verbs, offers(`${before} `).sort()]).toEqual([verbs, commands.toSorted()]);
    }
  });
});

test('another shell: exit 2, with those that there are', async () => {
  const { code, stdout, stderr } = await tidemark(['completion', 'powershell']);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/bash, zsh, fish/);
});
