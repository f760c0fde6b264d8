import type { PatternText } from './pattern-text.ts';

export interface Quantifier {
  readonly min: number;
  /** Infinity if there is no upper bound, 1 for `?`, else `min`. */
  readonly max: number;
  readonly mode: 'greedy' | 'lazy' | 'possessive';
  /** `{…}`, not `?`, `*` or `+`. */
  readonly counted: boolean;
}

/** Reads the quantifier that comes next, if there is one. @throws UnsupportedPatternError */
export function readQuantifier(text: PatternText): Quantifier | null {
  const counts = readCounts(text);
  if (counts === null) return null;
  const mode = text.accept('?') ? 'lazy' : text.accept('+') ? 'possessive' : 'greedy';
  return { ...counts, mode };
}

function readCounts(text: PatternText): Omit<Quantifier, 'mode'> | null {
  const at = text.cursor;
  if (text.accept('?')) return { min: 0, max: 1, counted: false };
  if (text.accept('*')) return { min: 0, max: Number.POSITIVE_INFINITY, counted: false };
  if (text.accept('+')) return { min: 1, max: Number.POSITIVE_INFINITY, counted: false };
  if (!text.accept('{')) return null;
  const min = readCount(text, at);
  if (min === null) throw text.invalid('"{" without a number after it', at);
  // There is never a comma here: in MM2's list it separates two patterns.
  if (!text.accept('}')) throw text.invalid('"{" without "}"', at);
  return { min, max: min, counted: true };
}

function readCount(text: PatternText, at: number): number | null {
  let digits = '';
  while (/[0-9]/.test(String.fromCodePoint(text.peek()))) digits += String.fromCodePoint(text.read());
  // Beyond 32 bits Java 8 wraps around, and later versions refuse.
  if (digits.length > 9) throw text.unsupported('more than 999,999,999 repetitions', 'write a smaller number', at);
  return digits === '' ? null : Number(digits);
}
