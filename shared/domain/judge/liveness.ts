import type { AuditPolicy } from './audit-policy.ts';
import type { FlowObservation } from './observation.ts';
import type { PartitionState } from './partition-state.ts';

/** How far timestamps may be ahead of our clock: as far as brokers let them (`message.timestamp.after.max.ms`). */
export const MOST_AHEAD_MS = 60 * 60_000;

/** Whether MM2 shows signs of life in this flow. */
export interface Liveness {
  readonly state: 'alive' | 'stale' | 'stopped' | 'never-started' | 'unknown';
  /** Newest sign of life, ms since the epoch; null if there is none. */
  readonly lastSign: number | null;
  readonly sign: 'heartbeat' | 'offset sync or Connect offset' | null;
  /**
   * Since when MM2 has worked without a pause, ms; null if no pause is known. After a restart, MM2 needs its usual
   * intervals before an absent write counts as missing.
   */
  readonly steadySince: number | null;
}

/**
 * Heartbeats are the proof of life if they reach the target. Often a Connect cluster has none from the source: then
 * MM2's other writes are the proof. But those only move while there is something to mirror.
 */
export function livenessOf(
  observation: FlowObservation,
  states: readonly PartitionState[],
  policy: AuditPolicy,
): Liveness {
  const { heartbeat } = observation;
  const at = mirrorTime(observation);
  if (neverStarted(observation)) return { state: 'never-started', lastSign: null, sign: null, steadySince: null };
  if (heartbeat.kind === 'read' && heartbeat.value !== null) {
    const { newest, steadySince } = heartbeat.value;
    const age = at - Number(newest);
    // If MM2 writes heartbeats once a minute, they are not late after half a minute.
    const interval = observation.flow.emitHeartbeats.intervalMs;
    const patience = Math.max(policy.mirrorStoppedMs, 3 * interval);
    const isStale = age > Math.max(policy.heartbeatStaleMs, 2 * interval);
    const state = age > patience ? 'stopped' : isStale ? 'stale' : 'alive';
    const written = state === 'alive' ? null : lastWrite(states, at + MOST_AHEAD_MS);
    if (written !== null && at - written <= policy.heartbeatStaleMs) {
      // Another flow writes the heartbeats of the source. This flow mirrors, whatever the state of that one.
      return { state: 'alive', lastSign: written, sign: 'offset sync or Connect offset', steadySince: null };
    }
    // This flow wrote long after the last heartbeat: heartbeats show nothing about it, even while it has nothing to write.
    const saysNothing = written !== null && written - Number(newest) > patience;
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
  // Heartbeats that this audit could not read may be new ones, and so may be what MM2 wrote beside them.
  if (heartbeat.kind === 'unread') return { state: 'unknown', lastSign, sign, steadySince: null };
  const waits = states.some(
    ({ replication }) => replication?.waitingSince != null && at - Number(replication.waitingSince) > patience,
  );
  return { state: waits ? 'stopped' : 'unknown', lastSign, sign, steadySince: null };
}

/** When the audit began, by MM2's clock: ms since the epoch. What MM2 wrote is that much older. */
export function mirrorTime({ at, clockAheadMs = 0 }: FlowObservation): number {
  return at - clockAheadMs;
}

/** Until when MM2 is known to have worked: what it did not do after that is no refusal, because it may be dead. */
export function workedUntil({ state, lastSign }: Liveness, at: number): number {
  return state === 'alive' ? at : (lastSign ?? Number.NEGATIVE_INFINITY);
}

function neverStarted(observation: FlowObservation): boolean {
  const { syncs, checkpoints, connectOffsets, heartbeat, topics } = observation;
  if (observation.sourceDown !== null || observation.targetDown !== null) return false;
  const absent = (topic: { kind: string }) => topic.kind === 'missing' || topic.kind === 'off';
  // Connect makes its topic of offsets when a worker starts.
  const hasNoOffset = connectOffsets.kind === 'read' && connectOffsets.value.isEmpty;
  return (
    absent(syncs) &&
    absent(checkpoints) &&
    (absent(connectOffsets) || hasNoOffset) &&
    absent(heartbeat) &&
    topics.length > 0 &&
    // Under the identity policy the target may have had a topic of that name before.
    (observation.flow.policy.kind === 'identity' || topics.every((topic) => topic.target === null))
  );
}

/**
 * The newest time of an offset sync or a Connect offset, ms; null if there is none.
 * @param latest writes with a later timestamp (ms) do not count: it cannot be right
 */
export function lastWrite(states: readonly PartitionState[], latest: number): number | null {
  let last: number | null = null;
  const consider = (timestamp: bigint): void => {
    const time = Number(timestamp);
    if (time <= latest && (last === null || time > last)) last = time;
  };
  for (const { history, connect } of states) {
    const newest = history?.newestWritten() ?? -1;
    if (history !== null && newest >= 0) consider(history.timestamp(newest));
    if (connect !== null) consider(connect.timestamp);
  }
  return last;
}
