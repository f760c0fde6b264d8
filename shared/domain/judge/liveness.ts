import type { AuditPolicy } from './audit-policy.ts';
import type { FlowObservation } from './observation.ts';
import type { PartitionState } from './partition-state.ts';

/** How far clocks may be ahead of ours: as far as brokers let a record's timestamp be (`message.timestamp.after.max.ms`). */
export const MOST_AHEAD_MS = 60 * 60_000;

/** Whether MM2 shows signs of life in this flow. */
export interface Liveness {
  readonly state: 'alive' | 'stale' | 'stopped' | 'never-started' | 'unknown';
  /** Newest sign of life, ms since the epoch; null where there is none. */
  readonly lastSign: number | null;
  readonly sign: 'heartbeat' | 'offset sync or Connect offset' | null;
  /**
   * Since when MM2 has been at work without a pause, ms; null where no pause is known of. After a restart its tasks need
   * their intervals before what is missing is missing for good.
   */
  readonly steadySince: number | null;
}

/**
 * Heartbeats are the proof of life where they reach the target; without them (a Connect cluster often has none from
 * the source) MM2's other writes are, but those only move while there is something to mirror.
 */
export function livenessOf(
  observation: FlowObservation,
  states: readonly PartitionState[],
  policy: AuditPolicy,
): Liveness {
  const { heartbeat, at } = observation;
  if (neverStarted(observation)) return { state: 'never-started', lastSign: null, sign: null, steadySince: null };
  if (heartbeat.kind === 'read' && heartbeat.value !== null) {
    const { newest, steadySince } = heartbeat.value;
    const age = at - Number(newest);
    // Heartbeats that MM2 writes once a minute are not late after half of one.
    const interval = observation.flow.emitHeartbeats.intervalMs;
    const patience = Math.max(policy.mirrorStoppedMs, 3 * interval);
    const isStale = age > Math.max(policy.heartbeatStaleMs, 2 * interval);
    const state = age > patience ? 'stopped' : isStale ? 'stale' : 'alive';
    const written = lastWrite(states, at + MOST_AHEAD_MS);
    if (state !== 'alive' && written !== null && at - written <= policy.heartbeatStaleMs) {
      // Another flow writes the heartbeats of the source. This one mirrors, whatever has become of that one.
      return { state: 'alive', lastSign: written, sign: 'offset sync or Connect offset', steadySince: null };
    }
    // This flow went on for so long without heartbeats that they say nothing of it, also while it has nothing to write.
    const saysNothing = state !== 'alive' && written !== null && written - Number(newest) > patience;
    if (!saysNothing) {
      const since = steadySince === null ? null : Number(steadySince);
      return { state, lastSign: Number(newest), sign: 'heartbeat', steadySince: since };
    }
  }
  const lastSign = lastWrite(states, at + MOST_AHEAD_MS);
  if (lastSign === null) return { state: 'unknown', lastSign: null, sign: null, steadySince: null };
  const sign = 'offset sync or Connect offset' as const;
  const patience = policy.mirrorStoppedMs + observation.flow.offsetFlushIntervalMs;
  if (at - lastSign <= patience) return { state: 'alive', lastSign, sign, steadySince: null };
  const waits = states.some(
    ({ replication }) => replication?.waitingSince != null && at - Number(replication.waitingSince) > patience,
  );
  return { state: waits ? 'stopped' : 'unknown', lastSign, sign, steadySince: null };
}

function neverStarted(observation: FlowObservation): boolean {
  const { syncs, checkpoints, connectOffsets, heartbeat, topics } = observation;
  if (observation.sourceDown !== null || observation.targetDown !== null) return false;
  const absent = (topic: { kind: string }) => topic.kind === 'missing' || topic.kind === 'off';
  return (
    absent(syncs) &&
    absent(checkpoints) &&
    absent(connectOffsets) &&
    absent(heartbeat) &&
    topics.length > 0 &&
    // Under identity a topic of that name may have been there before.
    (observation.flow.policy.kind === 'identity' || topics.every((topic) => topic.target === null))
  );
}

/** @param latest a write of later, ms, has a timestamp of its own making */
function lastWrite(states: readonly PartitionState[], latest: number): number | null {
  let last: number | null = null;
  for (const { history, connect } of states) {
    const newest = history?.newestWritten() ?? -1;
    const sync = history !== null && newest >= 0 ? Number(history.timestamp(newest)) : null;
    for (const time of [sync, connect === null ? null : Number(connect.timestamp)]) {
      if (time !== null && time <= latest && (last === null || time > last)) last = time;
    }
  }
  return last;
}
