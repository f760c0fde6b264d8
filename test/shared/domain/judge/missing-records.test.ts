import { expect, test } from '@jest/globals';
import { deletedBeforeMirrored } from '../../../../shared/domain/judge/findings/missing-findings.ts';
import {
  type PartitionState,
  partitionState,
  type RecordEvidence,
} from '../../../../shared/domain/judge/partition-state.ts';
import { onePartition, type Syncs } from './one-partition.ts';

/** A partition whose logs begin at `start` and `targetStart`, mirrored to its end. */
function mirrored(start: bigint, syncs: Syncs, targetStart: bigint, records: RecordEvidence): PartitionState {
  const { observation, topic } = onePartition({ syncs, sourceStart: start, targetStart });
  return partitionState(observation, topic, 0, records);
}

function lost(start: bigint, syncs: Syncs): bigint {
  return deletedBeforeMirrored(mirrored(start, syncs, 0n, {}));
}

test('a jump of the mirror to exactly where the log begins tells of records deleted before it', () => {
  expect(
    lost(600n, [
      [0n, 0n],
      [299n, 299n],
      [600n, 300n],
      [699n, 399n],
    ]),
  ).toBe(300n);
});

test('retention that cuts a transactional topic behind a marker has lost nothing', () => {
  // Each transaction leaves an offset that is not mirrored, and each log segment begins behind one of them.
  expect(
    lost(52n, [
      [0n, 0n],
      [26n, 25n],
      [52n, 50n],
      [78n, 75n],
    ]),
  ).toBe(0n);
  expect(
    lost(26n, [
      [0n, 0n],
      [26n, 25n],
    ]),
  ).toBe(0n);
});

test('one gap among the many of a compacted topic is no loss', () => {
  expect(
    lost(300n, [
      [0n, 0n],
      [100n, 20n],
      [300n, 60n],
      [900n, 200n],
    ]),
  ).toBe(0n);
});

/** A look at the source's begin found a record there. */
const head: RecordEvidence = {
  head: {
    record: { offset: 0n, timestamp: 1n, key: null, value: null, headers: [] },
    scannedTo: 1n,
    abortedTransactions: [],
  },
};

test('a mirror that began behind the first records has passed them over', () => {
  expect(
    mirrored(
      0n,
      [
        [250n, 0n],
        [351n, 101n],
      ],
      0n,
      head,
    ).passedOver,
  ).toBe(250n);
});

test('a head that was mirrored and has expired on the target since is not one that was never mirrored', () => {
  // The first syncs were lost to compaction of their topic.
  expect(
    mirrored(
      0n,
      [
        [100n, 100n],
        [201n, 201n],
      ],
      150n,
      head,
    ).passedOver,
  ).toBe(0n);
});
