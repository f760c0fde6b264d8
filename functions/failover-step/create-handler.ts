import type { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { holderUntil } from '../../shared/failover/take-lock.ts';
import { logErrors } from '../runtime/log-errors.ts';
import { stateMachineError } from '../runtime/state-machine-error.ts';
import { doTask, type TaskHands } from './do-task.ts';
import { parseFailoverTask } from './event.ts';

/** How far the clock of another invocation may be behind. */
const CLOCKS_DIFFER_MS = 2_000;

export interface FailoverStepDependencies extends Omit<TaskHands, 'holder' | 'progress'> {
  readonly logger: Logger;
}

export type FailoverStepHandler = (event: unknown, context: Context) => Promise<object>;

/**
 * Builds the handler of the functions that carry failovers out. It has no time-out of its own: work that a promise leaves
 * behind would continue in the next invocation. Lambda ends the process, and the lock says when that is.
 */
export function createHandler(dependencies: FailoverStepDependencies): FailoverStepHandler {
  const { logger, ...hands } = dependencies;
  return middy<unknown, object>()
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .use({
      // Runs after the error was logged as it is.
      onError: (request) => {
        request.error = stateMachineError(request.error);
      },
    })
    .use(logErrors(logger))
    .handler(async (event: unknown, context: Context) => {
      const task = parseFailoverTask(event);
      logger.appendKeys({ task: task.task, ...('runId' in task && { run: task.runId }), ...stepKey(task) });
      const endsAt = hands.clock.now() + context.getRemainingTimeInMillis() + CLOCKS_DIFFER_MS;
      const holder = holderUntil(`invocation ${context.awsRequestId}`, endsAt);
      const progress = (step: string) => logger.info('progress', { doing: step });
      const result = await doTask(task, { ...hands, holder, progress });
      logger.info('task done', { result });
      return result;
    });
}

function stepKey(task: object): { step?: unknown } {
  return 'step' in task ? { step: task.step } : {};
}
