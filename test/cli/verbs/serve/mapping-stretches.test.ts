import { describe, expect, test } from '@jest/globals';
import { distanceOf, mappingStretches } from '../../../../cli/verbs/serve/mapping-stretches.ts';
import { type NewPoint, SyncHistory } from '../../../../shared/domain/mirror/syncs/sync-history.ts';

const point = (seconds: number, upstream: bigint, downstream: bigint, more: Partial<NewPoint> = {}): NewPoint => ({
  timestamp: BigInt(seconds) * 1_000n,
  upstream,
  downstream,
  ...more,
});
const stretchesOf = (...points: readonly NewPoint[]) =>
  mappingStretches(SyncHistory.of(points)).map((stretch) => [
    stretch.from.at === null ? null : stretch.from.at / 1_000,
    `${stretch.from.source}-${stretch.to.source}`,
    distanceOf(stretch),
    ...stretch.breaks,
  ]);

describe('the stretches of a mapping', () => {
  test('go on as long as both sides advance by the same number of offsets', () => {
    expect(stretchesOf(point(1, 0n, 0n), point(2, 100n, 100n), point(3, 250n, 250n))).toEqual([[1, '0-250', 0n]]);
    expect(stretchesOf(point(1, 0n, 0n), point(2, 101n, 100n), point(3, 201n, 200n), point(4, 201n, 400n))).toEqual([
      [1, '0-0', 0n],
      [2, '101-201', -1n],
      [4, '201-201', 199n],
    ]);
  });

  test('end at a break, also if a pair that was compared lies in between', () => {
    const compared = point(9, 50n, 50n, { compared: true, newTarget: true });
    expect(stretchesOf(point(1, 0n, 0n), compared, point(2, 100n, 100n))).toEqual([
      [1, '0-0', 0n],
      [2, '100-100', 0n, 'newTarget'],
    ]);
    expect(stretchesOf(point(1, 0n, 0n), point(2, 10n, 10n, { hole: true, newSource: true })).at(-1)).toEqual([
      2,
      '10-10',
      0n,
      'hole',
      'newSource',
    ]);
  });

  test('have no time where a sync has none; of no syncs there are none', () => {
    expect(stretchesOf({ timestamp: -1n, upstream: 5n, downstream: 7n })).toEqual([[null, '5-5', 2n]]);
    expect(stretchesOf()).toEqual([]);
  });
});
