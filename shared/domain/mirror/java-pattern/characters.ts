import { CodePointSet } from './code-point-set.ts';
import type { Flags } from './flags.ts';
import { codeOf, type PatternText } from './pattern-text.ts';
import { propertyOf } from './properties.ts';
import type { NameKind } from './unsupported-pattern.ts';

const LOWER = CodePointSet.chars('a-z');
const UPPER = CodePointSet.chars('A-Z');
const CASE_STEP = 32;

/** What a literal character matches: itself, and with the flag i the same ASCII letter in the other case. */
export function literal(text: PatternText, code: number, flags: Flags, at: number): CodePointSet {
  if (code >= 0x80 && flags.insensitive && flags.unicodeCase) {
    throw text.unsupported(
      'a letter beyond ASCII under the flags i and u, which depends on the version of Java',
      'leave the flag u out, or write both cases in a class',
      at,
    );
  }
  return literalRange(code, code, flags);
}

/** A range of a class; with the flag i also all ASCII letters whose other case lies in it. */
export function literalRange(first: number, last: number, flags: Flags): CodePointSet {
  const range = CodePointSet.range(first, last);
  if (!flags.insensitive) return range;
  return range
    .union(shifted(range.intersection(LOWER), -CASE_STEP))
    .union(shifted(range.intersection(UPPER), CASE_STEP));
}

/** Reads the name after `\p` or `\P`, in braces or one letter. @throws UnsupportedPatternError */
export function readProperty(text: PatternText, flags: Flags, names: NameKind): CodePointSet {
  const at = text.cursor;
  text.read();
  const negated = text.read() === codeOf('P');
  const name = propertyName(text, at);
  const property = propertyOf(name, flags.insensitive, names);
  if (property.kind === 'unsupported') throw text.unsupported(property.construct, property.remedy, at);
  return negated ? property.set.complement() : property.set;
}

function propertyName(text: PatternText, at: number): string {
  if (!text.accept('{')) {
    if (text.atEnd()) throw text.invalid('\\p without a property', at);
    return String.fromCodePoint(text.read());
  }
  let name = '';
  while (!text.accept('}')) {
    if (text.atEnd()) throw text.invalid('"\\p{" without "}"', at);
    name += String.fromCodePoint(text.read());
  }
  if (name === '') throw text.invalid('\\p{} without a property', at);
  return name;
}

function shifted(letters: CodePointSet, by: number): CodePointSet {
  let set = CodePointSet.EMPTY;
  for (let code = codeOf('A'); code <= codeOf('z'); code++) {
    if (letters.has(code)) set = set.union(CodePointSet.of(code + by));
  }
  return set;
}
