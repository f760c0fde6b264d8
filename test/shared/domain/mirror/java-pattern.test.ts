import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from '@jest/globals';
import {
  type NameKind,
  UnsupportedPatternError,
} from '../../../../shared/domain/mirror/java-pattern/unsupported-pattern.ts';
import { compileJavaPatterns, namesAndPrefixes } from '../../../../shared/domain/mirror/java-pattern.ts';
import type { KafkaOracle } from '../../config/kafka-oracle.ts';
import { askMirrorUtils, compilePatternOracle } from './pattern-oracle.ts';

/** What it is, the value of the setting, names that it selects, names that it does not. */
type Row = readonly [construct: string, setting: string, selected: readonly string[], others: readonly string[]];

const ON_TOPICS: readonly Row[] = [
  ['plain names', 'orders, payments', ['orders', 'payments'], ['orders2', 'Orders', '']],
  ['blanks around commas', ' a ,\tb ', ['a', 'b'], [' a', 'a b']],
  ['nothing', '', [], ['', 'a']],
  ['one empty item', 'a,,b', ['a', 'b', ''], ['c']],
  ['quoted text', '\\Qa.b\\E', ['a.b'], ['axb', 'Qa.bE']],
  ['a quote to the end', '\\Qa.b,c', ['a.b|c'], ['a.b', 'c']],
  ['a quote in a class', '[\\Qa-c\\E]', ['a', '-', 'c'], ['b']],
  ['a quote after an escape', '\\06\\Q1\\E', ['\u00061'], ['1']],
  ['a POSIX class', '\\p{Lower}+\\p{Digit}', ['abc1'], ['ABC1', 'abc', 'pLower1']],
  ['a negated POSIX class', '\\P{Upper}*', ['abc-1'], ['Abc']],
  ['a category', '\\pL\\p{Lu}\\p{IsLl}\\p{gc=Nd}\\PN', ['aBc1-'], ['aBc12', 'aBC1-']],
  ['a method of Character', '\\p{javaLowerCase}+', ['abc'], ['aBc']],
  ['an intersection', '[a-z&&[^bc]]+', ['ad'], ['ab', '&']],
  ['an intersection with a range', '[a-z&&d-f]', ['e'], ['c', '&']],
  ['a nested class', '[a-c[x-z]]+', ['ax'], ['d', '[']],
  ['] first in a class', '[]a]+', [']a'], ['b', '[']],
  ['] first in a negated class', '[^]a]+', ['b'], [']', 'a']],
  ['- and ^ as themselves', '[a^-]+', ['-^a'], ['b']],
  ['a range from the vertical tab', '[\\v-a]', ['A', '\u000b'], ['b']],
  ['begin and end of input', '\\Aa\\z', ['a'], ['\\Aa', 'a\n']],
  ['before a last line end', 'a\\Z\n?', ['a', 'a\n'], ['aZ', 'a\n\n']],
  ['$ before a last line end', 'a$[\\r\\n]*', ['a', 'a\n', 'a\r\n'], ['a\n\n', 'a\n\r', 'a\r\r']],
  ['the end of the last match', '\\Ga', ['a'], ['Ga']],
  ['horizontal blanks', 'a\\hb', ['a b', 'a\tb', 'a\u00a0b'], ['ahb', 'a\nb']],
  ['vertical blanks', 'a\\vb', ['a\nb', 'a\u000bb', 'a\u2028b'], ['avb', 'a b']],
  ['blanks are ASCII', '\\s', [' ', '\t'], ['\u00a0', '\u2028']],
  ['a character by its number', '\\x{61}\\x62\\u0063\\0144', ['abcd'], ['x', 'abc']],
  ['a character beyond 16 bits', '\\x{1F600}\\ud83d\\ude00.', ['😀😀😀'], ['😀😀']],
  ['a control character', '\\cJ\\e\\a', ['\n\u001b\u0007'], ['cJea']],
  ['a possessive quantifier', '[a-z]*+[0-9]|a*+ab', ['abc1'], ['aab', 'abc']],
  ['an atomic group', '(?>[a-z]+)-(?>a|ab)c', ['x-ac'], ['x-abc', 'xac']],
  ['a lazy atomic group', '(?>a*?)b,(?>c??)d,(?>e{2}?)f', ['b', 'd', 'eef'], ['ab', 'cd', 'ef']],
  ['a flag over the join', '(?i)a,b', ['a', 'A', 'b', 'B'], ['c']],
  ['a flag in a group', '(?i:a)b,c', ['Ab', 'c'], ['AB', 'C']],
  ['a flag switched off', '(?i)a(?-i)b', ['Ab'], ['AB']],
  ['case in ASCII', '(?i)k[a-c]é', ['Kbé', 'kBé'], ['\u212abé', 'kbÉ']],
  ['flags that change nothing here', '(?iu)Orders(?U)-\\w', ['orders-1'], ['orders--']],
  ['the dot takes no line end', 'a.b', ['a-b', 'a😀b'], ['a\nb', 'a\u0085b', 'a\u2028b']],
  ['the dot with the flag s', '(?s)a.b', ['a\nb'], ['ab']],
  ['the dot with the flag d', '(?d)a.b', ['a\rb'], ['a\nb']],
  ['lines', '(?m)a$\n^b', ['a\nb'], ['a', 'ab']],
  ['a line begins at no end', '(?m)a?^', [], ['', 'a']],
  ['word boundaries', '\\borders\\b.*\\B', ['orders-'], ['orders', 'orders2-', 'xorders-']],
  ['\\w in ASCII', '\\w+', ['aZ_9'], ['é', 'a-b']],
  ['a named group', '(?<env>prod|test)-.*', ['prod-a'], ['dev-a']],
  ['a lookahead', '(?!__|.*-internal$).*', ['orders', 'orders-internal2'], ['__a', 'a-internal']],
  ['a positive lookahead', '(?=.*-eu).{5}', ['ab-eu'], ['abcde', 'abc-eu']],
  ['a lookbehind', '.*(?<!-dlq|\\.retry)', ['orders'], ['orders-dlq', 'orders.retry']],
  ['a quantifier on a lookaround', '(?<=a)*b(?=c)?', ['b'], ['ab']],
  ['} and ] as themselves', 'a}]', ['a}]'], ['a']],
  ['repetitions', 'a{2}b{0}', ['aa'], ['a', 'aab', 'a{2}b{0}']],
  ['a repetition of nothing', 'a{2}{3},{4}', ['aa', ''], ['aaaaaa', 'aa{3}']],
  ['lazy quantifiers', 'a*?b??', ['aab', ''], ['abb']],
  ['a group over the comma', '(orders,payments)-eu', ['orders-eu', 'payments-eu'], ['orders', 'payments']],
  ['a class over the comma', '[a,b]', ['a', '|', 'b'], [',']],
  ['a backslash before the comma', 'a\\,b', ['a|b'], ['a', 'b', 'a,b']],
  ['a comma by its number', 'a\\x2cb', ['a,b'], ['a']],
  ['exponential to a backtracking engine', '(a*)*b,(a|a)*c,(?:.*.*.*)*=', ['aab', 'aac'], ['a'.repeat(30)]],
];

