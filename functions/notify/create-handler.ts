import type { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import type { Severity } from '../../shared/contract/finding-codes.ts';
import type { PageJournal, PageTarget } from '../../shared/notify/page-target.ts';
import { type Paged, sendPages } from '../../shared/notify/send-pages.ts';
import type { Clock } from '../../shared/ports.ts';
import { logErrors } from '../runtime/log-errors.ts';
import { parseNotifyEvent } from './event.ts';

export interface NotifyDependencies {
  readonly logger: Logger;
  readonly clock: Clock;
  readonly journal: PageJournal;
  /** The targets for the events of a deployment. */
  readonly targets: (deployment: string) => readonly PageTarget[];
  readonly least: Severity;
  readonly runbookUrl: string;
  /** Words after `tidemark audit` that choose the configuration and the history. */
  readonly options: readonly string[];
}

export type NotifyHandler = (event: unknown, context: Context) => Promise<Paged>;

/** Builds the handler of the notify function. An error ends the invocation: Lambda tries again, then keeps the event. */
export function createHandler(dependencies: NotifyDependencies): NotifyHandler {
  const { logger, clock, journal, targets, least, runbookUrl, options } = dependencies;
  return middy<unknown, Paged>()
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .use(logErrors(logger))
    .handler(async (input: unknown) => {
      const { event, deployment } = parseNotifyEvent(input);
      logger.appendKeys({ event: event.id, finding: event.finding.code, flow: event.flow });
      const links = { runbook: runbookUrl, options, deployment };
      const paged = await sendPages({ event, links, least, targets: targets(deployment), journal, clock });
      logger.info('event handled', { paged });
      return paged;
    });
}
