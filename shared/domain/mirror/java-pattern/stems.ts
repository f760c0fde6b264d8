import type { Node, Repeat } from './node.ts';
import { DOT } from './parse.ts';

/** A text that equals a matching name, or, if not `whole`, begins one. */
export interface Stem {
  readonly text: string;
  readonly whole: boolean;
}

/** More combinations of alternatives than this are not expanded. */
const MAX_STEMS = 100;
/** No topic name is longer; a longer stem is cut to this length. */
const MAX_LENGTH = 249;
const MAX_COPIES = 10;

const NOTHING: Stem = { text: '', whole: true };
const ANYTHING: Stem = { text: '', whole: false };

/**
 * Stems of all names that the pattern matches: each name is one of them, or begins with one that is not whole. A lone
 * dot is taken as a literal dot, which it nearly always is in a name.
 */
export function stemsOf(node: Node): readonly Stem[] {
  switch (node.kind) {
    case 'empty':
    case 'position':
    case 'look':
      return [NOTHING];
    case 'set': {
      const only = isDot(node) ? '.'.charCodeAt(0) : node.set.only();
      return only === null ? [ANYTHING] : [{ text: String.fromCodePoint(only), whole: true }];
    }
    case 'sequence':
      return chained(node.items.map((item) => () => stemsOf(item)));
    case 'choice':
      return node.items.flatMap(stemsOf);
    case 'repeat':
      return stemsOfRepeat(node);
    case 'atomic':
      return stemsOf(node.body);
  }
}

function stemsOfRepeat({ body, min, max }: Repeat): readonly Stem[] {
  if (isDot(body)) return [ANYTHING];
  const once = stemsOf(body);
  const known = chained(new Array<() => readonly Stem[]>(Math.min(min, MAX_COPIES)).fill(() => once));
  return min === max && min <= MAX_COPIES ? known : known.map(opened);
}

/** Each stem of the first that is whole, followed by each of the second, and so on. */
function chained(parts: readonly (() => readonly Stem[])[]): readonly Stem[] {
  let stems: readonly Stem[] = [NOTHING];
  for (const part of parts) {
    if (!stems.some(({ whole }) => whole)) break;
    const next = part();
    if (stems.length * next.length > MAX_STEMS) return stems.map(opened);
    stems = stems.flatMap((stem) => (stem.whole ? next.map((following) => joined(stem, following)) : [stem]));
  }
  return stems;
}

function joined(stem: Stem, following: Stem): Stem {
  const text = stem.text + following.text;
  return text.length > MAX_LENGTH ? opened({ ...stem, text: text.slice(0, MAX_LENGTH) }) : { ...following, text };
}

function isDot(node: Node): boolean {
  return node.kind === 'set' && node.set === DOT;
}

function opened(stem: Stem): Stem {
  return { ...stem, whole: false };
}
