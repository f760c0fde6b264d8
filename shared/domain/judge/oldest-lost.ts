import { isTime } from '../model/record-time.ts';
import { deletedBeforeMirrored } from './findings/missing-findings.ts';
import type { MissingStretch } from './missing-stretches.ts';
import type { FlowObservation } from './observation.ts';
import { lagOf, type PartitionState } from './partition-state.ts';
import { holeKey } from './record-evidence.ts';

/**
 * Since when the oldest record has existed that a failover now would lose on a partition where it loses some, ms since the
 * epoch: its timestamp, or a time that is surely older. Null if that is not known.
 */
export function oldestLost(observation: FlowObservation, state: PartitionState): number | null {
  // Nobody can read those any more.
  if (deletedBeforeMirrored(state) > 0n) return null;
  const { lag } = lagOf(state);
  const times = state.missing.map((stretch) => missingSince(state, stretch));
  if (lag.kind === 'known' && lag.records > 0n) times.push(waitingSince(observation, state));
  const known = times.filter((time) => time !== null);
  return known.length < times.length ? null : Math.min(...known);
}

/** Time of the first waiting record, or of the last audit if it has come since; null if no audit looked at it. */
function waitingSince({ remembered }: FlowObservation, state: PartitionState): number | null {
  const { replication, topic, partition, source, sourceRecreated } = state;
  if (replication?.waitingSince != null) return Number(replication.waitingSince);
  const isFromBegin = replication?.replicatedTo === null || replication?.replicatedTo === source?.start;
  const first = isFromBegin ? firstTime(state) : null;
  if (first !== null) return first;
  const endBefore = remembered?.sourceEnd(topic.topic, partition) ?? null;
  const hasComeSince = endBefore !== null && replication?.replicatedTo != null && endBefore <= replication.replicatedTo;
  return hasComeSince && sourceRecreated === null ? (remembered?.readAt.source ?? null) : null;
}

function missingSince(state: PartitionState, { hole }: MissingStretch): number | null {
  const look = state.records.holes?.get(holeKey(hole));
  const isAtBegin = hole.from <= (state.source?.start ?? 0n);
  if (look?.kind === 'counted') return look.since === null ? null : Number(look.since);
  const seen = look?.peek.record ?? null;
  // Elsewhere in the stretch an older record may be missing.
  const isFirst = hole.isPlace || hole.look.from === hole.from;
  if (isFirst && seen !== null && isTime(seen.timestamp)) return Number(seen.timestamp);
  return isAtBegin ? firstTime(state) : null;
}

/** Timestamp of the first record that the source log has. */
function firstTime({ topic, partition }: PartitionState): number | null {
  const first = topic.firstRecords[partition];
  if (first?.kind !== 'read' || first.value === null || !isTime(first.value.timestamp)) return null;
  return Number(first.value.timestamp);
}
