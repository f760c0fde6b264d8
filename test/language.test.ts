import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';

const ROOT = join(import.meta.dirname, '..');

/** Files and folders whose text has been edited. The phrases below must not come back there. */
const EDITED = [
  'README.md',
  'docs',
  'cli',
  'shared/acknowledge',
  'shared/adapters',
  'shared/audit',
  'shared/config',
  'shared/contract',
  'shared/doctor',
  'shared/domain/compare',
  'shared/domain/failover',
  'shared/domain/history',
  'shared/domain/judge',
  'shared/domain/markup',
  'shared/domain/mirror',
  'shared/domain/model',
  'shared/domain/notify',
  'shared/domain/reconcile',
  'shared/domain/restore',
  'shared/domain/tune',
  'shared/failover',
  'shared/history',
  'shared/notify',
  'shared/ports.ts',
  'shared/reconcile',
  'shared/restore',
  'shared/survey',
  'shared/text',
  'shared/translate',
  'shared/tune',
  'functions',
  'infra',
  'bench',
  'build',
  'deploy',
  'lab',
];

/** Phrases that read as translated, or mean something else to Kafka people; each with what to write instead. */
const WEEDED: readonly (readonly [phrase: RegExp, instead: string])[] = [
  [/\bunread\b/, '"could not be read", or "not consumed"'],
  [/\bc[ao]me by\b/, '"get", "find"'],
  [/\bon no way\b/, 'say what is impossible'],
  [/\bwhoever\b|\bfor who\b|\bby who\b|\bwho asks\b/, 'name the actor'],
  [/\bnobody can (?:say|tell|know|see)\b|\bone cannot\b/, '"it is not known", or name the actor'],
  [/\btold (?:of|from|apart|by|as|anew|at)\b|\bbe told\b/, '"reported", "distinguished", "encoded against"'],
  [/\b(?:is|are|was|were) (?:said|told)\b/, '"reported"; name the actor'],
  [/\b(?:tells?|told) (?:of|from)\b/, '"shows", "reports"'],
  [/\bas of then\b|\bof then\b/, '"at that time"'],
  [/\bholds? still\b|\bheld still\b/, '"unchanged"'],
  [/\bleaves? (?:to|it to)\b/, 'name the actor'],
  [/\b(?:held|holds?|holding) (?:\w+ ){0,4}against\b/, '"compare with"'],
  [/\bgo(?:es|ing)? on (?:at|from|with|to|in|behind|as|where)\b|\bwent on\b|\bgoes on\b/, '"continue"'],
  [/\b(?:stands?|stood) (?:at|where|there|somewhere|in front|behind|before|on the|ahead)\b/, '"is at", "is"'],
  [/\bin front of\b/, '"before"'],
  [/\bpassed over\b|\bpass(?:es)? over\b/, '"skipped"'],
  [/\boffsets? (?:goes?|went|gone) by\b/, '"advanced by"'],
  [/\banew\b/, '"again"'],
  [/\bshall\b/, '"must"'],
  [/\bmend(?:s|ed)?\b/, '"fix"'],
  [/\b(?:is|are) (?:there )?already there\b|\bis there already\b/, '"already exists"'],
  [/\bput up with\b|\bto be had\b|\bhas not the\b|\bbelongs into\b/, 'plain words'],
  [/\btak(?:e|es|en|ing) away\b|\btook away\b/, '"remove", "delete"'],
  [/\bso (?:many|long|old|often)\b(?! (?:that|as)\b)/, 'the quantity, or "this many"'],
  [/\bby turns\b/, '"in turns"'],
  [/\b(?:null|empty|absent|none) where\b|\bwhere (?:absent|there is none)\b/, '"if"'],
  [
    /\b(?:one|two|six|an?|each) (?:\w+ )?(?:request|sample|line|frame|alarm|sentence|item|subnet|datapoint) an? /,
    '"per"',
  ],
  [/\bfor (?:it|they|he) (?:had|has|is|was|are|were|lay|may)\b/, '"because"'],
  [/\bhangs? on\b|\bwhat (?:came|comes|became|becomes) of\b/, '"depends on", "the result of"'],
  [/\ball the same\b/, '"anyway"'],
  [/\bsomebody else\b/, '"another process", "someone else"'],
  [/\bnot so within\b|\bis really so\b|\bwhat is so\b/, '"true", "actual"'],
  [/\b(?:gives?|gave) (?:it|them) away\b/, '"shows"'],
  [/\bfortnight\b|\bwithout a word\b|\bin vain\b/, 'plain words'],
  [/\bno (?:\w+ )?any more\b|\bno more than the\b/, '"no longer"'],
];

