import type { KnownProof } from '../model/report.ts';

/** The limits that the operator sets for a plan. */
export interface RestoreTerms {
  /** A position that is known less well is refused. */
  readonly minProof: KnownProof;
  /** Positions outside the log are moved to its nearest end, instead of being refused. */
  readonly clamp: boolean;
  /** Plans even if MM2's group sync will move groups on the target forward again. */
  readonly evenIfMm2Syncs: boolean;
  /**
   * Plans from the newest commits that are known, also of groups that nobody can read now: what an audit before read, or what MM2
   * has translated since. Only for a plan as of now.
   */
  readonly evenIfUnread: boolean;
  /**
   * Groups that nobody can move now (with members, or no consumer groups) are left out as long as another one remains, instead of
   * being refused.
   */
  readonly leaveOut: boolean;
  /** Most time between the last read of the positions and the requested time, in ms. */
  readonly maxAgeMs: number;
  /** How long after planning the first apply may begin, in ms. */
  readonly validForMs: number;
}

/** The coarsest snapshots are an hour apart: older positions mean that no audit was recorded. */
export const DEFAULT_RESTORE_TERMS: RestoreTerms = {
  minProof: 'bounded',
  clamp: false,
  evenIfMm2Syncs: false,
  evenIfUnread: false,
  leaveOut: false,
  maxAgeMs: 3_600_000,
  validForMs: 3_600_000,
};
