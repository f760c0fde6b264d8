import {
  InvalidToken,
  SendTaskFailureCommand,
  SendTaskSuccessCommand,
  type SFNClient,
  TaskDoesNotExist,
  TaskTimedOut,
} from '@aws-sdk/client-sfn';
import { FAILOVER_ERRORS } from '../../contract/failover-machine.ts';
import { TidemarkError } from '../../domain/model/errors.ts';
import type { ApprovalTarget } from '../../failover/approval-target.ts';

/** Answers the task of a state machine that waits with a token. */
export function createTaskTokenTarget(client: SFNClient): ApprovalTarget {
  return {
    approve: (taskToken, answer) =>
      answered(() => client.send(new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(answer) }))),
    reject: (taskToken, { reason, by }) =>
      answered(() =>
        client.send(
          new SendTaskFailureCommand({ taskToken, error: FAILOVER_ERRORS.rejected, cause: `${by}: ${reason}` }),
        ),
      ),
  };
}

async function answered(send: () => Promise<unknown>): Promise<void> {
  try {
    await send();
  } catch (cause) {
    const isOver = cause instanceof TaskTimedOut || cause instanceof TaskDoesNotExist || cause instanceof InvalidToken;
    if (isOver) {
      throw new TidemarkError('APPROVAL_NOT_AWAITED', 'the state machine no longer waits for this approval', {
        cause,
        remedy: 'See its execution: it timed out, was answered, or was ended. Start a new failover.',
      });
    }
    const why = cause instanceof Error ? cause.name : 'no answer';
    throw new TidemarkError('APPROVAL_NOT_SENT', `Step Functions did not take the answer (${why})`, {
      cause,
      retriable: true,
      remedy: 'Answer again. Check that the function may send task successes and failures.',
    });
  }
}
