import { describe, expect, test } from '@jest/globals';
import { bracketOf, mayHoldMoreInFront, surplusesBehind } from '../../../../shared/domain/compare/bracket.ts';
import {
  claimsWithin,
  planStretches,
  type Stretch,
  widened,
} from '../../../../shared/domain/compare/plan-stretches.ts';
import type { MappingEvidence } from '../../../../shared/domain/mirror/epoch.ts';
import { PartitionMapping } from '../../../../shared/domain/mirror/mapping.ts';
import { SyncHistory } from '../../../../shared/domain/mirror/syncs/sync-history.ts';

type Pair = readonly [upstream: bigint, downstream: bigint];

/** A mapping whose target ends right behind the newest sync. */
function mapping(pairs: readonly Pair[], more: Partial<MappingEvidence> = {}): PartitionMapping {
  const history = SyncHistory.of(pairs.map(([upstream, downstream]) => ({ timestamp: 0n, upstream, downstream })));
  const end = (pairs.at(-1)?.[1] ?? -1n) + 1n;
  return new PartitionMapping({ history, target: { start: 0n, end }, ...more });
}

const STEADY: readonly Pair[] = [
  [10n, 5n],
  [110n, 105n],
  [210n, 205n],
];
const AGAIN: readonly Pair[] = [
  [0n, 0n],
  [500n, 500n],
  [400n, 520n],
  [1_000n, 1_120n],
];

describe('the stretch that settles an offset', () => {
  test('lies between the syncs around it', () => {
    expect(bracketOf(mapping(STEADY), 150n)).toEqual({
      base: 106n,
      from: 105n,
      until: 206n,
      sourceFrom: 110n,
      sourceUntil: 211n,
      closed: true,
      surplusFrom: 2,
    });
    expect(bracketOf(mapping(STEADY), 110n)).toMatchObject({ base: 105n, from: 105n, until: 206n, surplusFrom: 2 });
  });

  test('goes to the end of the log behind the newest sync', () => {
    expect(bracketOf(mapping(STEADY, { target: { start: 0n, end: 300n } }), 250n)).toEqual({
      base: 206n,
      from: 205n,
      until: 300n,
      sourceFrom: 210n,
      sourceUntil: null,
      closed: false,
      surplusFrom: 3,
    });
  });

  test('goes from the begin of the log to the oldest sync', () => {
    expect(bracketOf(mapping(STEADY, { target: { start: 2n, end: 206n } }), 7n)).toEqual({
      base: 2n,
      from: 2n,
      until: 6n,
      sourceFrom: 7n,
      sourceUntil: 11n,
      closed: true,
      surplusFrom: 0,
    });
  });

  test('is clamped to what the log still has', () => {
    expect(bracketOf(mapping(STEADY, { target: { start: 150n, end: 206n } }), 150n)).toMatchObject({
      base: 150n,
      from: 150n,
    });
    expect(bracketOf(mapping(STEADY, { target: { start: 105n, end: 206n } }), 150n)).toMatchObject({
      base: 106n,
      from: 105n,
    });
  });

  test('reaches back on the source as far as a restart in between can have gone', () => {
    const surplus = mapping([
      [0n, 0n],
      [100n, 100n],
      [200n, 330n],
      [500n, 630n],
    ]);
    expect(bracketOf(surplus, 150n)).toMatchObject({ from: 100n, until: 331n, sourceFrom: -30n, sourceUntil: 201n });
    const gap = mapping([
      [0n, 0n],
      [100n, 100n],
      [200n, 150n],
    ]);
    expect(bracketOf(gap, 150n)).toMatchObject({ sourceFrom: 100n });
  });

  test('is the whole log, if it is short, where no sync holds', () => {
    const cut = (end: bigint, start = 0n) => mapping(STEADY, { target: { start, end }, sourceRecreatedAt: 3 });
    expect(bracketOf(cut(300n), 250n)).toEqual({
      base: 206n,
      from: 0n,
      until: 300n,
      sourceFrom: 210n,
      sourceUntil: null,
      closed: false,
      surplusFrom: 3,
    });
    expect(bracketOf(cut(300n), 50n)).toMatchObject({ sourceFrom: 50n });
    expect(bracketOf(cut(10_000n), 50n)).toMatchObject({ from: 0n });
    expect(bracketOf(cut(10_001n), 50n)).toMatchObject({ from: 206n });
    expect(bracketOf(cut(10_220n, 220n), 50n)).toMatchObject({ base: 220n, from: 220n });
    expect(bracketOf(mapping([]), 50n)).toMatchObject({ sourceFrom: 50n });
  });

  test('is the whole log where more stands in front of the oldest sync than led up to it, and MM2 is not back yet', () => {
    const odd = (first: Pair, newest: Pair) => mapping([first, newest]);
    expect(mayHoldMoreInFront(odd([10n, 11n], [10n, 12n]))).toBe(true);
    expect(mayHoldMoreInFront(odd([10n, 10n], [20n, 20n]))).toBe(false);
    expect(mayHoldMoreInFront(odd([10n, 50n], [49n, 89n]))).toBe(true);
    expect(mayHoldMoreInFront(odd([10n, 50n], [50n, 90n]))).toBe(false);
    expect(
      mayHoldMoreInFront(
        mapping(
          [
            [10n, 50n],
            [49n, 89n],
          ],
          { target: { start: 40n, end: 90n } },
        ),
      ),
    ).toBe(false);
    expect(
      mayHoldMoreInFront(
        mapping(
          [
            [0n, 0n],
            [10n, 50n],
            [49n, 89n],
          ],
          { targetRecreatedAt: 1 },
        ),
      ),
    ).toBe(false);
    expect(mayHoldMoreInFront(mapping([]))).toBe(false);
    // What stands in front of the first sync of another source topic is of the one before.
    const other: Partial<MappingEvidence> = { sourceRecreatedAt: 1, anchor: { upstream: 3n, downstream: 4n } };
    const behind = { ...other, target: { start: 2n, end: 5n } };
    expect(
      mayHoldMoreInFront(
        mapping(
          [
            [0n, 0n],
            [0n, 4n],
          ],
          behind,
        ),
      ),
    ).toBe(false);
    const all = { from: 0n, base: 0n, until: 90n, sourceFrom: 0n, sourceUntil: null, closed: false, surplusFrom: 2 };
    expect(bracketOf(odd([10n, 50n], [49n, 89n]), 30n)).toEqual(all);
    expect(bracketOf(odd([10n, 50n], [49n, 89n]), 5n)).toEqual(all);
  });
});