const ON_GROUPS: readonly Row[] = [
  ['any text', '(?s).*', ['', 'é😀\n'], []],
  ['all but some letters', '[^é]+', ['e😀'], ['é', '😀é']],
  ['a range of letters', '[à-ÿ😀-😂]+', ['é😁'], ['e', '😃']],
  ['case in ASCII', '(?i)straße', ['STRAßE'], ['STRASSE', 'ſtraße']],
  ['Latin-1', '\\p{L1}+', ['é'], ['Ā']],
  ['quoted text', '\\Qé|\\E.', ['é|x'], ['éx']],
  ['a lookbehind', '.*(?<!é)', ['e'], ['é']],
  ['a line end of two characters', '(?m)a$\r\n^b', ['a\r\nb'], ['a\nb']],
];

/** The kind of names, the setting, the pattern and the character that are named, a part of the construct, what to do. */
const REFUSED: readonly (readonly [NameKind, string, string, number, string, string])[] = [
  ['topics', 'a, (b)\\1', '(b)\\1', 4, 'back reference \\1', 'write out'],
  ['topics', '(?<n>b)\\k<n>', '(?<n>b)\\k<n>', 8, 'back reference \\k', 'write out'],
  ['topics', 'a\\R', 'a\\R', 2, '\\R', 'leave it out'],
  ['topics', '\\X', '\\X', 1, '\\X', 'write .'],
  ['topics', '\\N{DIGIT ONE}', '\\N{DIGIT ONE}', 1, '\\N', 'as \\x{…}'],
  ['topics', 'a\\b{g}', 'a\\b{g}', 2, '\\b{g}', 'leave it out'],
  ['topics', '(?x)a # b', '(?x)a # b', 3, 'flag x', 'leave it out'],
  ['topics', '\\p{IsLatin}', '\\p{IsLatin}', 1, '\\p{IsLatin}', 'in a class'],
  ['topics', '\\p{toString}', '\\p{toString}', 1, '\\p{toString}', 'in a class'],
  ['groups', '\\p{constructor}', '\\p{constructor}', 1, '\\p{constructor}', 'in a class'],
  ['topics', '\\p{InGreek}', '\\p{InGreek}', 1, '\\p{InGreek}', 'in a class'],
  ['topics', '(?i)\\p{Lower}', '(?i)\\p{Lower}', 5, 'flag i', '[a-zA-Z]'],
  ['topics', '(?iu)ſ', '(?iu)ſ', 6, 'beyond ASCII', 'leave the flag u out'],
  ['topics', '[^a[b]]', '[^a[b]]', 1, '[^…]', 'one class'],
  ['topics', '[a-z&&[b]c]', '[a-z&&[b]c]', 5, '&&', 'one class'],
  ['topics', '[a&&]', '[a&&]', 3, '&&', 'one class'],
  ['topics', '(a|ab)++c', '(a|ab)++c', 1, 'possessive', 'leave it out'],
  ['topics', '(?>a*b*)c', '(?>a*b*)c', 1, '(?>…)', 'leave it out'],
  ['topics', '(?<=a+)b', '(?<=a+)b', 5, '(?<=…)', 'only characters'],
  ['topics', '(^|a){2}', '(^|a){2}', 1, '{…}', 'write out the repetitions'],
  ['topics', '(a{99}){99}', '(a{99}){99}', 1, 'repetitions', 'use smaller counts'],
  ['topics', '\\ud83d', '\\ud83d', 1, 'surrogate', 'whole character'],
  [
    'topics',
    `${'('.repeat(101)}${')'.repeat(101)}`,
    `${'('.repeat(101)}${')'.repeat(101)}`,
    101,
    'nested',
    'nest less deeply',
  ],
  ['groups', '\\bbilling', '\\bbilling', 1, 'word boundary', 'before and after'],
  ['groups', '\\p{L}+', '\\p{L}+', 1, 'Unicode', 'in a class'],
  ['groups', '(?u)a', '(?u)a', 3, 'flag u', '(?i)'],
  ['groups', '(?U)a', '(?U)a', 3, 'flag U', '(?i)'],
  ['groups', '(?<=.)a', '(?<=.)a', 5, 'U+D7FF', 'only characters'],
];

