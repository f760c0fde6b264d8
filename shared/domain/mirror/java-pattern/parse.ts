import { atomic } from './atomic.ts';
import { ClassReader, isProperty } from './character-class.ts';
import { literal, readProperty } from './characters.ts';
import { CodePointSet } from './code-point-set.ts';
import { readEscape } from './escape.ts';
import { type Flags, NO_FLAGS, readFlags } from './flags.ts';
import { choice, EMPTY, emptiness, type Node, sequence } from './node.ts';
import { codeOf, type PatternText } from './pattern-text.ts';
import { atLastLineEnd, atLineEnd, atLineStart, atStart, atWordBoundary, notAtWordBoundary } from './positions.ts';
import { readQuantifier } from './quantifier.ts';
import type { NameKind } from './unsupported-pattern.ts';

/** The dot without flags. Only a dot uses this same object. */
export const DOT = CodePointSet.of(0x0a, 0x0d, 0x85, 0x2028, 0x2029).complement();
const UNIX_DOT = CodePointSet.of(0x0a).complement();

/** Nobody nests deeper by hand, and the parser recurses. */
const MAX_DEPTH = 100;

const LOOK_BEHIND_REMEDY = 'use only characters, classes and | in it';

/**
 * The syntax of `java.util.regex.Pattern`, as far as Java 8 to 25 agree on its meaning for whole names of this kind.
 *
 * @throws UnsupportedPatternError
 */
export function parseJavaPattern(text: PatternText, names: NameKind): Node {
  return new Parser(text, names).parse();
}

class Parser {
  readonly #text: PatternText;
  readonly #names: NameKind;
  readonly #groups = new Set<string>();
  #flags: Flags = NO_FLAGS;
  #depth = 0;
  #behind = 0;

  constructor(text: PatternText, names: NameKind) {
    this.#text = text;
    this.#names = names;
  }