describe('where copies can stand behind it', () => {
  const behind = (of: PartitionMapping, upstream: bigint) => {
    return surplusesBehind(of, upstream, bracketOf(of, upstream)).map(({ from, until, records }) => [
      from,
      until,
      records,
    ]);
  };

  test('nowhere in an untroubled mapping', () => {
    expect(behind(mapping(STEADY), 50n)).toEqual([]);
    expect(behind(mapping(AGAIN), 300n)).toEqual([]);
  });

  test('between the syncs where MM2 went back', () => {
    expect(behind(mapping(AGAIN), 399n)).toEqual([[501n, 520n, 18n]]);
    expect(behind(mapping(AGAIN), 382n)).toEqual([[501n, 520n, 1n]]);
  });

  test('from where it went back to the end, while it is not back at the offset', () => {
    const under = mapping(AGAIN.slice(0, 3));
    expect(behind(under, 450n)).toEqual([[501n, 521n, 69n]]);
    expect(behind(under, 401n)).toEqual([[501n, 521n, 20n]]);
    expect(behind(under, 400n)).toEqual([[501n, 520n, 19n]]);
    // The newer copies count once it is.
    expect(behind(mapping(AGAIN), 450n)).toEqual([]);
  });

  test('at several places, each with its share', () => {
    const twice = mapping([
      [0n, 0n],
      [500n, 500n],
      [400n, 520n],
      [600n, 720n],
      [390n, 730n],
      [1_000n, 1_340n],
    ]);
    expect(behind(twice, 385n)).toEqual([
      [501n, 520n, 4n],
      [721n, 730n, 4n],
    ]);
    expect(behind(twice, 389n)).toEqual([
      [501n, 520n, 8n],
      [721n, 730n, 8n],
    ]);
  });

  test('behind the newest sync, where more stands there than the source has', () => {
    const surplus = mapping(STEADY, { target: { start: 0n, end: 221n }, sourceEnd: 221n });
    expect(behind(surplus, 50n)).toEqual([[206n, 221n, 15n]]);
    expect(behind(surplus, 215n)).toEqual([]);
  });
});

