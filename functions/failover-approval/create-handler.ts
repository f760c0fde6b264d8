import type { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import type { RunRecord } from '../../shared/domain/failover/run-record.ts';
import { TidemarkError } from '../../shared/domain/model/errors.ts';
import { iso } from '../../shared/domain/model/iso-time.ts';
import { type ApprovalHands, approveAsked, rejectAsked } from '../../shared/failover/answer-approval.ts';
import { isPageNonce, type Mac, pageNonce } from '../../shared/failover/approval-link.ts';
import { FailoverRefusedError } from '../../shared/failover/failover-errors.ts';
import { type LinkedRun, linkedRun } from '../../shared/failover/linked-run.ts';
import { InvalidInputError } from '../runtime/invalid-input-error.ts';
import { logErrors } from '../runtime/log-errors.ts';
import { type AnswerForm, answerForm } from './answer-form.ts';
import { approvalPage } from './approval-page.ts';
import { type PageAnswer, saying } from './document.ts';
import { type PageRequest, parsePageRequest } from './event.ts';

export interface ApprovalPageDependencies extends ApprovalHands {
  readonly logger: Logger;
  readonly mac: Mac;
}

export type ApprovalPageHandler = (event: unknown, context: Context) => Promise<PageAnswer>;

/**
 * Builds the handler of the page of links. Who has a link may approve or reject its run, by a form of the page and in no
 * other way: programs open links before people do. No log line has a link.
 */
export function createHandler(dependencies: ApprovalPageDependencies): ApprovalPageHandler {
  const { logger, ...hands } = dependencies;
  return middy<unknown, PageAnswer>()
    .use(injectLambdaContext(logger, { resetKeys: true, logEvent: false }))
    .use({
      // Runs after the error was logged. What a stranger sends ends no invocation.
      onError: (request) => {
        const isTheirs = request.error instanceof InvalidInputError;
        request.response = isTheirs
          ? saying(400, 'This is no request of a browser')
          : saying(503, 'This did not work', 'Nothing shows that anything was done. Look again in a minute.');
      },
    })
    .use(logErrors(logger))
    .handler(async (event: unknown) => {
      const request = parsePageRequest(event);
      const answer = await answerTo(request, hands, logger);
      return request.method === 'HEAD' ? { ...answer, body: '' } : answer;
    });
}

type Hands = Omit<ApprovalPageDependencies, 'logger'>;

async function answerTo(request: PageRequest, hands: Hands, logger: Logger): Promise<PageAnswer> {
  const { method, path, query, form } = request;
  if (path !== '/') return saying(404, 'There is nothing here');
  if (!['GET', 'HEAD', 'POST'].includes(method)) {
    const refused = saying(405, 'This is not possible here');
    return { ...refused, headers: { ...refused.headers, allow: 'GET, HEAD, POST' } };
  }
  const link = (method === 'POST' ? form : query).get('link') ?? '';
  const linked = await linkedRun(link, hands);
  if (linked.kind !== 'waits') return overWith(linked);
  const { record } = linked;
  const shown = async (status: number, fault: string | null) => {
    const nonce = await pageNonce(link, hands.clock.now(), hands.mac);
    return approvalPage(status, record, { link, nonce, fault, by: form.get('by') ?? '' });
  };
  if (method !== 'POST') return await shown(200, null);
  // A browser says so if the form is of another page; what is no browser says nothing.
  if (request.fetchSite !== null && request.fetchSite !== 'same-origin') {
    return await shown(403, 'The form did not come from this page.');
  }
  if (!(await isPageNonce(form.get('nonce') ?? '', link, hands.clock.now(), hands.mac))) {
    return await shown(409, 'The page was open for too long. This one is new: look at it again.');
  }
  const filled = answerForm(form, record.hash);
  if (filled.kind === 'faulty') return await shown(422, filled.fault);
  const by = `${filled.form.by} (by the link, from ${request.sourceIp})`;
  const answer = await answerRun(filled.form, record, by, hands);
  logger.info('answered', { run: record.run, answer: filled.form.answer, by, status: answer.statusCode });
  return answer;
}

/** Compares and sends what a person has answered. */
async function answerRun(form: AnswerForm, { run, hash }: RunRecord, by: string, hands: Hands): Promise<PageAnswer> {
  try {
    if (form.answer === 'reject') {
      await rejectAsked(hands, { run, reason: form.reason, by });
      return saying(200, 'Rejected', `Run ${run} ends. Nothing was changed.`);
    }
    await approveAsked(hands, { run, hash, by });
    const next =
      'It is assessed once more, and begins if exactly this would still be done. A message says how it ends.';
    return saying(200, 'Approved', `Run ${run} continues with the hash ${hash}.`, next);
  } catch (error) {
    // Others may say what is not for strangers.
    const isForPeople = error instanceof FailoverRefusedError || /^APPROVAL_/.test(codeOf(error));
    if (!isForPeople || !(error instanceof TidemarkError)) throw error;
    return saying(error.retriable ? 503 : 409, 'Your answer was not taken', error.message, error.remedy ?? '');
  }
}

function codeOf(error: unknown): string {
  return error instanceof TidemarkError ? error.code : '';
}

function overWith(linked: Exclude<LinkedRun, { kind: 'waits' }>): PageAnswer {
  const nothing = 'This link does nothing any more.';
  switch (linked.kind) {
    case 'unknown':
      return saying(
        404,
        'This link is not known',
        'It is incomplete, or of another deployment. Open it as it was sent.',
      );
    case 'expired':
      return saying(
        410,
        'This link has expired',
        `Run ${linked.claims.run} could be approved until ${iso(linked.claims.expiresAt)}. ${nothing}`,
      );
    case 'answered': {
      const { kind, by, at } = linked.answer;
      return saying(
        410,
        'This link was used, or its run was answered',
        `${by} has ${kind} run ${linked.claims.run} at ${iso(at)}. ${nothing}`,
      );
    }
    case 'superseded':
      return saying(
        410,
        'This link was replaced',
        `A newer question for run ${linked.claims.run}, or another run of its flow, has replaced it. ${nothing}`,
      );
    case 'over':
      return saying(410, 'Nobody waits for this any more', `Run ${linked.claims.run} no longer waits. ${nothing}`);
  }
}
