import type { Permission } from '../domain/model/permission.ts';

/** `unknown`: the check could not run, because an earlier one failed or a cluster did not answer. */
export type CheckStatus = 'ok' | 'warn' | 'fail' | 'unknown';

/** One precondition of an audit, and its status. */
export interface Check {
  /** Alias of a cluster, or name of a flow. */
  readonly subject: string;
  /** `connection`, `topic mm2-offset-syncs.B.internal` … */
  readonly what: string;
  readonly status: CheckStatus;
  /** One sentence about the result. */
  readonly detail: string;
  /** What to do; null if there is nothing to do. */
  readonly remedy: string | null;
}

export interface DoctorReport {
  /** In the order in which they ran: clusters first, then flows. */
  readonly checks: readonly Check[];
  /** Every permission that an audit of this configuration needs, by cluster alias. */
  readonly permissions: ReadonlyMap<string, readonly Permission[]>;
}