  parse(): Node {
    const node = this.#readChoice();
    if (!this.#text.atEnd()) throw this.#text.invalid('")" that closes nothing');
    return node;
  }

  #readChoice(): Node {
    const items = [this.#readSequence()];
    while (this.#text.accept('|')) items.push(this.#readSequence());
    return choice(items);
  }

  #readSequence(): Node {
    const items: Node[] = [];
    while (!this.#text.atEnd() && !'|)'.includes(this.#here())) {
      const at = this.#text.cursor;
      const isGroup = this.#here() === '(';
      const item = isGroup ? this.#readGroup() : this.#readAtom();
      if (item !== null) items.push(this.#quantified(item, isGroup, at));
    }
    return sequence(items);
  }

  #readAtom(): Node {
    const text = this.#text;
    const at = text.cursor;
    const flags = this.#flags;
    const lines = flags.unixLines ? 'unix' : 'any';
    switch (this.#here()) {
      case '[':
        return this.#set(new ClassReader(text, flags, this.#names).read(), at);
      case '\\':
        return isProperty(text) ? this.#set(readProperty(text, flags, this.#names), at) : this.#readEscaped();
      case '.':
        text.read();
        return this.#set(flags.dotAll ? CodePointSet.ALL : flags.unixLines ? UNIX_DOT : DOT, at);
      case '^':
        text.read();
        return { kind: 'position', holds: flags.multiline ? atLineStart[lines] : atStart };
      case '$':
        text.read();
        return { kind: 'position', holds: flags.multiline ? atLineEnd[lines] : atLastLineEnd[lines] };
      case '?':
      case '*':
      case '+':
        throw text.invalid(`"${this.#here()}" with nothing to repeat`);
      case '{':
        // Unlike the others, Java allows this one with nothing to repeat: `a{2}{3}` is `a{2}`.
        return EMPTY;
      default:
        return this.#set(literal(text, text.read(), flags, at), at);
    }
  }

  #readEscaped(): Node {
    const at = this.#text.cursor;
    const escaped = readEscape(this.#text);
    switch (escaped.kind) {
      case 'character':
        return this.#set(literal(this.#text, escaped.code, this.#flags, at), at);
      case 'set':
        return this.#set(escaped.set, at);
      case 'position':
        return escaped;
      case 'last-line-end':
        return { kind: 'position', holds: atLastLineEnd[this.#flags.unixLines ? 'unix' : 'any'] };
      case 'word-boundary': {
        if (this.#names === 'groups') {
          const construct = 'a word boundary, which depends on the version of Java beyond ASCII';
          throw this.#text.unsupported(construct, 'write out what may come before and after it', at);
        }
        if (!escaped.negated && this.#here() === '{' && this.#text.peek(1) === codeOf('g')) {
          throw this.#text.unsupported('\\b{g}, which Java before 9 does not know', 'leave it out', at);
        }
        return { kind: 'position', holds: escaped.negated ? notAtWordBoundary : atWordBoundary };
      }
    }
  }

  /** Null for flags on their own, such as `(?i)`. */
  #readGroup(): Node | null {
    const text = this.#text;
    const at = text.cursor;
    if (++this.#depth > MAX_DEPTH) throw text.unsupported('groups nested more than 100 deep', 'nest less deeply', at);
    text.read();
    const outside = this.#flags;
    const node = text.accept('?') ? this.#readSpecialGroup(at) : this.#readChoice();
    this.#depth--;
    if (node === null) return null;
    if (!text.accept(')')) throw text.invalid('a group without ")"', at);
    this.#flags = outside;
    return node;
  }

  #readSpecialGroup(at: number): Node | null {
    const text = this.#text;
    if (text.accept(':')) return this.#readChoice();
    if (text.accept('=')) return this.#readLook('ahead', false);
    if (text.accept('!')) return this.#readLook('ahead', true);
    if (text.accept('>')) return this.#atomic(this.#readChoice(), '(?>…)', at);
    if (text.accept('<')) {
      if (text.accept('=')) return this.#readLook('behind', false);
      if (text.accept('!')) return this.#readLook('behind', true);
      this.#readGroupName(at);
      return this.#readChoice();
    }
    this.#flags = readFlags(text, this.#flags, this.#names);
    if (text.accept(')')) return null;
    if (!text.accept(':')) throw text.invalid('"(?" with an unknown flag', at);
    return this.#readChoice();
  }

  #readLook(direction: 'ahead' | 'behind', negated: boolean): Node {
    if (direction === 'behind') this.#behind++;
    const body = this.#readChoice();
    if (direction === 'behind') this.#behind--;
    return { kind: 'look', direction, negated, body };
  }

  #readGroupName(at: number): void {
    let name = '';
    while (/[A-Za-z0-9]/.test(this.#here())) name += String.fromCodePoint(this.#text.read());
    if (!/^[A-Za-z]/.test(name) || !this.#text.accept('>')) throw this.#text.invalid('"(?<" without a name', at);
    if (this.#groups.has(name)) throw this.#text.invalid(`a second group named ${name}`, at);
    this.#groups.add(name);
  }

  #quantified(node: Node, isGroup: boolean, at: number): Node {
    const quantifier = readQuantifier(this.#text);
    if (quantifier === null) return node;
    const { min, max, mode, counted } = quantifier;
    if (this.#behind > 0 && (max === Number.POSITIVE_INFINITY || mode === 'possessive' || (isGroup && counted))) {
      // Java accepts some of these and rejects others, and its versions differ.
      throw this.#text.unsupported('a repetition in (?<=…) or (?<!…)', LOOK_BEHIND_REMEDY, at);
    }
    if (isGroup && min > 1 && emptiness(node) === 'sometimes') {
      // Java ends the loop at the first repetition that is empty, even if a later one would not be.
      throw this.#text.unsupported('{…} around what can be empty in some places only', 'write out the repetitions', at);
    }
    const repeat: Node = { kind: 'repeat', body: node, min, max, lazy: mode === 'lazy' };
    return mode === 'possessive' ? this.#atomic(repeat, 'a possessive quantifier', at) : repeat;
  }

  #atomic(node: Node, what: string, at: number): Node {
    const written = this.#behind > 0 ? null : atomic(node);
    if (written !== null) return written;
    const construct = `${what} around what matches in several ways`;
    throw this.#text.unsupported(construct, 'leave it out, or use it on characters and classes alone', at);
  }

  #set(set: CodePointSet, at: number): Node {
    // Java steps back through UTF-16 there, and may begin inside a surrogate pair.
    if (this.#behind > 0 && this.#names === 'groups' && set.max() >= 0xd800) {
      throw this.#text.unsupported(
        'characters beyond U+D7FF in (?<=…) or (?<!…), where Java steps through UTF-16',
        LOOK_BEHIND_REMEDY,
        at,
      );
    }
    return { kind: 'set', set };
  }

  #here(): string {
    return String.fromCodePoint(this.#text.peek());
  }
}
