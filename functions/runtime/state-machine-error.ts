import { FAILOVER_ERRORS } from '../../shared/contract/failover-machine.ts';
import { TidemarkError } from '../../shared/domain/model/errors.ts';
import { FailoverRefusedError, RunBusyError } from '../../shared/failover/failover-errors.ts';
import { FailoverHeldError } from '../../shared/failover/hold-store.ts';
import type { Failure } from '../../shared/failover/run-failover.ts';

/** Step Functions knows an error by its name, and keeps its message in the history of the execution. */
class StateMachineError extends TidemarkError {
  override readonly name: string;

  constructor(name: string, code: string, message: string, options: { readonly remedy?: string; cause?: unknown }) {
    super(code, `${code}: ${message}`, { ...options, retriable: name === FAILOVER_ERRORS.retry });
    this.name = name;
  }
}

/** Names of errors of the AWS SDK that pass. */
const THROTTLED = /Throttl|TooManyRequests|LimitExceeded|ThroughputExceeded|SlowDown|^TimeoutError$/;

/** The error by which the state machine decides, of whatever ended a task. */
export function stateMachineError(error: unknown): Error {
  if (error instanceof StateMachineError) return error;
  if (!(error instanceof TidemarkError)) return ofForeign(error);
  const { code, message, remedy } = error;
  return new StateMachineError(nameOf(error), code, message, { ...(remedy !== null && { remedy }), cause: error });
}

/** A step did not do what it has to: the evidence says why. */
export function stepError(step: string, { code, reason, remedy, retriable }: Failure): Error {
  const name = retriable ? FAILOVER_ERRORS.retry : FAILOVER_ERRORS.stopped;
  return new StateMachineError(name, code, `step ${step}: ${reason}`, remedy === null ? {} : { remedy });
}

function nameOf(error: TidemarkError): string {
  if (error instanceof RunBusyError) return FAILOVER_ERRORS.busy;
  if (error instanceof FailoverHeldError) return FAILOVER_ERRORS.held;
  if (error instanceof FailoverRefusedError) return FAILOVER_ERRORS.refused;
  return error.retriable ? FAILOVER_ERRORS.retry : FAILOVER_ERRORS.stopped;
}

/** The message of an error that is not Tidemark's may hold secrets: the history of the execution gets its name only. */
function ofForeign(error: unknown): Error {
  const name = error instanceof Error ? error.name : 'unknown';
  if (THROTTLED.test(name)) {
    return new StateMachineError(FAILOVER_ERRORS.retry, 'THROTTLED', `a service did not answer in time (${name})`, {
      cause: error,
    });
  }
  const what = `a bug in Tidemark ended the task (${name}); the log has the details`;
  return new StateMachineError(FAILOVER_ERRORS.stopped, 'DEFECT', what, { cause: error });
}
