import { CodePointSet, MAX_CODE_POINT } from './code-point-set.ts';
import type { PositionTest } from './node.ts';
import { codeOf, isSurrogate, type PatternText } from './pattern-text.ts';
import { atEnd, atStart } from './positions.ts';

/** What an escape stands for, except `\p`, which has an argument of its own. */
export type Escape =
  | { readonly kind: 'character'; readonly code: number }
  | { readonly kind: 'set'; readonly set: CodePointSet }
  | { readonly kind: 'position'; readonly holds: PositionTest }
  | { readonly kind: 'last-line-end' }
  | { readonly kind: 'word-boundary'; readonly negated: boolean };

const LINE_WHITE = CodePointSet.chars('\n-\r').union(CodePointSet.of(0x85, 0x2028, 0x2029));
const WIDE_BLANKS = CodePointSet.range(0x2000, 0x200a).union(
  CodePointSet.of(0xa0, 0x1680, 0x180e, 0x202f, 0x205f, 0x3000),
);

const SETS: Readonly<Record<string, CodePointSet>> = {
  d: CodePointSet.chars('0-9'),
  w: CodePointSet.chars('a-zA-Z_0-9'),
  s: CodePointSet.chars(' \t-\r'),
  h: CodePointSet.chars(' \t').union(WIDE_BLANKS),
  v: LINE_WHITE,
};

const CONTROLS: Readonly<Record<string, number>> = { t: 0x09, n: 0x0a, r: 0x0d, f: 0x0c, a: 0x07, e: 0x1b };

/** Reads from the backslash on. @throws UnsupportedPatternError */
export function readEscape(text: PatternText): Escape {
  const at = text.cursor;
  text.read();
  if (text.atEnd()) throw text.invalid('a backslash with nothing after it', at);
  const letter = String.fromCodePoint(text.read());
  const control = CONTROLS[letter];
  if (control !== undefined) return character(control);
  const set = setOf(letter);
  if (set !== undefined) return { kind: 'set', set };
  switch (letter) {
    case '0':
      return character(readOctal(text, at));
    case 'x':
      return character(readHex(text, at));
    case 'u':
      return character(readUtf16(text, at));
    case 'c':
      if (text.atEnd()) throw text.invalid('\\c without a character', at);
      return character(text.read() ^ 64);
    case 'A':
    case 'G':
      return { kind: 'position', holds: atStart };
    case 'z':
      return { kind: 'position', holds: atEnd };
    case 'Z':
      return { kind: 'last-line-end' };
    case 'b':
    case 'B':
      return { kind: 'word-boundary', negated: letter === 'B' };
    case 'k':
    case 'R':
    case 'X':
    case 'N':
      throw text.unsupported(...UNSUPPORTED[letter], at);
    default:
      if (/[1-9]/.test(letter)) throw text.unsupported(...backReference(letter), at);
      if (/[A-Za-z]/.test(letter)) throw text.invalid(`\\${letter}, which has no meaning`, at);
      return character(codeOf(letter));
  }
}

/** `\v` at either end of a range is the single character that it was before Java 8. */
export const VERTICAL_TAB = 0x0b;

/** An upper-case letter is the complement of its lower-case letter. */
function setOf(letter: string): CodePointSet | undefined {
  return SETS[letter] ?? SETS[letter.toLowerCase()]?.complement();
}

function character(code: number): Escape {
  return { kind: 'character', code };
}

function backReference(which: string): [string, string] {
  return [`the back reference \\${which}`, 'write out what is repeated'];
}

const UNSUPPORTED: Readonly<Record<'k' | 'R' | 'X' | 'N', [string, string]>> = {
  k: backReference('k'),
  R: ['\\R, a line end of one or two characters', 'leave it out'],
  X: ['\\X, which depends on the version of Unicode that Java knows', 'write . or a class'],
  N: ['\\N, which Java before 9 does not know', 'write the character, or its number as \\x{…}'],
};

/** `\0n`, `\0nn`, `\0mnn` with m up to 3. */
function readOctal(text: PatternText, at: number): number {
  const isDigit = (): boolean => /[0-7]/.test(String.fromCodePoint(text.peek()));
  if (!isDigit()) throw text.invalid('\\0 without an octal digit', at);
  const digits = [text.read() - 48];
  const most = (digits[0] ?? 0) <= 3 ? 3 : 2;
  while (digits.length < most && isDigit()) digits.push(text.read() - 48);
  return digits.reduce((code, digit) => 8 * code + digit, 0);
}

/** `\xhh` or `\x{h…h}`. */
function readHex(text: PatternText, at: number): number {
  if (!text.accept('{')) return known(text, readHexDigits(text, at, 2), at);
  let code = readHexDigits(text, at, 1);
  while (isHexDigit(text.peek())) {
    code = 16 * code + readHexDigits(text, at, 1);
    if (code > MAX_CODE_POINT) throw text.invalid('\\x{…} beyond the last character', at);
  }
  if (!text.accept('}')) throw text.invalid('"\\x{" without "}"', at);
  return known(text, code, at);
}

/** `\uhhhh`, or two of these that make one character in UTF-16. */
function readUtf16(text: PatternText, at: number): number {
  const high = readHexDigits(text, at, 4);
  if (high < 0xd800 || high > 0xdbff) return known(text, high, at);
  const lowAt = text.cursor;
  if (text.accept('\\') && text.accept('u')) {
    const low = readHexDigits(text, lowAt, 4);
    if (low >= 0xdc00 && low <= 0xdfff) return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
  }
  return known(text, high, at);
}

function readHexDigits(text: PatternText, at: number, count: number): number {
  let code = 0;
  for (let i = 0; i < count; i++) {
    if (!isHexDigit(text.peek())) throw text.invalid('an escape without its hexadecimal digits', at);
    code = 16 * code + Number.parseInt(String.fromCodePoint(text.read()), 16);
  }
  return code;
}

function isHexDigit(code: number): boolean {
  return /[0-9a-fA-F]/.test(String.fromCodePoint(code));
}

/** Names are read from UTF-8, which has no lone surrogates. */
function known(text: PatternText, code: number, at: number): number {
  if (isSurrogate(code)) throw text.unsupported('half of a surrogate pair', 'write the whole character', at);
  return code;
}
