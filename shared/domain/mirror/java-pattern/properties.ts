import { CodePointSet } from './code-point-set.ts';
import type { NameKind } from './unsupported-pattern.ts';

/** ASCII in every version of Java and Unicode. */
const POSIX: ReadonlyMap<string, CodePointSet> = mapOf({
  Lower: CodePointSet.chars('a-z'),
  Upper: CodePointSet.chars('A-Z'),
  ASCII: CodePointSet.range(0x00, 0x7f),
  Alpha: CodePointSet.chars('a-zA-Z'),
  Digit: CodePointSet.chars('0-9'),
  Alnum: CodePointSet.chars('a-zA-Z0-9'),
  Punct: CodePointSet.chars('!-/:-@[-`{-~'),
  Graph: CodePointSet.chars('!-~'),
  Print: CodePointSet.chars(' -~'),
  Blank: CodePointSet.chars(' \t'),
  Cntrl: CodePointSet.range(0x00, 0x1f).union(CodePointSet.of(0x7f)),
  XDigit: CodePointSet.chars('0-9a-fA-F'),
  Space: CodePointSet.chars(' \t-\r'),
  L1: CodePointSet.range(0x00, 0xff),
  all: CodePointSet.ALL,
});

/** The characters of topic names that each general category contains; the other categories contain none of them. */
const CATEGORIES: ReadonlyMap<string, string> = mapOf({
  L: 'a-zA-Z',
  LC: 'a-zA-Z',
  LD: 'a-zA-Z0-9',
  Lu: 'A-Z',
  Ll: 'a-z',
  N: '0-9',
  Nd: '0-9',
  P: '._-',
  Pc: '_',
  Pd: '-',
  Po: '.',
});
const OTHER_CATEGORIES = 'Lt Lm Lo M Mn Me Mc Nl No Z Zs Zl Zp C Cc Cf Co Cn Ps Pe Pi Pf S Sm Sc Sk So'.split(' ');

/** `Is…` in lower case, and methods of java.lang.Character: the characters of topic names that each contains. */
const NAMED: ReadonlyMap<string, string> = mapOf({
  Isalphabetic: 'a-zA-Z',
  Isletter: 'a-zA-Z',
  Isuppercase: 'A-Z',
  Islowercase: 'a-z',
  Isdigit: '0-9',
  Ispunctuation: '._-',
  javaAlphabetic: 'a-zA-Z',
  javaLetter: 'a-zA-Z',
  javaUpperCase: 'A-Z',
  javaLowerCase: 'a-z',
  javaDigit: '0-9',
  javaLetterOrDigit: 'a-zA-Z0-9',
});

/** With the flag i, what these match changed between versions of Java. */
const CASED = /^(?:Lower|Upper|L[ult]|Is(?:upper|lower)case|java(?:Upper|Lower)Case)$/;

export type Property =
  | { readonly kind: 'known'; readonly set: CodePointSet }
  | { readonly kind: 'unsupported'; readonly construct: string; readonly remedy: string };

/** What `\p{name}` matches, exact for all names of this kind. */
export function propertyOf(name: string, insensitive: boolean, names: NameKind): Property {
  const written = `\\p{${name}}`;
  const short = shortName(name);
  if (insensitive && CASED.test(short)) {
    const construct = `${written} under the flag i, which depends on the version of Java`;
    return { kind: 'unsupported', construct, remedy: 'write [a-zA-Z]' };
  }
  const posix = short === name ? POSIX.get(name) : undefined;
  if (posix !== undefined) return { kind: 'known', set: posix };
  const onTopics = topicCharacters(short);
  if (onTopics === undefined) {
    return { kind: 'unsupported', construct: written, remedy: 'write the characters in a class, as [a-z0-9]' };
  }
  if (names === 'groups') {
    const construct = `${written}, which depends on the version of Unicode that Java knows`;
    return { kind: 'unsupported', construct, remedy: 'write the characters in a class, as [a-z0-9]' };
  }
  return { kind: 'known', set: CodePointSet.chars(onTopics) };
}

/**
 * Brings different names of the same property to one form: `gc=Lu` and `IsLu` are `Lu`, `IsLetter` and `Isletter` are
 * one.
 */
function shortName(name: string): string {
  const category = /^(?:gc|general_category)=(.*)$/i.exec(name)?.[1] ?? (name.startsWith('Is') ? name.slice(2) : name);
  if (isCategory(category)) return category;
  return name.startsWith('Is') ? `Is${name.slice(2).toLowerCase()}` : name;
}

function isCategory(name: string): boolean {
  return CATEGORIES.has(name) || OTHER_CATEGORIES.includes(name);
}

function topicCharacters(short: string): string | undefined {
  if (OTHER_CATEGORIES.includes(short)) return '';
  return CATEGORIES.get(short) ?? NAMED.get(short);
}

/** A Map, because the key is text from a pattern: an object would also find the names in its prototype. */
function mapOf<T>(entries: Readonly<Record<string, T>>): ReadonlyMap<string, T> {
  return new Map(Object.entries(entries));
}
