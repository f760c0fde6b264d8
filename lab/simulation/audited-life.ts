import { type KnownFlow, knownSyncs, rememberedFlow } from '../../shared/domain/history/known-flow.ts';
import { nextState } from '../../shared/domain/history/next-state.ts';
import type { FlowObservation, ObservedTopic } from '../../shared/domain/judge/observation.ts';
import { type PartitionState, partitionState } from '../../shared/domain/judge/partition-state.ts';
import { SyncReading } from '../../shared/domain/mirror/syncs/sync-reading.ts';
import { read } from '../../shared/domain/model/outcome.ts';
import { SIMULATED_FLOW } from './simulated-flow.ts';
import type { SimulatedMm2 } from './simulated-mm2.ts';

const SYNCS = 'mm2-offset-syncs.B.internal';

/**
 * An audit of the simulated partition. It continues from what an earlier audit left, and returns what it leaves itself.
 * @param compared verified pairs: one record on both sides each
 */
export function auditSimulated(
  mm2: SimulatedMm2,
  before: KnownFlow | null,
  compared: readonly { readonly upstream: number; readonly downstream: number }[] = [],
): { readonly state: PartitionState; readonly known: KnownFlow } {
  const { topicIds, clock } = mm2;
  const log = (start: number, end: number) =>
    read({ start: BigInt(start), highWatermark: BigInt(end), lastStableOffset: BigInt(end) });
  const topic: ObservedTopic = {
    topic: 't',
    targetTopic: 'A.t',
    sourceId: topicIds.source,
    targetId: topicIds.target,
    source: [log(mm2.sourceStart, mm2.sourceEnd)],
    firstRecords: [read(mm2.firstRecord)],
    target: [log(0, mm2.targetEnd)],
  };
  const observation: FlowObservation = {
    flow: { ...SIMULATED_FLOW, exactlyOnce: mm2.exactlyOnce },
    at: clock,
    sourceDown: null,
    targetDown: null,
    topics: [topic],
    targetTopics: new Set(['A.t']),
    syncs: { kind: 'read', value: readSyncLog(mm2, before) },
    checkpoints: { kind: 'off' },
    heartbeat: { kind: 'off' },
    connectOffsets: { kind: 'off' },
    groups: [],
    targetGroups: new Map(),
    listingComplete: true,
    remembered: before === null ? null : rememberedFlow(before),
    unread: [],
    opposite: null,
  };
  const state = partitionState(observation, topic, 0, {});
  const pairs = compared.map(({ upstream, downstream }) => ({
    topic: 't',
    partition: 0,
    upstream: BigInt(upstream),
    downstream: BigInt(downstream),
  }));
  mm2.syncsRead = mm2.syncLog.length;
  const next = nextState(before, observation, [state], { verdict: 'unknown', reasons: [] }, pairs);
  return { state, known: { state: next, heldUntil: clock } };
}

function readSyncLog(mm2: SimulatedMm2, before: KnownFlow | null) {
  const reading = new SyncReading(SYNCS, 'syncs', before === null ? null : knownSyncs(before, SYNCS, 'source'));
  const { syncLog } = mm2;
  const end = BigInt(syncLog.length);
  for (let offset = reading.from; offset < end; offset++) {
    const sync = syncLog[Number(offset)] ?? null;
    if (sync === null) continue;
    const { timestamp, upstream, downstream } = sync;
    reading.visit(offset, timestamp, { topic: 't', partition: 0, upstream, downstream });
  }
  return reading.result({ start: 0n, end, next: end });
}
