import type { PatternText } from './pattern-text.ts';
import type { NameKind } from './unsupported-pattern.ts';

/** The inline flags in force where a pattern is read: `(?i)` reaches to the end of its group, over the next items of the list. */
export interface Flags {
  readonly insensitive: boolean;
  readonly multiline: boolean;
  readonly dotAll: boolean;
  readonly unixLines: boolean;
  readonly unicodeCase: boolean;
}

export const NO_FLAGS: Flags = {
  insensitive: false,
  multiline: false,
  dotAll: false,
  unixLines: false,
  unicodeCase: false,
};

const NAMES: Readonly<Record<string, keyof Flags>> = {
  i: 'insensitive',
  m: 'multiline',
  s: 'dotAll',
  d: 'unixLines',
  u: 'unicodeCase',
  // Its character classes agree with the ASCII ones on topic names, the only ones that it is taken for.
  U: 'unicodeCase',
};

/** Reads `i`, `i-s`, `-s`, … up to what is no flag. @throws UnsupportedPatternError */
export function readFlags(text: PatternText, before: Flags, names: NameKind): Flags {
  let flags = before;
  let on = true;
  for (;;) {
    const letter = String.fromCodePoint(text.peek());
    const name = NAMES[letter];
    if (letter === '-' && on) on = false;
    else if (name !== undefined) flags = { ...flags, [name]: on };
    else if (letter === 'x' || letter === 'c') {
      throw text.unsupported(`the flag ${letter}`, 'leave it out: names hold neither spaces nor composed characters');
    } else return flags;
    if (name === 'unicodeCase' && on && names === 'groups') {
      throw text.unsupported(
        `the flag ${letter}, whose meaning depends on the version of Java`,
        'use (?i) and write letters beyond ASCII in a class',
      );
    }
    text.next();
  }
}
