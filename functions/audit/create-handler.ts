import type { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { TidemarkError } from '../../shared/domain/model/errors.ts';
import type { Clock } from '../../shared/ports.ts';
import { logErrors } from '../runtime/log-errors.ts';
import { type AuditDependencies, auditAndPublish } from './audit-and-publish.ts';
import type { AuditSummary } from './audit-summary.ts';
import { parseAuditEvent } from './event.ts';

/** Time reserved for publishing after the audit. */
const PUBLISH_RESERVE_MS = 8_000;
/** Time reserved for the timeout error, before Lambda kills the function without a log line. */
const LAST_WORDS_MS = 1_000;

export interface HandlerDependencies extends AuditDependencies {
  readonly logger: Logger;
  readonly clock: Clock;
  /** Publishes again where the names of clients lead. Never throws. */
  readonly republishNames: () => Promise<void>;
}

export type AuditHandler = (event: unknown, context: Context) => Promise<AuditSummary>;

/** Builds the handler of the audit function. Errors are logged and end the invocation. */
export function createHandler(dependencies: HandlerDependencies): AuditHandler {
  const { logger, clock, republishNames } = dependencies;
  return middy<unknown, AuditSummary>({
    timeoutEarlyInMillis: LAST_WORDS_MS,
    timeoutEarlyResponse: () => {
      throw new TidemarkError('AUDIT_TIMED_OUT', 'the audit did not end within the timeout of the function', {
        remedy: 'Check the log for the slow step, and whether the function can reach both clusters.',
        retriable: true,
      });
    },
  })
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .use(logErrors(logger))
    .handler(async (event: unknown, context: Context, { signal }: { signal: AbortSignal }) => {
      const { executionId, scheduledAt } = parseAuditEvent(event);
      logger.appendKeys({ executionId, scheduledAt });
      const deadline = clock.now() + context.getRemainingTimeInMillis() - PUBLISH_RESERVE_MS;
      // Clients depend on it: neither a secret that cannot be read nor a cluster that hangs keeps it from happening.
      const republished = republishNames();
      try {
        const summary = await auditAndPublish(dependencies, { deadline, signal });
        logger.info('audit published', { audit: summary });
        return summary;
      } finally {
        await republished;
      }
    });
}
