import { type PatternPlace, UnsupportedPatternError } from './unsupported-pattern.ts';

/** Returned for reading beyond the end; a pattern that contains this character is refused. */
export const END = 0;

/**
 * MM2's list of patterns as the one text that it compiles (`MirrorUtils.compilePatternList`). The items are joined with
 * `|`. Before anything else is parsed, `\Q…\E` is resolved as `java.util.regex.Pattern` does it.
 */
export class PatternText {
  readonly length: number;
  cursor = 0;
  readonly #items: readonly string[];
  readonly #codes: readonly number[];
  /** For each code, the character of the joined items that it comes from. */
  readonly #origins: readonly number[];

  /** @throws UnsupportedPatternError */
  constructor(items: readonly string[]) {
    this.#items = items;
    const joined = Array.from(items.join('|'), (character) => character.codePointAt(0) ?? END);
    for (const [at, code] of joined.entries()) {
      if (code === END) throw this.#unsupported(at, 'a NUL character', 'no name holds one: leave it out');
      if (isSurrogate(code)) throw this.#unsupported(at, 'half of a surrogate pair', 'write the whole character');
    }
    const { codes, origins } = withoutQuotes(joined);
    this.#codes = codes;
    this.#origins = origins;
    this.length = codes.length;
  }

  peek(ahead = 0): number {
    return this.#codes[this.cursor + ahead] ?? END;
  }

  /** Returns the character here and moves to the next one. */
  read(): number {
    const code = this.peek();
    this.cursor++;
    return code;
  }

  /** Moves to the next character and returns it. */
  next(): number {
    this.cursor++;
    return this.peek();
  }

  /** Reads this character if it comes next. */
  accept(character: string): boolean {
    if (this.peek() !== codeOf(character) || this.atEnd()) return false;
    this.cursor++;
    return true;
  }

  atEnd(): boolean {
    return this.cursor >= this.length;
  }

  /** Java rejects what is here. */
  invalid(construct: string, at = this.cursor): UnsupportedPatternError {
    return new UnsupportedPatternError(this.#placeOf(this.#origins[at]), construct, { invalid: true });
  }

  unsupported(construct: string, remedy: string, at = this.cursor): UnsupportedPatternError {
    return this.#unsupported(this.#origins[at], construct, remedy);
  }

  #unsupported(origin: number | undefined, construct: string, remedy: string): UnsupportedPatternError {
    return new UnsupportedPatternError(this.#placeOf(origin), construct, { invalid: false, remedy });
  }

  /** The last character of the last item, if the origin is beyond all of them. */
  #placeOf(origin = Number.POSITIVE_INFINITY): PatternPlace {
    let start = 0;
    for (const [i, pattern] of this.#items.entries()) {
      const length = Array.from(pattern).length;
      const isLast = i === this.#items.length - 1;
      if (origin <= start + length || isLast) {
        return { pattern, position: Math.max(1, Math.min(origin - start + 1, length)) };
      }
      start += length + 1;
    }
    return { pattern: '', position: 1 };
  }
}

export function codeOf(character: string): number {
  return character.codePointAt(0) ?? END;
}

export function isSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdfff;
}

const BACKSLASH = codeOf('\\');
const LETTER = /^[A-Za-z]$/;
const DIGIT = /^[0-9]$/;

/**
 * Rewrites quotes so that every quoted character stands for itself. A quote that nothing closes extends to the end of
 * the list.
 */
function withoutQuotes(joined: readonly number[]): { codes: number[]; origins: number[] } {
  const codes: number[] = [];
  const origins: number[] = [];
  let quoted = false;
  let first = false;
  for (let at = 0; at < joined.length; at++) {
    const put = (...some: readonly number[]): void => {
      for (const one of some) {
        codes.push(one);
        origins.push(at);
      }
    };
    const code = joined[at] ?? END;
    const follower = joined[at + 1];
    if (!quoted) {
      if (code !== BACKSLASH) put(code);
      else if (follower === codeOf('Q')) {
        at++;
        quoted = true;
        first = true;
        continue;
      } else {
        put(code);
        at++;
        if (follower !== undefined) put(follower);
      }
    } else if (code === BACKSLASH && follower === codeOf('E')) {
      at++;
      quoted = false;
    } else put(...quotedCode(code, first));
    first = false;
  }
  return { codes, origins };
}

/**
 * A first digit is written `\x3N`, so that it does not extend an escape before the quote. A letter stays and does
 * extend one.
 */
function quotedCode(code: number, first: boolean): readonly number[] {
  const character = String.fromCodePoint(code);
  if (DIGIT.test(character)) return first ? [BACKSLASH, codeOf('x'), codeOf('3'), code] : [code];
  return code >= 0x80 || LETTER.test(character) ? [code] : [BACKSLASH, code];
}
