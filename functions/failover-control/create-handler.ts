import type { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { type ApprovalHands, approveAsked, rejectAsked } from '../../shared/failover/answer-approval.ts';
import type { HoldStore } from '../../shared/failover/hold-store.ts';
import { logErrors } from '../runtime/log-errors.ts';
import { parseControlEvent } from './event.ts';

export interface ControlDependencies extends ApprovalHands {
  readonly logger: Logger;
  readonly holds: HoldStore;
}

export type ControlHandler = (event: unknown, context: Context) => Promise<{ readonly done: string }>;

/** Builds the handler by which people approve, reject, hold and release failovers. Who may invoke it may do that. */
export function createHandler(dependencies: ControlDependencies): ControlHandler {
  const { logger, holds, ...hands } = dependencies;
  return middy<unknown, { readonly done: string }>()
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .use(logErrors(logger))
    .handler(async (input: unknown) => {
      const event = parseControlEvent(input);
      logger.appendKeys({ action: event.action, by: event.by });
      switch (event.action) {
        case 'approve':
          await approveAsked(hands, { run: event.runId, hash: event.hash, by: event.by });
          break;
        case 'reject':
          await rejectAsked(hands, { run: event.runId, reason: event.reason, by: event.by });
          break;
        case 'hold':
          await holds.begin({ by: event.by, reason: event.reason, since: hands.clock.now() });
          break;
        case 'release':
          await holds.end();
          break;
      }
      logger.info('done');
      return { done: event.action };
    });
}
