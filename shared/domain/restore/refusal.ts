/** Stable codes of the reasons to refuse a plan, an apply or an undo. */
export type RefusalCode =
  | 'HISTORY_EMPTY'
  | 'INPUT_TOO_OLD'
  | 'INPUT_UNREAD'
  | 'CLUSTER_UNREAD'
  | 'GROUP_UNKNOWN'
  | 'GROUP_NOT_A_CONSUMER'
  | 'GROUP_LIVE'
  | 'GROUP_UNREAD'
  | 'GROUP_MOVED'
  | 'TOPIC_MISSING'
  | 'TOPIC_RECREATED'
  | 'LOG_CHANGED'
  | 'LOG_UNREAD'
  | 'MAPPING_UNKNOWN'
  | 'OUTSIDE_LOG'
  | 'PROOF_TOO_WEAK'
  | 'MM2_SYNCS_GROUPS'
  | 'PLAN_ALTERED'
  | 'PLAN_EXPIRED'
  | 'PLAN_UNDONE'
  | 'PLAN_NOT_APPLIED'
  | 'CLUSTER_CHANGED';

/** What a refusal is about; names are those on the cluster that the restore writes to. */
export interface RefusalSubject {
  readonly flow?: string;
  readonly cluster?: string;
  readonly group?: string;
  readonly topic?: string;
  readonly partition?: number;
  readonly plan?: string;
}

/** One reason to refuse, and its remedy. A command reports all refusals at once. */
export interface Refusal {
  readonly code: RefusalCode;
  readonly subject: RefusalSubject;
  readonly reason: string;
  readonly remedy: string;
}
