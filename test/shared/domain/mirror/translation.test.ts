import { describe, expect, test } from '@jest/globals';
import { PartitionMapping } from '../../../../shared/domain/mirror/mapping.ts';
import { type NewPoint, SyncHistory } from '../../../../shared/domain/mirror/syncs/sync-history.ts';
import { costOfStandingAt, translate } from '../../../../shared/domain/mirror/translation.ts';
import { rememberedIds } from '../judge/case-parts.ts';
import type { FlowCase, PartitionCase, SyncCase } from '../judge/case-shapes.ts';
import { landing, printedGroup } from '../judge/printed-groups.ts';

/** A partition with these syncs whose logs end right behind the newest of them. */
function mirrored(...syncs: readonly SyncCase[]): PartitionCase {
  const [upstream = 0n, downstream = 0n] = syncs.at(-1) ?? [];
  return { syncs, source: [0n, upstream + 1n], target: [0n, downstream + 1n] };
}

/** `[position, high, rereadAtMost, proof, reason]`; nothing is skipped that the target has. */
function at(partition: PartitionCase, committed: bigint, more: FlowCase = {}) {
  const { position, high, rereadAtMost, skipAtMost, proof, reason } = landing(partition, committed, more);
  expect(skipAtMost).toBe(0n);
  return [position, high, rereadAtMost, proof, ...(reason === undefined ? [] : [reason])];
}
const exact = (position: bigint) => [position, position, 0n, 'exact'];

describe('in step', () => {
  const steady = mirrored([10n, 5n], [110n, 105n]);

  test.each([
    [10n, 5n],
    [11n, 6n],
    [60n, 55n],
    [109n, 104n],
    [110n, 105n],
    [111n, 106n],
  ])('%s stands at %s', (committed, position) => {
    expect(at(steady, committed)).toEqual(exact(position));
  });

  test('nothing stands behind the newest sync: whatever is further is at its end', () => {
    expect(at({ ...steady, source: [0n, 500n] }, 400n)).toEqual(exact(106n));
  });

  test('something does: the very next record is certain, and further only what is in front of it', () => {
    const more: PartitionCase = { ...steady, source: [0n, 500n], target: [0n, 150n] };
    expect(at(more, 111n)).toEqual(exact(106n));
    expect(at(more, 112n)).toEqual([106n, 150n, 44n, 'conservative', 'it is ahead of the newest offset sync']);
  });

  test('older than the oldest sync it can be anywhere in front of that', () => {
    const older = 'it is older than the oldest offset sync';
    expect(at(steady, 9n)).toEqual([0n, 5n, 5n, 'conservative', older]);
    expect(at({ ...steady, target: [4n, 106n], source: [10n, 111n] }, 9n)).toEqual([4n, 5n, 1n, 'conservative', older]);
    expect(at({ ...steady, target: [5n, 106n], source: [10n, 111n] }, 9n)).toEqual(exact(5n));
    expect(at({ ...steady, target: [80n, 106n], source: [85n, 111n] }, 9n)).toEqual(exact(80n));
  });

  test('a position is never outside the log', () => {
    const expired: PartitionCase = { ...steady, target: [50n, 106n], source: [55n, 111n] };
    expect(at(expired, 20n)).toEqual(exact(50n));
    expect(at(expired, 55n)).toEqual(exact(50n));
    expect(at(expired, 56n)).toEqual(exact(51n));
  });

  test('what the target has deleted and the source has not is skipped', () => {
    const lost = (committed: bigint, start: bigint) => {
      const of = landing({ ...steady, target: [50n, 106n], source: [start, 111n] }, committed);
      return [of.position, of.skipAtMost, of.rereadAtMost, of.proof, of.reason];
    };
    const why = (records: number) =>
      records === 1
        ? 'up to 1 record that it has not read has expired on the target'
        : `up to ${records} records that it has not read have expired on the target`;
    expect(lost(20n, 0n)).toEqual([50n, 35n, 0n, 'exact', why(35)]);
    expect(lost(54n, 0n)).toEqual([50n, 1n, 0n, 'exact', why(1)]);
    expect(lost(55n, 0n)).toEqual([50n, 0n, 0n, 'exact', undefined]);
    expect(lost(20n, 30n)).toEqual([50n, 25n, 0n, 'exact', why(25)]);
    expect(lost(9n, 0n)).toEqual([50n, 50n, 0n, 'exact', why(50)]);
  });
});

