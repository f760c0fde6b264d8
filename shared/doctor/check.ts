import type { Permission } from '../domain/model/permission.ts';

/** `unknown`: could not be looked at, because something before it failed or did not answer. */
export type CheckStatus = 'ok' | 'warn' | 'fail' | 'unknown';

/** One thing that an audit relies on, and how it stands. */
export interface Check {
  /** Alias of a cluster, or name of a flow. */
  readonly subject: string;
  /** `connection`, `topic mm2-offset-syncs.B.internal` … */
  readonly what: string;
  readonly status: CheckStatus;
  /** One sentence of what was seen. */
  readonly detail: string;
  /** What to do; null where nothing is to be done. */
  readonly remedy: string | null;
}

export interface DoctorReport {
  /** In the order in which they were made: clusters first, then flows. */
  readonly checks: readonly Check[];
  /** Every permission that an audit of this configuration needs, by cluster alias. */
  readonly permissions: ReadonlyMap<string, readonly Permission[]>;
}