/** Text that a command prints and the docs quote; it changes together with the figures. */
const QUOTED = ['held against what was written: lag'];

/** Comments, and string literals with a blank in them, without what is in backticks inside comments. */
function wordsOfSource(source: string): string[] {
  const pieces = source.matchAll(
    /\/\*[\s\S]*?\*\/|\/\/[^\n]*(?:\n\s*\/\/[^\n]*)*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g,
  );
  return [...pieces]
    .map(([piece]) => piece)
    .filter((piece) => piece.includes(' '))
    .map((piece) => {
      const isComment = piece.startsWith('/');
      const prose = isComment
        ? piece.replace(/`[^`]*`|@param \w+/g, '').replace(/^\s*(?:\*+|\/\/)/gm, '')
        : piece.replace(/\$\{[^}]*\}/g, '0');
      return prose.replace(/\s+/g, ' ');
    });
}

/** Paragraphs of a Markdown file without code. */
function wordsOfMarkdown(text: string): string[] {
  const prose = text
    .replace(/^```[\s\S]*?^```/gm, '')
    .replace(/^ {4}.*$/gm, '')
    .replace(/`[^`\n]*`/g, '');
  return prose.split(/\n\n|\n(?=[|\-#])/).map((paragraph) => paragraph.replace(/\s+/g, ' '));
}

const isUnder = (file: string, entry: string) => file === entry || file.startsWith(`${entry}/`);
/** The glossary says what not to say. */
const files = globSync(['README.md', '{docs,shared,cli,functions,infra,bench,build,deploy,lab}/**/*.{ts,md,java}'], {
  cwd: ROOT,
}).filter((file) => file !== 'docs/glossary.md');
const edited = files.filter((file) => EDITED.some((entry) => isUnder(file, entry)));

describe('language', () => {
  test.each(EDITED)('%s has none of the phrases that were weeded out', (entry) => {
    const found: string[] = [];
    for (const file of edited.filter((one) => isUnder(one, entry))) {
      const text = readFileSync(join(ROOT, file), 'utf8');
      for (const words of file.endsWith('.md') ? wordsOfMarkdown(text) : wordsOfSource(text)) {
        if (QUOTED.some((quoted) => words.includes(quoted))) continue;
        for (const [phrase, instead] of WEEDED) {
          const match = phrase.exec(words);
          if (match === null) continue;
          const around = words.slice(Math.max(0, match.index - 40), match.index + match[0].length + 40);
          found.push(`${file}: "${match[0]}" in "…${around}…": write ${instead}`);
        }
      }
    }
    expect(found).toEqual([]);
  });

  test('every folder is on the list', () => {
    const unlisted = files.filter((file) => file.includes('/') && !EDITED.some((entry) => isUnder(file, entry)));
    expect(unlisted).toEqual([]);
    for (const entry of EDITED) expect([entry, files.some((file) => isUnder(file, entry))]).toEqual([entry, true]);
  });

  test.each([
    ['/** The `unread` parts. */', []],
    ['// It is told from\n// its parent.', ['told from']],
    ["const a = 'unread';", []],
    ["const a = 'two unread records';", ['unread']],
  ])('%j', (source, phrases) => {
    const found = wordsOfSource(source).flatMap((words) => WEEDED.flatMap(([phrase]) => phrase.exec(words)?.[0] ?? []));
    expect([...new Set(found)].slice(0, 1)).toEqual(phrases);
  });
});
