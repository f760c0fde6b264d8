import type { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { approvalNotice } from '../../shared/domain/failover/make-notice.ts';
import { TidemarkError } from '../../shared/domain/model/errors.ts';
import type { ApprovalHands } from '../../shared/failover/answer-approval.ts';
import { type Mac, questionOf, signedLink } from '../../shared/failover/approval-link.ts';
import type { ApproverTarget } from '../../shared/failover/approver-target.ts';
import { askApproval } from '../../shared/failover/ask-approval.ts';
import { logErrors } from '../runtime/log-errors.ts';
import { stateMachineError } from '../runtime/state-machine-error.ts';
import { type AskEvent, parseAskEvent } from './event.ts';

export interface AskDependencies extends Pick<ApprovalHands, 'runs' | 'approvals' | 'clock'> {
  readonly logger: Logger;
  readonly mac: Mac;
  /** URL of the page of links. */
  readonly page: string;
  readonly targets: readonly ApproverTarget[];
  readonly deployment: string;
  /** Words of a command that choose the configuration and the history. */
  readonly options: readonly string[];
}

export type AskHandler = (event: unknown, context: Context) => Promise<{ readonly runId: string }>;

/**
 * Builds the handler that keeps the token of a state machine, and sends approvers a link. Its answer is in the history of
 * the execution, and so has no link. Nothing depends on whether a message arrives: people can still approve without one.
 */
export function createHandler(dependencies: AskDependencies): AskHandler {
  const { logger, targets, deployment, options, ...hands } = dependencies;
  return middy<unknown, { readonly runId: string }>()
    .use(injectLambdaContext(logger, { resetKeys: true, logEvent: false }))
    .use({
      // Runs after the error was logged as it is.
      onError: (request) => {
        request.error = stateMachineError(request.error);
      },
    })
    .use(logErrors(logger))
    .handler(async (input: unknown) => {
      const event = parseAskEvent(input);
      logger.appendKeys({ run: event.runId });
      const { runId: run, hash, token } = event;
      const record = await askApproval(hands, { run, hash, token });
      const link = await linkFor(event, record.expiresAt, hands).catch((error: unknown) => {
        logger.error('no link was made', { why: reasonOf(error) });
        return null;
      });
      const notice = approvalNotice(record, { link, deployment, options });
      for (const target of targets) {
        const sending = target.send(notice);
        await sending.catch((error: unknown) => {
          logger.error('approvers were not told', { target: target.name, why: reasonOf(error) });
        });
      }
      logger.info('asked');
      return { runId: run };
    });
}

async function linkFor(
  { runId: run, hash, token }: AskEvent,
  expiresAt: number,
  { mac, page }: Pick<AskDependencies, 'mac' | 'page'>,
): Promise<string> {
  const url = new URL(page);
  url.searchParams.set('link', await signedLink({ run, hash, question: questionOf(token), expiresAt }, mac));
  return url.href;
}

/** Messages of other errors may have the link in them. */
function reasonOf(error: unknown): string {
  if (error instanceof TidemarkError) return `${error.code}: ${error.message}`;
  return error instanceof Error ? error.name : 'unknown';
}
