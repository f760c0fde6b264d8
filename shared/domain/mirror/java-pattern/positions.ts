import type { PositionTest } from './node.ts';

const LF = 0x0a;
const CR = 0x0d;
const LINE_ENDS = new Set([LF, CR, 0x85, 0x2028, 0x2029]);

/** `\A`, `\G`, and `^` without the flag m. */
export const atStart: PositionTest = (_text, at) => at === 0;

/** `\z` */
export const atEnd: PositionTest = (text, at) => at === text.length;

/** `^` with the flag m: never at the end of the text, not even of an empty one. */
export const atLineStart = lineTest((unixLines, text, at) => {
  if (at === text.length) return false;
  if (at === 0) return true;
  const before = text[at - 1];
  return unixLines ? before === LF : isLineEnd(before) && !isBetweenCrLf(text, at);
});

/** `$` with the flag m. */
export const atLineEnd = lineTest((unixLines, text, at) => {
  if (at === text.length) return true;
  return unixLines ? text[at] === LF : isLineEnd(text[at]) && !isBetweenCrLf(text, at);
});

/** `\Z`, and `$` without the flag m: at the end, or before a line end that ends the text. */
export const atLastLineEnd = lineTest((unixLines, text, at) => {
  const left = text.length - at;
  if (left === 0) return true;
  if (unixLines) return left === 1 && text[at] === LF;
  if (left === 2) return text[at] === CR && text[at + 1] === LF;
  return left === 1 && isLineEnd(text[at]) && !isBetweenCrLf(text, at);
});

/** `\b` for ASCII: what Java counts as part of a word beyond ASCII changed with version 19. */
export const atWordBoundary: PositionTest = (text, at) => isWord(text[at - 1]) !== isWord(text[at]);

export const notAtWordBoundary: PositionTest = (text, at) => !atWordBoundary(text, at);

/** One test for each kind of line end, created once: tests are compared by identity. */
function lineTest(
  holds: (unixLines: boolean, ...place: Parameters<PositionTest>) => boolean,
): Readonly<Record<'unix' | 'any', PositionTest>> {
  return { unix: (text, at) => holds(true, text, at), any: (text, at) => holds(false, text, at) };
}

function isWord(code: number | undefined): boolean {
  return code !== undefined && /^[a-zA-Z0-9_]$/.test(String.fromCodePoint(code));
}

function isLineEnd(code: number | undefined): boolean {
  return code !== undefined && LINE_ENDS.has(code);
}

function isBetweenCrLf(text: readonly number[], at: number): boolean {
  return text[at - 1] === CR && text[at] === LF;
}