describe('what to read', () => {
  const LOG: Stretch = { from: 0n, until: 100_000n };

  test('the stretches of all offsets, those close together as one', () => {
    const far = mapping([
      [0n, 0n],
      [10n, 10n],
      [5_000n, 5_000n],
      [5_010n, 5_010n],
      [5_267n, 5_267n],
      [5_277n, 5_277n],
      [9_000n, 9_000n],
    ]);
    expect(planStretches(far, [5n], LOG)).toEqual({
      target: [{ from: 0n, until: 11n }],
      source: { from: 0n, until: 27n },
    });
    expect(planStretches(far, [5_005n, 5n], LOG)).toEqual({
      target: [
        { from: 0n, until: 11n },
        { from: 5_000n, until: 5_011n },
      ],
      source: { from: 0n, until: 5_027n },
    });
    expect(planStretches(far, [5_005n, 5_270n], LOG).target).toEqual([{ from: 5_000n, until: 5_278n }]);
    const apart = mapping([
      [0n, 0n],
      [10n, 10n],
      [267n, 267n],
      [277n, 277n],
      [534n, 534n],
      [544n, 544n],
    ]);
    expect(planStretches(apart, [5n, 270n], LOG).target).toEqual([{ from: 0n, until: 278n }]);
    const farther = mapping([
      [0n, 0n],
      [10n, 10n],
      [268n, 268n],
      [278n, 278n],
    ]);
    expect(planStretches(farther, [5n, 270n], LOG).target).toEqual([
      { from: 0n, until: 11n },
      { from: 268n, until: 279n },
    ]);
    expect(planStretches(far, [5n, 5n], LOG).target).toEqual([{ from: 0n, until: 11n }]);
  });

  test('nothing where no offset is wanted', () => {
    expect(planStretches(mapping(STEADY), [], LOG)).toEqual({
      target: [],
      source: { from: 100_000n, until: 100_000n },
    });
  });

  test('it is how long the stretches are that counts, not where they lie', () => {
    const late = mapping(
      AGAIN.map(([upstream, downstream]) => [upstream + 50_000n, downstream + 50_000n] as const),
      { target: { start: 50_000n, end: 51_200n } },
    );
    expect(planStretches(late, [50_399n], LOG).target).toEqual([{ from: 50_000n, until: 51_200n }]);
    const replaced = mapping(
      [
        [0n, 0n],
        [50_500n, 50_500n],
      ],
      { sourceRecreatedAt: 2, target: { start: 50_000n, end: 51_200n } },
    );
    expect(bracketOf(replaced, 5n)).toMatchObject({ from: 50_000n, base: 50_501n, until: 51_200n });
  });

  test('a stretch within another adds nothing', () => {
    const wide = mapping(STEADY, { target: { start: 0n, end: 206n } });
    expect(planStretches(wide, [7n, 150n, 50n], LOG).target).toEqual([{ from: 0n, until: 206n }]);
  });

  test('nothing of a target that has nothing there', () => {
    expect(planStretches(mapping([]), [5n], LOG)).toEqual({ target: [], source: { from: 0n, until: 100_000n } });
  });

  test('of the source a little more than the syncs name, and not more than it has', () => {
    expect(planStretches(mapping(STEADY), [150n], LOG).source).toEqual({ from: 94n, until: 227n });
    expect(planStretches(mapping(STEADY), [150n], { from: 100n, until: 220n }).source).toEqual({
      from: 100n,
      until: 220n,
    });
    expect(planStretches(mapping(STEADY), [150n], { from: 300n, until: 400n }).source).toEqual({
      from: 300n,
      until: 300n,
    });
    expect(planStretches(mapping(STEADY), [150n], { from: 0n, until: 50n }).source).toEqual({ from: 50n, until: 50n });
    const open = mapping(STEADY, { target: { start: 0n, end: 300n } });
    expect(planStretches(open, [250n], { from: 0n, until: 900n }).source).toEqual({ from: 194n, until: 900n });
  });

  test('where records were written again, up to the end of the log, unless that is far', () => {
    expect(planStretches(mapping(AGAIN), [399n], LOG).target).toEqual([{ from: 0n, until: 1_121n }]);
    const to = (end: bigint) => planStretches(mapping(AGAIN, { target: { start: 0n, end } }), [399n], LOG).target;
    expect(to(10_000n)).toEqual([{ from: 0n, until: 10_000n }]);
    expect(to(10_001n)).toEqual([{ from: 0n, until: 520n }]);
    expect(planStretches(mapping(AGAIN), [300n], LOG).target).toEqual([{ from: 0n, until: 501n }]);
  });

  test('then twice as much of the source, to both sides', () => {
    expect(widened({ from: 1_000n, until: 1_100n }, LOG)).toEqual({ from: 900n, until: 1_200n });
    expect(widened({ from: 1_000n, until: 1_010n }, LOG)).toEqual({ from: 936n, until: 1_074n });
    expect(widened({ from: 50n, until: 150n }, { from: 20n, until: 200n })).toEqual({ from: 20n, until: 200n });
    expect(widened({ from: 20n, until: 200n }, { from: 20n, until: 200n })).toEqual({ from: 20n, until: 200n });
  });

  test('the syncs that speak of a stretch are its claims', () => {
    const claims = (from: bigint, until: bigint, of = mapping(STEADY)) =>
      claimsWithin(of, { from, until }).map(({ upstream, downstream }) => [upstream, downstream]);
    expect(claims(0n, 300n)).toEqual(STEADY.map((pair) => [...pair]));
    expect(claims(5n, 205n)).toEqual([
      [10n, 5n],
      [110n, 105n],
    ]);
    expect(claims(6n, 206n)).toEqual([
      [110n, 105n],
      [210n, 205n],
    ]);
    expect(claims(106n, 205n)).toEqual([]);
    expect(claims(206n, 300n)).toEqual([]);
    const recreated = mapping([...STEADY, [211n, 50n], [311n, 150n]]);
    expect(claims(0n, 300n, recreated)).toEqual([
      [211n, 50n],
      [311n, 150n],
    ]);
  });
});
