import type { AuditPolicy } from '../audit-policy.ts';
import type { Liveness } from '../liveness.ts';
import type { FlowObservation, ObservedTopic } from '../observation.ts';
import type { PartitionState } from '../partition-state.ts';

/** What the findings of one topic are made of. */
export interface TopicContext {
  readonly observation: FlowObservation;
  readonly topic: ObservedTopic;
  readonly states: readonly PartitionState[];
  readonly liveness: Liveness;
  readonly policy: AuditPolicy;
}

/** The partition with the most of something, for a finding that speaks of several. */
export function largest(
  states: readonly PartitionState[],
  measure: (state: PartitionState) => bigint,
): { readonly state: PartitionState } | null {
  let best: PartitionState | null = null;
  for (const state of states) if (best === null || measure(state) > measure(best)) best = state;
  return best === null ? null : { state: best };
}