describe('source offsets that never became a record', () => {
  const gap = mirrored([0n, 0n], [100n, 80n]);
  const why = '20 source offsets between two syncs are not on the target';

  test.each([
    [2n, 1n, 2n],
    [10n, 1n, 10n],
    [21n, 1n, 21n],
    [22n, 2n, 22n],
    [50n, 30n, 50n],
    [80n, 60n, 80n],
    [90n, 70n, 80n],
    [99n, 79n, 80n],
  ])('%s stands in [%s, %s]', (committed, low, high) => {
    expect(at(gap, committed)).toEqual([low, high, high - low, 'bounded', why]);
  });

  test('beside a sync it is certain all the same', () => {
    expect(at(gap, 0n)).toEqual(exact(0n));
    expect(at(gap, 1n)).toEqual(exact(1n));
    expect(at(gap, 100n)).toEqual(exact(80n));
  });

  test('both ends of the interval stay inside the log', () => {
    const expired = (start: bigint) => {
      const { position, high, skipAtMost, reason } = landing({ ...gap, target: [start, 81n] }, 50n);
      return [position, high, skipAtMost, reason];
    };
    const gone = (records: number) =>
      `up to ${records} records that it has not read have expired on the target; ${why}`;
    expect(expired(30n)).toEqual([30n, 50n, 0n, why]);
    expect(expired(40n)).toEqual([40n, 50n, 10n, gone(10)]);
    expect(expired(55n)).toEqual([55n, 55n, 25n, gone(25)]);
  });
});

describe('target records that are not from the source', () => {
  const cancel =
    'the source may have offsets that the target lacks, and the target has some that are not from the source';
  const surplus = mirrored([0n, 0n], [100n, 130n], [200n, 230n]);
  const why = '30 target offsets between two syncs are not from the source';

  test.each([
    [1n, 1n, 31n],
    [50n, 50n, 80n],
    [99n, 99n, 129n],
  ])('%s stands in [%s, %s]', (committed, low, high) => {
    expect(at(surplus, committed)).toEqual([low, high, high - low, 'bounded', why]);
  });

  test('where none are it is certain', () => {
    expect(at(surplus, 150n)).toEqual(exact(180n));
    expect(at(surplus, 100n)).toEqual(exact(130n));
  });

  test('before them it may be among them once more', () => {
    const again = 'MM2 wrote records again after a restart, up to 29 of them already read';
    expect(at(surplus, 0n)).toEqual([0n, 0n, 29n, 'bounded', again]);
  });

  test('under exactly-once they are markers: nothing is there once more', () => {
    const flow = { exactlyOnce: true };
    expect(at(surplus, 0n, { flow })).toEqual(exact(0n));
    expect(at(surplus, 100n, { flow })).toEqual(exact(130n));
  });

  test('under exactly-once, markers can hide offsets that the target lacks: only the syncs themselves count', () => {
    const flow = { exactlyOnce: true };
    expect(at(surplus, 50n, { flow })).toEqual([1n, 130n, 129n, 'conservative', cancel]);
    expect(at(surplus, 150n, { flow })).toEqual([131n, 230n, 99n, 'conservative', cancel]);
  });

  test('beside offsets that the target lacks no difference says anything', () => {
    const both = mirrored([0n, 0n], [100n, 110n], [200n, 190n], [400n, 390n]);
    expect(at(both, 150n)).toEqual([111n, 190n, 79n, 'conservative', cancel]);
    expect(at(both, 300n)).toEqual([191n, 390n, 199n, 'conservative', cancel]);
    expect(at(both, 200n)).toEqual(exact(190n));
  });
});

describe('records that a restart wrote again', () => {
  // Of 500 MM2 went back to 400, or to some offset before it.
  const restarted = mirrored([0n, 0n], [500n, 500n], [400n, 520n], [1_000n, 1_120n]);
  const told = (records: number) => `MM2 wrote records again after a restart, up to ${records} of them already read`;

  test('those before where it went back to at the farthest stand there once', () => {
    expect(at(restarted, 300n)).toEqual(exact(300n));
    expect(at(restarted, 381n)).toEqual(exact(381n));
  });

  test('those behind it stand there twice at the most', () => {
    expect(at(restarted, 382n)).toEqual([382n, 382n, 1n, 'bounded', told(1)]);
    expect(at(restarted, 399n)).toEqual([399n, 399n, 18n, 'bounded', told(18)]);
  });

  test('from the newer sync on, the newer copies count', () => {
    expect(at(restarted, 400n)).toEqual(exact(520n));
    expect(at(restarted, 450n)).toEqual(exact(570n));
  });

  test('until it is back where it was, nothing behind the last certain sync counts', () => {
    const under = mirrored([0n, 0n], [500n, 500n], [400n, 520n]);
    const why = 'MM2 is writing records again after a restart';
    expect(at({ ...under, source: [0n, 900n] }, 500n)).toEqual([500n, 500n, 119n, 'bounded', told(119)]);
    expect(at({ ...under, source: [0n, 900n] }, 600n)).toEqual([501n, 521n, 20n, 'conservative', why]);
    const back = mirrored([0n, 0n], [500n, 500n], [400n, 520n], [518n, 638n]);
    expect(at(back, 450n)).toEqual([450n, 450n, 69n, 'bounded', told(69)]);
  });

  test('more on the target than the source has may be anything that was read before', () => {
    const surplus: PartitionCase = { ...mirrored([0n, 0n], [100n, 100n]), target: [0n, 111n] };
    expect(at(surplus, 50n)).toEqual([50n, 50n, 10n, 'bounded', told(10)]);
    expect(at(surplus, 100n)).toEqual([100n, 100n, 10n, 'bounded', told(10)]);
    expect(at(surplus, 101n)).toEqual([101n, 101n, 10n, 'bounded', told(10)]);
  });
});

