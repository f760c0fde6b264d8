import type { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { type AlarmClearance, isFirstState } from '../../shared/domain/notify/alarm-clearance.ts';
import { clearanceMessage, type TopicMessage } from '../../shared/domain/notify/clearance-message.ts';
import { logErrors } from '../runtime/log-errors.ts';
import { parseAlarmClearedEvent } from './event.ts';

export interface AlarmClearedDependencies {
  readonly logger: Logger;
  /** The states that an alarm has left until this change. */
  readonly statesLeft: (clearance: AlarmClearance) => Promise<readonly string[]>;
  readonly publish: (message: TopicMessage) => Promise<void>;
}

export interface Cleared {
  readonly told: boolean;
}

export type AlarmClearedHandler = (event: unknown, context: Context) => Promise<Cleared>;

/**
 * Builds the handler that tells people that an alarm is over, and not that a new one is well. An error ends the invocation: Lambda
 * tries again, then keeps the event.
 */
export function createHandler({ logger, statesLeft, publish }: AlarmClearedDependencies): AlarmClearedHandler {
  return middy<unknown, Cleared>()
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .use(logErrors(logger))
    .handler(async (event: unknown) => {
      const clearance = parseAlarmClearedEvent(event);
      logger.appendKeys({ alarm: clearance.name });
      const told = !(await isFirstState(clearance, () => statesLeft(clearance)));
      if (told) await publish(clearanceMessage(clearance));
      logger.info(told ? 'alarm is over' : 'a new alarm is well', { before: clearance.before.state });
      return { told };
    });
}
