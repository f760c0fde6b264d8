import { expect, test } from '@jest/globals';
import { deletedBeforeMirrored } from '../../../shared/domain/findings/topic-findings.ts';
import type { FlowObservation, ObservedTopic } from '../../../shared/domain/observation.ts';
import { OffsetGaps } from '../../../shared/domain/offset-gaps.ts';
import { PartitionMap } from '../../../shared/domain/partition-map.ts';
import { partitionState } from '../../../shared/domain/partition-state.ts';
import { SyncHistory } from '../../../shared/domain/sync-history.ts';
import { read } from '../../../shared/domain/unread.ts';
import { flowFixture } from './flow-fixture.ts';

/** A partition whose source log begins at `start`, mirrored to its end. */
function lost(start: bigint, syncs: readonly (readonly [upstream: bigint, downstream: bigint])[]): bigint {
  const points = syncs.map(([upstream, downstream], i) => ({
    logOffset: BigInt(i),
    timestamp: 1_000n,
    upstream,
    downstream,
  }));
  const histories = new PartitionMap<SyncHistory>();
  histories.set('t', 0, SyncHistory.of(points));
  const [upstream = 0n, downstream = 0n] = syncs.at(-1) ?? [];
  const log = (from: bigint, end: bigint) => read({ start: from, highWatermark: end, lastStableOffset: end });
  const topic: ObservedTopic = {
    topic: 't',
    targetTopic: 'A.t',
    sourceId: null,
    targetId: null,
    source: [log(start, upstream + 1n)],
    firstTimestamps: [read(0n)],
    target: [log(0n, downstream + 1n)],
  };
  const observation: FlowObservation = {
    flow: flowFixture(),
    at: 2_000,
    sourceDown: null,
    targetDown: null,
    topics: [topic],
    targetTopics: new Set(['A.t']),
    syncs: { kind: 'read', value: { topic: 'syncs', histories, gaps: new OffsetGaps(), malformed: 0 } },
    checkpoints: { kind: 'off' },
    heartbeat: { kind: 'off' },
    connectOffsets: { kind: 'off' },
    groups: [],
    targetGroups: new Map(),
    remembered: { source: new Map(), target: new Map() },
    unread: [],
    opposite: null,
  };
  return deletedBeforeMirrored(partitionState(observation, topic, 0, {}));
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