describe('across what broke', () => {
  test('a hole in the offset-syncs topic: only the syncs beside it are certain', () => {
    const hole = mirrored([0n, 0n], [100n, 100n, { hole: true }], [200n, 200n]);
    const why = 'no offset sync holds here: compaction removed it, or a cut made it void';
    expect(at(hole, 50n)).toEqual([1n, 100n, 99n, 'conservative', why]);
    expect(at(hole, 0n)).toEqual(exact(0n));
    expect(at(hole, 150n)).toEqual(exact(150n));
  });

  test.each<[string, PartitionCase, FlowCase, bigint, unknown[]]>([
    [
      'the target log began anew: what is older is at its begin',
      mirrored([0n, 0n], [1_000n, 1_000n], [1_001n, 0n], [1_101n, 100n]),
      {},
      500n,
      exact(0n),
    ],
    [
      'the target log began anew, and its first sync is not of its first record',
      mirrored([0n, 0n], [1_000n, 1_000n], [1_041n, 40n], [1_101n, 100n]),
      {},
      500n,
      [0n, 40n, 40n, 'conservative', 'the target topic was recreated'],
    ],
    [
      'the target log ends before the syncs',
      { target: [0n, 500n] },
      {},
      800n,
      [
        0n,
        500n,
        500n,
        'conservative',
        'the target log ends before records that MM2 wrote: the topic was recreated or truncated',
      ],
    ],
    [
      'the source was recreated, and MM2 has mirrored nothing of it',
      { source: [0n, 1_500n], target: [0n, 1_201n] },
      { topic: { sourceId: 'two' }, remembered: rememberedIds({ source: 'one' }) },
      800n,
      [1_001n, 1_201n, 200n, 'conservative', 'the source topic was recreated'],
    ],
    [
      'the source was recreated, and mirrored from its begin',
      mirrored([0n, 0n], [1_000n, 1_000n], [0n, 1_001n, { newSource: true }], [100n, 1_101n]),
      {},
      50n,
      exact(1_051n),
    ],
    [
      'the source ends before the syncs',
      { source: [0n, 500n] },
      {},
      400n,
      [
        0n,
        1_001n,
        1_001n,
        'conservative',
        'the source log ends before records that MM2 read: the topic was recreated or truncated',
      ],
    ],
  ])('%s', (_, partition, more, committed, expected) => {
    expect(at(partition, committed, more)).toEqual(expected);
  });

  test('without a single sync nothing is said', () => {
    expect(printedGroup({ partition: { syncs: [] } }).tidemark).toMatchObject({
      position: null,
      proof: 'none',
      reason: 'MM2 has written no offset sync for this partition',
    });
  });
});

describe('a mapping by itself', () => {
  test('without a sync it says nothing, and why', () => {
    const empty = new PartitionMapping({ history: SyncHistory.of([]), target: { start: 0n, end: 5n } });
    const reason = 'MM2 has written no offset sync for this partition';
    expect(translate(empty, 3n)).toEqual({ kind: 'unknown', reason });
  });

  test('where those that followed the newest sync are void, it does not know what MM2 wrote there', () => {
    const history = SyncHistory.of([{ timestamp: 0n, upstream: 0n, downstream: 10n }]);
    history.breakBeforeNext('hole');
    const cut = new PartitionMapping({ history, target: { start: 0n, end: 16n } });
    const reason = 'it is not known what MM2 wrote after the newest offset sync';
    expect(translate(cut, 1n)).toMatchObject({ low: 11n, high: 16n, again: 0n, proof: 'conservative', reason });
  });

  test('where the syncs may be of another topic, what stands behind them may have been read', () => {
    const history = SyncHistory.of([{ timestamp: 0n, upstream: 0n, downstream: 10n }]);
    const doubted = new PartitionMapping({ history, target: { start: 0n, end: 16n }, mayPredateSource: true });
    const reason =
      'no record that the syncs name is left on the source: if its topic was recreated since, up to 5 records after them were already read';
    expect(translate(doubted, 1n)).toMatchObject({ low: 11n, high: 11n, again: 5n, proof: 'bounded', reason });
  });
});

