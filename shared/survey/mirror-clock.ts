import type { AuditPolicy } from '../domain/judge/audit-policy.ts';
import { policyOfFlow } from '../domain/judge/audit-rules.ts';
import { clockAhead, withLook } from '../domain/judge/clock-looks.ts';
import { lastWrite, livenessOf, MOST_AHEAD_MS } from '../domain/judge/liveness.ts';
import type { FlowObservation } from '../domain/judge/observation.ts';
import type { PartitionState } from '../domain/judge/partition-state.ts';
import { ClusterUnreachableError } from '../domain/model/errors.ts';
import { flowName } from '../domain/model/flow.ts';
import type { Clock, ClusterReader } from '../ports.ts';
import type { FlowMemory } from './flow-memory.ts';
import { readHeartbeat } from './read-mirror-topics.ts';

/** How often to look for the next heartbeat, and how long at most, ms. */
const LOOK_EVERY_MS = 500;
const LOOK_FOR_AT_MOST_MS = 10_000;

export interface MirrorClockRequest {
  readonly target: ClusterReader;
  readonly memory: FlowMemory;
  readonly policy: AuditPolicy;
  readonly clock: Clock;
}

/**
 * Finds out how far our clock is ahead of MM2's. Old heartbeats mean that MM2 is dead, or that our clock is ahead. If
 * nothing has shown yet which it is, this waits for the next heartbeat: one that comes shows that MM2 is alive.
 */
export async function withMirrorClock(
  observation: FlowObservation,
  states: readonly PartitionState[],
  { target, memory, policy, clock }: MirrorClockRequest,
): Promise<FlowObservation> {
  const { flow, at } = observation;
  const ownPolicy = policyOfFlow(policy, flowName(flow));
  const written = lastWrite(states, at + MOST_AHEAD_MS);
  if (written !== null) {
    memory.writeLooks = withLook(memory.writeLooks, { began: at, ended: clock.now(), newest: written });
  }
  const newest = newestHeartbeat(observation);
  const before = memory.heartbeatLooks;
  if (newest !== null) {
    memory.heartbeatLooks = withLook(memory.heartbeatLooks, { began: at, ended: clock.now(), newest });
  }
  const known = { ...observation, clockAheadMs: aheadBy(memory) };
  const interval = flow.emitHeartbeats.intervalMs;
  const patience = Math.min(3 * interval + 1_000, LOOK_FOR_AT_MOST_MS);
  const { state, sign } = livenessOf(known, states, ownPolicy);
  const isSilent = sign === 'heartbeat' && (state === 'stopped' || state === 'stale');
  if (newest === null || !isSilent || clock.pause === undefined || interval > LOOK_FOR_AT_MOST_MS) return known;
  // None has come since the look before: there is no need to wait for it again.
  if (before !== null && before.newest === newest && at - before.at >= patience) return known;

  const until = clock.now() + patience;
  while (clock.now() < until) {
    await clock.pause(LOOK_EVERY_MS);
    const began = clock.now();
    const heartbeat = await lookAgain(known, target);
    const next = heartbeat === null ? null : newestHeartbeat({ heartbeat });
    if (heartbeat === null || next === null) break;
    memory.heartbeatLooks = withLook(memory.heartbeatLooks, { began, ended: clock.now(), newest: next });
    if (next > newest) return { ...known, heartbeat, clockAheadMs: aheadBy(memory) };
  }
  return known;
}

/** Another process of MM2, with a clock of its own, may write the heartbeats: then other writes say nothing of them. */
function aheadBy({ heartbeatLooks, writeLooks }: FlowMemory): number {
  return clockAhead(heartbeatLooks ?? writeLooks);
}

function newestHeartbeat({ heartbeat }: Pick<FlowObservation, 'heartbeat'>): number | null {
  return heartbeat.kind === 'read' && heartbeat.value !== null ? Number(heartbeat.value.newest) : null;
}

async function lookAgain(
  { flow, at }: FlowObservation,
  target: ClusterReader,
): Promise<FlowObservation['heartbeat'] | null> {
  try {
    return await readHeartbeat(flow, { kind: 'up', reader: target, metadata: await target.metadata() }, at);
  } catch (error) {
    // The cluster answered a moment ago: what was read then counts.
    if (error instanceof ClusterUnreachableError) return null;
    throw error;
  }
}
