import { choice, EMPTY, emptiness, fixedLength, type Node, type Repeat, sequence } from './node.ts';

/**
 * The node limited to the match that Java's backtracking finds first, as `(?>…)` and possessive quantifiers require. It
 * is written with negative lookaheads, so that afterwards every way of matching counts. Null if that cannot be written.
 */
export function atomic(node: Node): Node | null {
  const body = firstMatchOnly(node);
  return body === null ? null : { kind: 'atomic', body };
}

function firstMatchOnly(node: Node): Node | null {
  if (matchesInOneWay(node)) return node;
  switch (node.kind) {
    case 'repeat':
      return onlyRepeat(node);
    case 'sequence': {
      const last = node.items.at(-1);
      const before = node.items.slice(0, -1);
      const end = last === undefined ? EMPTY : firstMatchOnly(last);
      return end !== null && before.every(matchesInOneWay) ? sequence([...before, end]) : null;
    }
    case 'choice': {
      const items: Node[] = [];
      for (const [i, item] of node.items.entries()) {
        const taken = firstMatchOnly(item);
        if (taken === null) return null;
        items.push(sequence([...node.items.slice(0, i).map(not), taken]));
      }
      return choice(items);
    }
    default:
      return null;
  }
}

/** If a node matches in one way, so does `{n}` of it. What remains is `?`, `*` and `+`. */
function onlyRepeat(node: Repeat): Node | null {
  const { body, min, max, lazy } = node;
  if (!matchesInOneWay(body) || emptiness(body) !== 'never') return null;
  if (lazy) return { ...node, max: min };
  // As often as the body matches: up to where it no longer does.
  return max === Number.POSITIVE_INFINITY ? sequence([node, not(body)]) : choice([body, not(body)]);
}

/** Whether there is at most one place where a match that begins at a given place can end. */
function matchesInOneWay(node: Node): boolean {
  if (fixedLength(node) !== null) return true;
  switch (node.kind) {
    case 'atomic':
      return true;
    case 'sequence':
      return node.items.every(matchesInOneWay);
    case 'repeat':
      return node.min === node.max && matchesInOneWay(node.body);
    default:
      return false;
  }
}

function not(body: Node): Node {
  return { kind: 'look', direction: 'ahead', negated: true, body };
}
