import type { FlowObservation, ObservedTopic } from '../../../../shared/domain/judge/observation.ts';
import { SyncHistory } from '../../../../shared/domain/mirror/syncs/sync-history.ts';
import { read } from '../../../../shared/domain/model/outcome.ts';
import { PartitionMap } from '../../../../shared/domain/model/partition-map.ts';
import { flowFixture } from '../model/flow-fixture.ts';

export type Syncs = readonly (readonly [upstream: bigint, downstream: bigint])[];

export interface OnePartition {
  readonly syncs: Syncs;
  readonly sourceStart?: bigint;
  /** Right behind the newest sync where absent. */
  readonly sourceEnd?: bigint;
  readonly targetStart?: bigint;
  /** When the syncs were written, ms. */
  readonly syncedAt?: number;
  readonly at?: number;
}

/** The observation of a flow with the one topic `t` of one partition, alive by its heartbeats. */
export function onePartition(options: OnePartition): { observation: FlowObservation; topic: ObservedTopic } {
  const { syncs, sourceStart = 0n, targetStart = 0n, syncedAt = 1_000, at = 2_000 } = options;
  const timestamp = BigInt(syncedAt);
  const points = syncs.map(([upstream, downstream]) => ({ timestamp, upstream, downstream }));
  const histories = new PartitionMap<SyncHistory>();
  histories.set('t', 0, SyncHistory.of(points));
  const [upstream = 0n, downstream = 0n] = syncs.at(-1) ?? [];
  const log = (start: bigint, end: bigint) => read({ start, highWatermark: end, lastStableOffset: end });
  const topic: ObservedTopic = {
    topic: 't',
    targetTopic: 'A.t',
    sourceId: null,
    targetId: null,
    source: [log(sourceStart, options.sourceEnd ?? upstream + 1n)],
    firstRecords: [read({ offset: sourceStart, timestamp: 0n })],
    target: [log(targetStart, downstream + 1n)],
  };
  const observation: FlowObservation = {
    flow: flowFixture(),
    at,
    sourceDown: null,
    targetDown: null,
    topics: [topic],
    targetTopics: new Set(['A.t']),
    syncs: { kind: 'read', value: { topic: 'syncs', topicId: null, readTo: 0n, histories, malformed: 0 } },
    checkpoints: { kind: 'off' },
    heartbeat: { kind: 'read', value: { newest: BigInt(at), steadySince: null } },
    connectOffsets: { kind: 'off' },
    groups: [],
    targetGroups: new Map(),
    listingComplete: true,
    remembered: null,
    unread: [],
    opposite: null,
  };
  return { observation, topic };
}
