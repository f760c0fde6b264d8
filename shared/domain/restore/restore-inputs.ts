import type { HistoryState } from '../history/history-state.ts';
import type { AuditPolicy } from '../judge/audit-policy.ts';
import type { FlowObservation } from '../judge/observation.ts';
import type { PartitionState } from '../judge/partition-state.ts';
import type { ClusterMetadata } from '../model/cluster.ts';
import type { ClusterRole } from '../model/flow.ts';
import type { PresentGroup } from './present-group.ts';
import type { RestoreTerms } from './restore-terms.ts';

/** What a restore is decided from. */
export interface RestoreInputs {
  readonly id: string;
  readonly onto: ClusterRole;
  /** The time that was asked for; ms since the epoch. */
  readonly asOf: number;
  readonly now: number;
  /** What the history knows as of then, and the last time up to then at which the source was read. */
  readonly state: HistoryState;
  readonly heldUntil: number;
  /** Groups that are wanted; all of them have positions in `state`. */
  readonly groups: readonly string[];
  /** Names and patterns that no group of `state` matches. */
  readonly unmatched: readonly string[];
  /** Which source topics; null for all. */
  readonly topic: ((name: string) => boolean) | null;
  /** The flow as it is now. */
  readonly observation: FlowObservation;
  /** Of all its partitions, with what looking at records told. */
  readonly states: readonly PartitionState[];
  /** The cluster that would be written to, and the wanted groups there. */
  readonly metadata: ClusterMetadata;
  readonly present: ReadonlyMap<string, PresentGroup>;
  readonly policy: AuditPolicy;
  readonly terms: RestoreTerms;
}