describe('what it costs a group to stand elsewhere', () => {
  const said = {
    kind: 'interval',
    low: 22n,
    high: 30n,
    again: 3n,
    expired: 4n,
    proof: 'bounded',
    reason: null,
  } as const;
  const log = { start: 20n, highWatermark: 50n };

  test.each<[string, bigint, bigint, bigint]>([
    ['in front of the log: it is reset, to its begin or to its end', 19n, 13n, 32n],
    ['at its begin', 20n, 13n, 4n],
    ['where Tidemark would put it', 22n, 11n, 4n],
    ['behind that: what lies between may be skipped', 25n, 8n, 7n],
    ['behind all that can be the first unread record', 40n, 3n, 22n],
  ])('%s', (_, position, rereadAtMost, skipAtMost) => {
    expect(costOfStandingAt(said, position, log)).toEqual({ rereadAtMost, skipAtMost });
  });

  test('in front of a log that begins behind it, nothing is read twice but what was written again', () => {
    expect(costOfStandingAt({ ...said, low: 35n, high: 35n }, 19n, { start: 35n, highWatermark: 50n })).toEqual({
      rereadAtMost: 3n,
      skipAtMost: 19n,
    });
  });
});

describe('a source log that was cut', () => {
  const history = SyncHistory.of([
    { timestamp: 1n, upstream: 0n, downstream: 0n },
    { timestamp: 3_000n, upstream: 60n, downstream: 120n, hole: true },
    { timestamp: 4_000n, upstream: 200n, downstream: 260n },
  ]);
  const cut = { at: 40n, reached: 100n, noticedAt: 2_000 };
  const told = (upstream: bigint, sourceCuts = [cut]) => {
    const target = { start: 0n, end: 261n };
    const found = translate(new PartitionMapping({ history, target, sourceEnd: 201n, sourceCuts }), upstream);
    return found.kind === 'interval' ? [found.low, found.high, found.proof] : [];
  };

  test('a group at an offset that it has twice skips none of the records that only the target has now', () => {
    expect(told(60n)).toEqual([1n, 120n, 'conservative']);
    expect(told(100n)).toEqual([1n, 160n, 'conservative']);
    expect(told(60n, [])).toEqual([120n, 120n, 'exact']);
  });

  describe('where MM2 went back before the sync behind the cut', () => {
    const low = (again: NewPoint, upstream = 10n): bigint | undefined => {
      const syncs = SyncHistory.of([
        { timestamp: 1n, upstream: 0n, downstream: 0n },
        again,
        { timestamp: 3_000n, upstream: again.upstream + 10n, downstream: again.downstream + 10n, hole: true },
        { timestamp: 4_000n, upstream: 200n, downstream: 400n },
      ]);
      const mapping = new PartitionMapping({ history: syncs, target: { start: 0n, end: 401n }, sourceCuts: [cut] });
      const found = translate(mapping, upstream);
      return found.kind === 'interval' ? found.low : undefined;
    };

    test('it may have been past the place of the cut: the copies can begin before', () => {
      expect(low({ timestamp: 2n, upstream: 0n, downstream: 41n })).toBe(1n);
      expect(low({ timestamp: 2n, upstream: 9n, downstream: 50n })).toBe(1n);
    });

    test('it cannot have been where it wrote none twice', () => {
      expect(low({ timestamp: 2n, upstream: 30n, downstream: 30n }, 40n)).toBe(31n);
    });
  });

  test('one that is further has read on since', () => expect(told(101n)).toEqual([161n, 161n, 'exact']));

  test('where no hole of the mapping lies behind it, it concerns another target log', () => {
    const whole = SyncHistory.of([{ timestamp: 1n, upstream: 60n, downstream: 60n }]);
    const mapping = new PartitionMapping({ history: whole, target: { start: 0n, end: 61n }, sourceCuts: [cut] });
    expect(translate(mapping, 60n)).toMatchObject({ low: 60n, proof: 'exact' });
  });

  test('a pair that comparing found behind the newest sync does not end the hole there', () => {
    const open = SyncHistory.of([{ timestamp: 1n, upstream: 30n, downstream: 30n }]);
    open.breakBeforeNext('hole');
    const mapping = new PartitionMapping({ history: open, target: { start: 0n, end: 91n }, sourceCuts: [cut] });
    const anchored = mapping.endingAt({ upstream: 60n, downstream: 90n });
    expect(translate(anchored, 60n)).toMatchObject({ low: 31n, proof: 'conservative' });
  });
});
