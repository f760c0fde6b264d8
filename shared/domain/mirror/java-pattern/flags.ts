import type { PatternText } from './pattern-text.ts';
import type { NameKind } from './unsupported-pattern.ts';

/**
 * The inline flags in effect at a place in a pattern. `(?i)` applies to the end of its group, also across the next
 * items of the list.
 */
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
  // On topic names its character classes agree with the ASCII ones, and it is accepted for topic names only.
  U: 'unicodeCase',
};

/** Reads `i`, `i-s`, `-s`, … up to the first character that is not a flag. @throws UnsupportedPatternError */
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
