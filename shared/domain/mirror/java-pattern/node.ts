import type { CodePointSet } from './code-point-set.ts';

/** Whether a condition holds between two code points of a text: before the one at this index. */
export type PositionTest = (text: readonly number[], at: number) => boolean;

/**
 * A pattern without the parts that only decide which of several matches is found: a name either matches as a whole or
 * not.
 */
export type Node =
  | { readonly kind: 'empty' }
  | { readonly kind: 'set'; readonly set: CodePointSet }
  | { readonly kind: 'position'; readonly holds: PositionTest }
  | { readonly kind: 'sequence'; readonly items: readonly Node[] }
  | { readonly kind: 'choice'; readonly items: readonly Node[] }
  | Repeat
  | {
      readonly kind: 'look';
      readonly direction: 'ahead' | 'behind';
      readonly negated: boolean;
      readonly body: Node;
    }
  /** Matches in one way at most: the body is written like that. */
  | { readonly kind: 'atomic'; readonly body: Node };

export interface Repeat {
  readonly kind: 'repeat';
  readonly body: Node;
  readonly min: number;
  /** Infinity if there is no upper bound. */
  readonly max: number;
  readonly lazy: boolean;
}

export const EMPTY: Node = { kind: 'empty' };

export function sequence(items: readonly Node[]): Node {
  const [only] = items;
  if (only === undefined) return EMPTY;
  return items.length === 1 ? only : { kind: 'sequence', items };
}

export function choice(items: readonly Node[]): Node {
  const [only] = items;
  return items.length === 1 && only !== undefined ? only : { kind: 'choice', items };
}

/** The number of code points that the node matches; null if that varies. */
export function fixedLength(node: Node): number | null {
  switch (node.kind) {
    case 'empty':
    case 'position':
    case 'look':
      return 0;
    case 'set':
      return 1;
    case 'sequence':
      return node.items.reduce<number | null>((sum, item) => plus(sum, fixedLength(item)), 0);
    case 'choice': {
      const [first = null, ...others] = node.items.map(fixedLength);
      return others.every((other) => other === first) ? first : null;
    }
    case 'repeat': {
      const length = fixedLength(node.body);
      if (length === 0) return 0;
      return length === null || node.min !== node.max ? null : length * node.min;
    }
    case 'atomic':
      return fixedLength(node.body);
  }
}

/**
 * Where the node matches without consuming a character: everywhere, nowhere, or only where something else holds too.
 */
export function emptiness(node: Node): 'always' | 'sometimes' | 'never' {
  switch (node.kind) {
    case 'empty':
      return 'always';
    case 'set':
      return 'never';
    case 'position':
    case 'look':
      return 'sometimes';
    case 'sequence': {
      const items = node.items.map(emptiness);
      if (items.includes('never')) return 'never';
      return items.includes('sometimes') ? 'sometimes' : 'always';
    }
    case 'choice': {
      const items = node.items.map(emptiness);
      if (items.includes('always')) return 'always';
      return items.includes('sometimes') ? 'sometimes' : 'never';
    }
    case 'repeat':
      return node.min === 0 ? 'always' : emptiness(node.body);
    case 'atomic':
      // It may have to consume characters that it could do without.
      return emptiness(node.body) === 'never' ? 'never' : 'sometimes';
  }
}

function plus(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a + b;
}
