import { describe, expect, test } from '@jest/globals';
import { settlePositions } from '../../../../shared/domain/compare/settle-positions.ts';
import { SourceRecords } from '../../../../shared/domain/compare/source-records.ts';
import { PartitionMapping } from '../../../../shared/domain/mirror/mapping.ts';
import { type NewPoint, SyncHistory } from '../../../../shared/domain/mirror/syncs/sync-history.ts';
import { stretch } from './letters.ts';

interface Case {
  readonly syncs: readonly (readonly [upstream: bigint, downstream: bigint, more?: Partial<NewPoint>])[];
  readonly source: string;
  readonly target: string;
  /** Offsets of each log that were read; all of them if absent. */
  readonly read?: { readonly source?: readonly [bigint, bigint]; readonly target?: readonly [bigint, bigint] };
  readonly exactlyOnce?: boolean;
}

/** Indexes of the syncs before which comparing explains why the logs differ in length. */
function explained({ syncs, source, target, read = {}, exactlyOnce = false }: Case): readonly number[] {
  const [onSource, onTarget] = [stretch(source), stretch(target)];
  const points = syncs.map(
    ([upstream, downstream, more]): NewPoint => ({ timestamp: 0n, upstream, downstream, ...more }),
  );
  const mapping = new PartitionMapping({
    history: SyncHistory.of(points),
    target: { start: 0n, end: onTarget.until },
    sourceStart: 0n,
    sourceEnd: onSource.until,
    exactlyOnce,
  });
  const only = (all: typeof onSource, [from, until]: readonly [bigint, bigint] = [0n, all.until]) => ({
    from,
    until,
    records: all.records.filter(({ offset }) => offset >= from && offset < until),
  });
  const compared = new SourceRecords([only(onSource, read.source)], { start: 0n, end: onSource.until });
  return settlePositions(mapping, [], [only(onTarget, read.target)], compared, 'not compared').explained;
}

describe('a source that has more offsets than the target between two syncs', () => {
  const syncs = [
    [0n, 0n],
    [6n, 4n],
  ] as const;

  test('is explained if each of its records has a copy there', () => {
    expect(explained({ syncs, source: 'ab..efg', target: 'abefg' })).toEqual([1]);
  });

  test('is not if one has none, or if some were not read', () => {
    expect(explained({ syncs, source: 'abc.efg', target: 'abefg' })).toEqual([]);
    expect(explained({ syncs, source: 'ab..efg', target: 'abefg', read: { source: [0n, 4n] } })).toEqual([]);
    expect(explained({ syncs, source: 'ab..efg', target: 'abefg', read: { target: [1n, 5n] } })).toEqual([]);
  });

  test('is not if a sync names another record', () => {
    expect(explained({ syncs, source: 'ab..efgh', target: 'abefh' })).toEqual([]);
  });

  test('nor anew if it was before', () => {
    const known = [syncs[0], [6n, 4n, { accounted: true }]] as const;
    expect(explained({ syncs: known, source: 'ab..efg', target: 'abefg' })).toEqual([]);
  });
});

describe('a target that has more offsets than the source between two syncs', () => {
  const syncs = [
    [0n, 0n],
    [3n, 5n],
  ] as const;

  test('is explained if all of its records are copies: MM2 wrote some again', () => {
    expect(explained({ syncs, source: 'abcdef', target: 'abcbcdef' })).toEqual([1]);
  });

  test('is not if one is none', () => {
    expect(explained({ syncs, source: 'abcdef', target: 'abcXYdef' })).toEqual([]);
  });

  test('is nothing to explain in transactions: markers are no records', () => {
    expect(explained({ syncs, source: 'abcdef', target: 'abc..def', exactlyOnce: true })).toEqual([]);
  });
});

test('logs of equal length say nothing of an interval that the history may merge with another', () => {
  const syncs = [
    [0n, 0n],
    [3n, 3n],
    [6n, 6n],
  ] as const;
  expect(explained({ syncs, source: 'abcdefg', target: 'abcdefg' })).toEqual([]);
});

describe('behind a cut of the target log', () => {
  const cut = (upstream: bigint, downstream: bigint) =>
    [
      [0n, 0n],
      [upstream, downstream, { hole: true }],
    ] as const;

  test('a target that has more is explained only if each source record has a copy, too', () => {
    expect(explained({ syncs: cut(4n, 6n), source: 'abcdef', target: 'acdbcdef' })).toEqual([1]);
    expect(explained({ syncs: cut(4n, 6n), source: 'abcdef', target: 'aacdcdef' })).toEqual([]);
  });

  test('so are logs of equal length, which the history does not merge there', () => {
    expect(explained({ syncs: cut(4n, 4n), source: 'abcdef', target: 'abcdef' })).toEqual([1]);
    expect(explained({ syncs: cut(4n, 4n), source: 'abcdef', target: 'acdcef' })).toEqual([]);
  });
});

test('before the first sync that holds, the source counts from its start', () => {
  const syncs = [
    [1n, 1n],
    [3n, 4n, { refuted: true }],
  ] as const;
  expect(explained({ syncs, source: 'abcdef', target: 'aXbcdef' })).toEqual([1]);
  expect(explained({ syncs, source: 'abcdef', target: 'aXYcdef' })).toEqual([]);
});
