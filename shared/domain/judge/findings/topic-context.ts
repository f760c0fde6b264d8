import type { AuditPolicy } from '../audit-policy.ts';
import type { Liveness } from '../liveness.ts';
import type { FlowObservation, ObservedTopic } from '../observation.ts';
import type { PartitionState } from '../partition-state.ts';

/** What the findings of one topic are computed from. */
export interface TopicContext {
  readonly observation: FlowObservation;
  readonly topic: ObservedTopic;
  readonly states: readonly PartitionState[];
  readonly liveness: Liveness;
  readonly policy: AuditPolicy;
}