/** Java rejects these: MM2 does not start with them. */
const INVALID: readonly (readonly [setting: string, pattern: string, position: number, construct: string])[] = [
  ['a,(b', '(b', 1, 'group'],
  ['a),b', 'a)', 2, ')'],
  ['[a', '[a', 1, 'class'],
  ['*a', '*a', 1, 'nothing to repeat'],
  ['a**', 'a**', 3, 'nothing to repeat'],
  // The comma has separated two patterns before.
  ['a{1,3}', 'a{1', 2, '{'],
  ['a{x', 'a{x', 2, '{'],
  ['[z-a]', '[z-a]', 2, 'range'],
  ['a\\', 'a\\', 2, 'backslash'],
  ['a\\y', 'a\\y', 2, '\\y'],
  ['\\E', '\\E', 1, '\\E'],
  ['\\x{110000}', '\\x{110000}', 1, '\\x'],
  ['\\08', '\\08', 1, 'octal'],
  ['\\p{L', '\\p{L', 1, '\\p{'],
  ['(?j)a', '(?j)a', 1, 'flag'],
  ['(?<a>b)(?<a>c)', '(?<a>b)(?<a>c)', 8, 'named a'],
  ['[\\b]', '[\\b]', 2, 'class'],
];

describe.each([
  ['topics', ON_TOPICS],
  ['groups', ON_GROUPS],
] as const)('the meaning of %s', (names, rows) => {
  test.each(rows)('%s: %s', (_construct, setting, selected, others) => {
    const selects = compileJavaPatterns([setting], names);
    expect([...selected, ...others].filter(selects)).toEqual(selected);
  });

  test.each(rows)(
    '%s: %s, with the name or the prefix of every name that it selects',
    (_construct, setting, selected) => {
      const stems = namesAndPrefixes([setting], names);
      const covers = (name: string) => (stem: string) =>
        stem.endsWith('*') ? name.startsWith(stem.slice(0, -1)) : name === stem;
      // A lone dot stands for a dot, and nothing needs a permission on a topic without a name.
      const dotted = selected.filter((name) => name !== '' && !/\.(?![*+?{])/.test(setting.replaceAll('\\.', '')));
      expect(dotted.filter((name) => !stems.some(covers(name)))).toEqual([]);
    },
  );
});

describe('what is not taken', () => {
  test.each(REFUSED)('%s: %s', (names, setting, pattern, position, construct, remedy) => {
    expect(refusal([setting], names)).toMatchObject({
      pattern,
      position,
      construct: expect.stringContaining(construct),
      remedy: expect.stringContaining(remedy),
      invalid: false,
    });
  });

  test.each(INVALID)('rejected by Java: %s', (setting, pattern, position, construct) => {
    for (const names of ['topics', 'groups'] as const) {
      expect(refusal([setting], names)).toMatchObject({
        pattern,
        position,
        construct: expect.stringContaining(construct),
        invalid: true,
      });
    }
  });

  test('the place is counted in the pattern that holds it, in characters', () => {
    expect(refusal(['(a', '😀b)\\1', 'c'], 'groups')).toMatchObject({ pattern: '😀b)\\1', position: 4 });
  });
});

test('a pattern of a list in tidemark.yaml is read as MM2 reads the same text', () => {
  const selects = compileJavaPatterns([' a', 'b,c', '(?i)d', 'e'], 'topics');
  expect(['a', 'A', 'b', 'c', 'd', 'D', 'E'].map(selects)).toEqual([true, false, true, true, true, true, true]);
});

test('a pattern that backtracks without end is decided in one reading', () => {
  const name = 'a'.repeat(249);
  for (const pattern of [
    '(a*)*b',
    '(a|a)*b',
    '(a|aa)+b',
    '(.*)*(.*)*(.*)*x',
    '(?!(a*)*b)(a*)*c',
    '(?:a?){249}a{249}b',
  ]) {
    expect(compileJavaPatterns([pattern], 'topics')(name)).toBe(false);
  }
  expect(compileJavaPatterns(['(a*)*b'], 'topics')(`${name}b`)).toBe(true);
});

test('a pattern that grows without end is refused, and one that only looks so is not', () => {
  expect(compileJavaPatterns(['a{1000}'], 'groups')('a'.repeat(1000))).toBe(true);
  expect(refusal(['a{1020}'], 'groups').construct).toContain('repetitions');
  const names = Array.from({ length: 1000 }, (_, i) => `orders-of-a-team.events-${i}`);
  expect(names.every(compileJavaPatterns(names, 'topics'))).toBe(true);
  const nested = (depth: number): string => `${'(b'.repeat(depth)}a?+${')?+'.repeat(depth)}`;
  expect(compileJavaPatterns([nested(15)], 'topics')('b'.repeat(15))).toBe(true);
  expect(refusal([nested(99)], 'topics').construct).toContain('repetitions');
  for (const open of ['(', '(?=', '[', '[a&&', '[a&&[']) {
    expect(refusal([open.repeat(50_000)], 'topics').construct).toContain('nested more than 100 deep');
  }
});

describe("the tables are Kafka's own", () => {
  let oracle: KafkaOracle;
  beforeAll(async () => {
    oracle = await compilePatternOracle();
  });

  test('which names MirrorUtils selects', () => {
    const rows = [...ON_TOPICS, ...ON_GROUPS];
    const answers = askMirrorUtils(
      oracle,
      rows.map(([, setting, selected, others]) => ({ setting, names: [...selected, ...others] })),
    );
    const expected = rows.map(([, , selected, others]) => '1'.repeat(selected.length) + '0'.repeat(others.length));
    expect(answers).toEqual(expected);
  });

  test('which settings MirrorUtils cannot compile', () => {
    const settings = INVALID.map(([setting]) => ({ setting, names: [] }));
    expect(new Set(askMirrorUtils(oracle, settings))).toEqual(new Set(['rejected']));
  });
});

describe('docs/configuration.md', () => {
  const text = readFileSync(new URL('../../../../docs/configuration.md', import.meta.url), 'utf8');
  const section = text.slice(text.indexOf('### Patterns'), text.indexOf('### `policy`'));
  const rows = [...section.matchAll(/^\| (`.*`) \| (yes|no|rejected) \| (yes|no|rejected) \|/gm)].flatMap(
    ([, examples = '', topics = '', groups = '']) =>
      [...examples.matchAll(/`([^`]+)`/g)].map(([, example = '']) => ({ example, topics, groups })),
  );

  test('has examples', () => expect(rows.length).toBeGreaterThan(40));

  test.each(rows)('$example: $topics, $groups', ({ example, topics, groups }) => {
    expect({ topics: verdict(example, 'topics'), groups: verdict(example, 'groups') }).toEqual({ topics, groups });
  });
});

function verdict(example: string, names: NameKind): 'yes' | 'no' | 'rejected' {
  try {
    compileJavaPatterns([example], names);
    return 'yes';
  } catch (error) {
    if (!(error instanceof UnsupportedPatternError)) throw error;
    return error.invalid ? 'rejected' : 'no';
  }
}

function refusal(list: readonly string[], names: NameKind): UnsupportedPatternError {
  try {
    compileJavaPatterns(list, names);
  } catch (error) {
    if (error instanceof UnsupportedPatternError) return error;
    throw error;
  }
  throw new Error(`${list.join()} was taken`);
}
