import { expect, test } from '@jest/globals';
import { partitionState } from '../../../../shared/domain/judge/partition-state.ts';
import { translate } from '../../../../shared/domain/mirror/translation.ts';
import { read } from '../../../../shared/domain/model/outcome.ts';
import { onePartition } from './one-partition.ts';

test('GIVEN a compacted source whose oldest records were all rewritten THEN nobody takes it for another topic', () => {
  const { observation, topic } = onePartition({
    syncs: [
      [0n, 0n],
      [100n, 100n],
      [200n, 200n],
    ],
    syncedAt: 1_000,
  });
  // The log still begins at 0. Its first record is younger than the syncs.
  const first = (offset: bigint) => ({ ...topic, firstRecords: [read({ offset, timestamp: 2_500n })] });
  const compacted = partitionState(observation, first(201n), 0, {});
  expect([compacted.sourceRecreated, compacted.doubted, compacted.mapping?.first]).toEqual([null, null, 0]);
  if (compacted.mapping === null) throw new Error('there is a mapping');
  expect(translate(compacted.mapping, 50n)).toMatchObject({ low: 50n, proof: 'exact' });
  // A sync of an offset that the log still has a record for is another matter.
  expect(partitionState(observation, first(150n), 0, {}).sourceRecreated).toBe('doubt');
});
