import { literal, literalRange, readProperty } from './characters.ts';
import type { CodePointSet } from './code-point-set.ts';
import { readEscape, VERTICAL_TAB } from './escape.ts';
import type { Flags } from './flags.ts';
import { codeOf, type PatternText } from './pattern-text.ts';
import type { NameKind } from './unsupported-pattern.ts';

const WRITE_OUT = 'write one class that lists the characters';
const MAX_DEPTH = 100;
const BACKSLASH = codeOf('\\');
const DASH = codeOf('-');
const AMPERSAND = codeOf('&');
const OPEN = codeOf('[');
const CLOSE = codeOf(']');

/**
 * Reads a character class from its `[` to its `]`: unions, nested classes and intersections, as far as Java 8 to 25
 * agree on them.
 */
export class ClassReader {
  readonly #text: PatternText;
  readonly #flags: Flags;
  readonly #names: NameKind;
  #depth = 0;

  constructor(text: PatternText, flags: Flags, names: NameKind) {
    this.#text = text;
    this.#flags = flags;
    this.#names = names;
  }

  /** @throws UnsupportedPatternError */
  read(): CodePointSet {
    const start = this.#text.cursor;
    this.#text.read();
    const negated = this.#text.accept('^');
    const { set, isSimple } = this.#readItems(start);
    this.#text.read();
    // Java 8 negates only the plain characters, later versions the whole class.
    if (negated && !isSimple) throw this.#text.unsupported('[^…] around [ ] or &&', WRITE_OUT, start);
    return negated ? set.complement() : set;
  }

  /** Reads up to the `]` without consuming it. If the first character is a `]`, it is a literal. */
  #readItems(start: number): { set: CodePointSet; isSimple: boolean } {
    const text = this.#text;
    let set: CodePointSet | null = null;
    let isSimple = true;
    if (++this.#depth > MAX_DEPTH) throw text.unsupported('classes nested more than 100 deep', WRITE_OUT, start);
    while (text.peek() !== CLOSE || set === null) {
      if (text.atEnd()) throw text.invalid('a class without "]"', start);
      if (text.peek() === AMPERSAND && text.peek(1) === AMPERSAND) {
        if (set === null) throw text.unsupported('&& without a left side', WRITE_OUT);
        set = set.intersection(this.#readRightSide(start));
        isSimple = false;
        continue;
      }
      const isNested: boolean = text.peek() === OPEN;
      const item: CodePointSet = isNested ? this.read() : this.#readRange();
      if (isNested) isSimple = false;
      set = set === null ? item : set.union(item);
    }
    this.#depth--;
    return { set, isSimple };
  }

  /** What follows `&&`: either classes, or characters and everything after them up to the `]`. */
  #readRightSide(start: number): CodePointSet {
    const text = this.#text;
    const at = text.cursor;
    text.cursor += 2;
    if (text.peek() === CLOSE || text.peek() === AMPERSAND) {
      throw text.unsupported('&& without a right side', WRITE_OUT, at);
    }
    if (text.peek() !== OPEN) return this.#readItems(start).set;
    let set = this.read();
    while (text.peek() === OPEN) set = set.union(this.read());
    const isEnd = text.peek() === CLOSE || (text.peek() === AMPERSAND && text.peek(1) === AMPERSAND);
    // Java 8 and 11 drop the class, later versions do not; a lone & changes the left side.
    if (!isEnd && !text.atEnd()) throw text.unsupported('characters after a class after &&', WRITE_OUT, at);
    return set;
  }

  #readRange(): CodePointSet {
    const text = this.#text;
    const at = text.cursor;
    const first = this.#readCharacter();
    if (typeof first !== 'number') return first;
    const end = text.peek(1);
    if (text.peek() !== DASH || end === OPEN || end === CLOSE) return literal(text, first, this.#flags, at);
    text.read();
    if (text.atEnd()) throw text.invalid('a class without "]"', at);
    const last = this.#readRangeEnd(at);
    if (last < first) throw text.invalid('a range that ends before it begins', at);
    return literalRange(first, last, this.#flags);
  }

  #readCharacter(): number | CodePointSet {
    const text = this.#text;
    if (text.peek() !== BACKSLASH) return text.read();
    if (isProperty(text)) return readProperty(text, this.#flags, this.#names);
    if (text.peek(1) === codeOf('v') && text.peek(2) === DASH) {
      text.cursor += 2;
      return VERTICAL_TAB;
    }
    const at = text.cursor;
    const escaped = readEscape(text);
    if (escaped.kind === 'character') return escaped.code;
    if (escaped.kind === 'set') return escaped.set;
    throw text.invalid('a position inside a class', at);
  }

  #readRangeEnd(at: number): number {
    const text = this.#text;
    if (text.peek() !== BACKSLASH) return text.read();
    if (text.peek(1) === codeOf('v')) {
      text.cursor += 2;
      return VERTICAL_TAB;
    }
    if (!isProperty(text)) {
      const escaped = readEscape(text);
      if (escaped.kind === 'character') return escaped.code;
    }
    throw text.invalid('a range whose end is not a character', at);
  }
}

/** Whether `\p` or `\P` comes next. */
export function isProperty(text: PatternText): boolean {
  const letter = text.peek(1);
  return text.peek() === BACKSLASH && (letter === codeOf('p') || letter === codeOf('P'));
}
