import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type Break,
  type NewPoint,
  SyncHistory,
  type SyncPoint,
} from '../../../../../shared/domain/mirror/syncs/sync-history.ts';
import { propertyRuns } from '../../../../property-runs.ts';

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const point = fc.record({
  timestamp: int64,
  upstream: int64,
  downstream: int64,
  hole: fc.boolean(),
  newSource: fc.boolean(),
  newTarget: fc.boolean(),
  compared: fc.boolean(),
});
const what = fc.constantFrom<Break>('hole', 'newSource', 'newTarget');

/** What a history does, in plain arrays. */
interface Model {
  readonly points: SyncPoint[];
  pending: Partial<Record<Break, boolean>>;
}

/** A change; `which` picks one of the histories that there are, `share` a part of it. */
const step = fc.record({
  kind: fc.constantFrom('push', 'replace', 'truncate', 'keep', 'breakNext', 'breakAt', 'copy', 'columns'),
  which: fc.nat(),
  share: fc.nat({ max: 20 }),
  point,
  what,
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function run(history: SyncHistory, model: Model, { kind, share, point: next, what: broken }: Step): void {
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
      points.splice(0, points.length, ...kept.flatMap((i) => points[i] ?? []));
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

function joined(next: SyncPoint, pending: Model['pending']): SyncPoint {
  const of = (name: Break) => next[name] || pending[name] === true;
  return { ...next, hole: of('hole'), newSource: of('newSource'), newTarget: of('newTarget') };
}

function pointsOf(history: SyncHistory): readonly SyncPoint[] {
  return Array.from({ length: history.length }, (_, index) => history.at(index));
}

describe('a sync history', () => {
  test('does what arrays of points do, and copies that share columns do not see each other change', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const all = [{ history: new SyncHistory(), model: { points: [], pending: {} } as Model }];
        for (const next of steps) {
          const chosen = all[next.which % all.length];
          if (chosen === undefined) continue;
          const { history, model } = chosen;
          if (next.kind !== 'copy') run(history, model, next);
          else {
            const copy = history.copy();
            expect(copy.equals(history)).toBe(true);
            all.push({ history: copy, model: { points: [...model.points], pending: { ...model.pending } } });
          }
        }
        for (const { history, model } of all) {
          expect(pointsOf(history)).toEqual(model.points);
          for (const name of ['hole', 'newSource', 'newTarget'] as const) {
            expect(history.breaksBeforeNext(name)).toBe(model.pending[name] === true);
          }
        }
      }),
      { numRuns: propertyRuns(1_000) },
    );
  });

  test('tells how far two are the same, whatever they share', () => {
    fc.assert(
      fc.property(fc.array(point, { maxLength: 12 }), fc.nat({ max: 12 }), fc.array(point), (points, at, others) => {
        const one = SyncHistory.of(points);
        const copied = one.copy();
        const made = SyncHistory.of(points.slice(0, at));
        copied.truncate(at);
        for (const other of others) for (const history of [copied, made]) history.push(other);
        const all: readonly NewPoint[] = [...points.slice(0, at), ...others];
        let common = 0;
        while (common < Math.min(points.length, all.length) && same(points[common], all[common])) common++;
        expect([one.commonLength(copied), one.commonLength(made)]).toEqual([common, common]);
        expect(copied.equals(made)).toBe(true);
        expect(one.equals(made)).toBe(common === points.length && common === all.length);
        made.breakBeforeNext('hole');
        expect(copied.equals(made)).toBe(false);
      }),
    );
  });

  test('no point outside is read, kept or replaced', () => {
    const one = SyncHistory.of([{ timestamp: 1n, upstream: 2n, downstream: 3n }]);
    expect(() => one.at(1)).toThrow(RangeError);
    expect(() => one.keep([1])).toThrow(RangeError);
    expect(() => one.keep([0, 0])).toThrow(RangeError);
    expect(() => one.replace(-1, one.at(0))).toThrow(RangeError);
  });
});

function same(a: NewPoint | undefined, b: NewPoint | undefined): boolean {
  return (
    a !== undefined && b !== undefined && Object.entries(a).every(([key, value]) => b[key as keyof NewPoint] === value)
  );
}
