import { TidemarkError } from '../domain/model/errors.ts';
import type { FlowLock } from './run-store.ts';

/** A gate said no: nothing was done, or nothing more was done. */
export class FailoverRefusedError extends TidemarkError {
  override readonly name: string = 'FailoverRefusedError';
  readonly reasons: readonly string[];

  constructor(
    code: string,
    reasons: readonly string[],
    remedy: string,
    options: { readonly retriable?: boolean } = {},
  ) {
    super(code, reasons.join('; '), { remedy, ...options });
    this.reasons = reasons;
  }
}

/** Another process works on this run, and certainly ends at a known time. */
export class RunBusyError extends FailoverRefusedError {
  override readonly name = 'RunBusyError';

  constructor({ run, holder }: FlowLock) {
    super('RUN_BUSY', [`${holder} works on run ${run}`], 'Wait until then, and run the same again.', {
      retriable: true,
    });
  }
}

/** One step did not do what it has to. The run can be continued, or undone. */
export class StepFailedError extends TidemarkError {
  override readonly name = 'StepFailedError';
}

/** The stored evidence of a run is incomplete or was altered. */
export class DamagedRunError extends TidemarkError {
  override readonly name = 'DamagedRunError';

  constructor(run: string, how: string, options: { readonly cause?: unknown } = {}) {
    super('FAILOVER_DAMAGED', `the evidence of run ${run} cannot be relied on: ${how}`, {
      ...options,
      remedy: 'Tidemark does nothing based on it. Look at what was done with `failover status`, and finish it by hand.',
    });
  }
}

export function heldBy({ flow, run, holder, since }: FlowLock): FailoverRefusedError {
  const at = new Date(since).toISOString();
  const who = holder === null ? '' : `, and ${holder} works on it`;
  const remedy =
    holder === null
      ? `Continue or undo run ${run}. --override-lock takes the flow from it.`
      : 'Wait for that process. If it has died, --override-lock takes over: it must not run any more.';
  return new FailoverRefusedError('FLOW_LOCKED', [`run ${run} has the flow ${flow} since ${at}${who}`], remedy);
}

/** Another process took the flow over. Nothing more is done or recorded here. */
export class LockLostError extends TidemarkError {
  override readonly name = 'LockLostError';

  constructor(flow: string) {
    super('FLOW_LOCK_LOST', `another process has taken the failover of ${flow} over`, {
      remedy: 'Follow the run there with `tidemark failover status`.',
    });
  }
}
