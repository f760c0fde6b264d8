import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  BREAK_KINDS,
  type Break,
  type NewPoint,
  SyncHistory,
  type SyncPoint,
} from '../../../shared/domain/mirror/syncs/sync-history.ts';
import { property } from '../property.ts';

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const point = fc.record(
  {
    timestamp: int64,
    upstream: int64,
    downstream: int64,
    hole: fc.boolean(),
    newSource: fc.boolean(),
    newTarget: fc.boolean(),
    refuted: fc.boolean(),
    compared: fc.boolean(),
    accounted: fc.boolean(),
    confirmed: fc.boolean(),
    unwatched: fc.boolean(),
  },
  { noNullPrototype: true },
);
const what = fc.constantFrom<Break>(...BREAK_KINDS);

/** A sync history as plain arrays. */
interface Model {
  readonly points: SyncPoint[];
  pending: Partial<Record<Break, boolean>>;
}

/** A change. `which` selects one of the histories, `share` a part of it. */
const step = fc.record({
  kind: fc.constantFrom('push', 'replace', 'truncate', 'keep', 'breakNext', 'breakAt', 'copy', 'columns'),
  which: fc.nat(),
  share: fc.nat({ max: 20 }),
  point,
  what,
});
type Change = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** A sync history behaves like arrays of points. Copies that share columns do not change each other. */
export const historyLikeArrays = property({
  name: 'history-like-arrays',
  values: fc.array(step, { maxLength: 60 }),
  holds: (steps) => {
    const first: { history: SyncHistory; model: Model } = {
      history: new SyncHistory(),
      model: { points: [], pending: {} },
    };
    const all = [first];
    for (const next of steps) {
      const { history, model } = all[next.which % all.length] ?? first;
      if (next.kind !== 'copy') change(history, model, next);
      else {
        const copy = history.copy();
        assert(copy.equals(history), 'a copy is equal');
        all.push({ history: copy, model: { points: [...model.points], pending: { ...model.pending } } });
      }
    }
    for (const { history, model } of all) {
      assert.deepEqual(pointsOf(history), model.points);
      for (const name of BREAK_KINDS) {
        assert.equal(history.breaksBeforeNext(name), model.pending[name] === true, name);
      }
    }
  },
});

/** `commonLength` and `equals` are right, whatever columns two histories share. */
export const historiesInCommon = property({
  name: 'histories-in-common',
  values: fc.tuple(fc.array(point, { maxLength: 12 }), fc.nat({ max: 12 }), fc.array(point)),
  holds: ([points, at, others]) => {
    const one = SyncHistory.of(points);
    const copied = one.copy();
    const made = SyncHistory.of(points.slice(0, at));
    copied.truncate(at);
    for (const other of others) for (const history of [copied, made]) history.push(other);
    const all: readonly NewPoint[] = [...points.slice(0, at), ...others];
    let common = 0;
    while (common < Math.min(points.length, all.length) && same(points[common], all[common])) common++;
    assert.deepEqual([one.commonLength(copied), one.commonLength(made)], [common, common]);
    assert(copied.equals(made), 'a truncated history equals one made from the same points');
    assert.equal(one.equals(made), common === points.length && common === all.length);
    made.breakBeforeNext('hole');
    assert(!copied.equals(made), 'a pending break is a difference');
  },
});

function change(history: SyncHistory, model: Model, { kind, share, point: next, what: broken }: Change): void {
  const { points } = model;
  const index = Math.min(share, points.length - 1);
  switch (kind) {
    case 'push':
      history.push(next);
      points.push(joined(next, model.pending));
      model.pending = {};
      break;
    case 'replace':
      if (index < 0) break;
      history.replace(index, next);
      points[index] = next;
      break;
    case 'truncate':
      history.truncate(share);
      points.splice(share);
      break;
    case 'keep': {
      const kept = points.map((_, i) => i).filter((i) => (i * 7 + share) % 3 !== 0);
      history.keep(kept);
      const dropped = points.slice((kept.at(-1) ?? -1) + 1);
      for (const name of BREAK_KINDS) if (dropped.some((one) => one[name])) model.pending[name] = true;
      points.splice(0, points.length, ...keptPoints(points, kept));
      break;
    }
    case 'breakNext':
      history.breakBeforeNext(broken);
      model.pending[broken] = true;
      break;
    case 'breakAt': {
      history.breakAt(share, broken);
      const there = points[share];
      if (there === undefined) model.pending[broken] = true;
      else points[share] = { ...there, [broken]: true };
      break;
    }
    case 'columns': {
      const other = SyncHistory.of([next, next, next]);
      const columns = {
        timestamp: BigInt64Array.of(0n, next.timestamp, next.timestamp),
        upstream: BigInt64Array.of(0n, next.upstream, next.upstream),
        downstream: BigInt64Array.of(0n, next.downstream, next.downstream),
        flags: Uint8Array.of(0, other.flags(1), other.flags(2)),
      };
      history.pushColumns(columns, 1, 3);
      points.push(next, next);
      break;
    }
  }
}

/** A point accounts for what lies before it only where those that went in between did as well, or had no gap. */
function keptPoints(points: readonly SyncPoint[], kept: readonly number[]): SyncPoint[] {
  return kept.flatMap((index, at) => {
    const own = points[index];
    if (own === undefined) return [];
    const between = points.slice((kept[at - 1] ?? -1) + 1, index);
    const isWhole = between.every((point, i) => {
      const before = points[index - between.length + i - 1];
      if (point.accounted) return true;
      return before !== undefined && point.upstream - before.upstream <= point.downstream - before.downstream;
    });
    const breaks = BREAK_KINDS.map((name) => [name, own[name] || between.some((one) => one[name])] as const);
    return [{ ...own, ...Object.fromEntries(breaks), accounted: own.accounted && isWhole }];
  });
}

function joined(next: SyncPoint, pending: Model['pending']): SyncPoint {
  const of = (name: Break) => next[name] || pending[name] === true;
  return {
    ...next,
    hole: of('hole'),
    newSource: of('newSource'),
    newTarget: of('newTarget'),
    refuted: of('refuted'),
  };
}

function pointsOf(history: SyncHistory): readonly SyncPoint[] {
  return Array.from({ length: history.length }, (_, index) => history.at(index));
}

function same(a: NewPoint | undefined, b: NewPoint | undefined): boolean {
  return (
    a !== undefined && b !== undefined && Object.entries(a).every(([key, value]) => b[key as keyof NewPoint] === value)
  );
}
