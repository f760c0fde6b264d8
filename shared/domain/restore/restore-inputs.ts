import type { HistoryState } from '../history/history-state.ts';
import type { AuditPolicy } from '../judge/audit-policy.ts';
import type { FlowObservation } from '../judge/observation.ts';
import type { PartitionState } from '../judge/partition-state.ts';
import type { ClusterMetadata, Commit } from '../model/cluster.ts';
import type { ClusterRole } from '../model/flow.ts';
import type { PartitionMap } from '../model/partition-map.ts';
import type { Landing } from './landing.ts';
import type { PresentGroup } from './present-group.ts';
import type { RestoreTerms } from './restore-terms.ts';

/**
 * A name or pattern to no effect:
 * - `unknown`: no group that it selects had a position at the requested time.
 * - `excluded`: the exclusions remove every group that it selects.
 * - `excludes-nothing`: it is to exclude groups, and none that had a position has such a name.
 */
export interface UnmatchedName {
  readonly kind: 'unknown' | 'excluded' | 'excludes-nothing';
  readonly name: string;
}

/** Finds positions on the target for commits on the source, by group. */
export type LandOnTarget = (
  observation: FlowObservation,
  states: PartitionMap<PartitionState>,
  commits: ReadonlyMap<string, PartitionMap<Commit>>,
) => ReadonlyMap<string, readonly Landing[]>;

/** Everything that the decision about a restore depends on. */
export interface RestoreInputs {
  readonly id: string;
  readonly onto: ClusterRole;
  /** The requested time; ms since the epoch. */
  readonly asOf: number;
  readonly now: number;
  /** The state as of that time. */
  readonly state: HistoryState;
  /** The last time, at most `asOf`, at which an audit read the source; ms since the epoch. */
  readonly heldUntil: number;
  /** The selected groups; all of them have positions in `state`, or in `newest`. */
  readonly groups: readonly string[];
  /** The source commits of the selected groups and topics, if not those of `state`. */
  readonly newest?: ReadonlyMap<string, PartitionMap<Commit>>;
  /** Names and patterns that select or exclude no group. */
  readonly unmatched: readonly UnmatchedName[];
  /** Whether records were compared around the positions. */
  readonly compared: boolean;
  /** Which source topics; null for all. */
  readonly topic: ((name: string) => boolean) | null;
  /** The flow as it is now. */
  readonly observation: FlowObservation;
  /** Of all its partitions, including what records showed. */
  readonly states: readonly PartitionState[];
  /** The cluster that the restore writes to. */
  readonly metadata: ClusterMetadata;
  /** The selected groups on that cluster. */
  readonly present: ReadonlyMap<string, PresentGroup>;
  readonly policy: AuditPolicy;
  /** How positions on the target are found, if not by the flow's own mapping alone. */
  readonly land?: LandOnTarget;
  readonly terms: RestoreTerms;
}
