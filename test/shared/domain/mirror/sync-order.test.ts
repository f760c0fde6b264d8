import { describe, expect, test } from '@jest/globals';
import { beforeStepBack, inTargetOrder } from '../../../../shared/domain/mirror/sync-order.ts';
import { type NewPoint, SyncHistory } from '../../../../shared/domain/mirror/syncs/sync-history.ts';

type Pair = readonly [upstream: bigint, downstream: bigint, more?: Partial<NewPoint>];

const history = (...pairs: readonly Pair[]): SyncHistory =>
  SyncHistory.of(pairs.map(([upstream, downstream, more]) => ({ timestamp: 1n, upstream, downstream, ...more })));

const pairsOf = (of: SyncHistory) =>
  Array.from({ length: of.length }, (_, i) => [of.upstream(i), of.downstream(i)] as const);

/** A new task of MM2 began again at 400, before the last sync of the old one was written. */
const OVERLAP = history([0n, 0n], [500n, 500n], [400n, 610n], [600n, 600n], [500n, 710n]);

describe('the order of syncs', () => {
  test('goes back where the log is another one, or two tasks overlapped', () => {
    expect(beforeStepBack(OVERLAP)).toMatchObject({ upstream: 400n, downstream: 610n });
    expect(beforeStepBack(history([0n, 0n], [500n, 500n], [400n, 510n]))).toBeNull();
    expect(beforeStepBack(new SyncHistory())).toBeNull();
  });

  test('what lies before a target topic that is known to be new does not count', () => {
    expect(beforeStepBack(history([0n, 0n], [500n, 500n], [600n, 0n, { newTarget: true }], [700n, 100n]))).toBeNull();
  });

  test('is that of the target log where all are of one', () => {
    expect(pairsOf(inTargetOrder(OVERLAP))).toEqual([
      [0n, 0n],
      [500n, 500n],
      [600n, 600n],
      [400n, 610n],
      [500n, 710n],
    ]);
    expect(beforeStepBack(inTargetOrder(OVERLAP))).toBeNull();
  });

  test('a break that is still to come stays, and so does what lies before a new target topic', () => {
    const pending = history([9n, 9n], [5n, 50n, { newTarget: true }], [3n, 30n], [6n, 60n]);
    pending.breakBeforeNext('hole');
    const ordered = inTargetOrder(pending);
    expect(pairsOf(ordered)).toEqual([
      [9n, 9n],
      [3n, 30n],
      [5n, 50n],
      [6n, 60n],
    ]);
    expect(ordered.breaksBefore(1, 'newTarget')).toBe(true);
    expect(ordered.breaksBeforeNext('hole')).toBe(true);
  });

  test.each<[string, SyncHistory]>([
    ['two name the same target record', history([0n, 0n], [100n, 100n], [0n, 0n], [100n, 100n])],
    ['some were lost in between', history([0n, 0n], [100n, 100n], [50n, 90n, { hole: true }])],
  ])('is left alone where %s', (_, of) => expect(inTargetOrder(of)).toBe(of));
});
