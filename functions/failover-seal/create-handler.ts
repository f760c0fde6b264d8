import type { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import * as z from 'zod';
import type { EvidenceSigner, EvidenceStore } from '../../shared/failover/evidence-store.ts';
import { runOf } from '../../shared/failover/run-in-parts.ts';
import type { RunStore } from '../../shared/failover/run-store.ts';
import { sealEvidence } from '../../shared/failover/seal-evidence.ts';
import { InvalidInputError } from '../runtime/invalid-input-error.ts';
import { logErrors } from '../runtime/log-errors.ts';
import { stateMachineError } from '../runtime/state-machine-error.ts';

export interface SealDependencies {
  readonly logger: Logger;
  readonly runs: Pick<RunStore, 'read'>;
  readonly store: EvidenceStore;
  readonly signer: EvidenceSigner;
}

export type SealHandler = (event: unknown, context: Context) => Promise<object>;

/** The id becomes part of keys. */
const schema = z.strictObject({ runId: z.string().regex(/^[\w-]{1,100}$/, 'must be the id of a run') });

/** Builds the handler that seals the evidence of a run. It changes nothing in Kafka, so that a maintenance stop does not hold it. */
export function createHandler({ logger, runs, ...hands }: SealDependencies): SealHandler {
  return middy<unknown, object>()
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .use({
      // Runs after the error was logged as it is.
      onError: (request) => {
        request.error = stateMachineError(request.error);
      },
    })
    .use(logErrors(logger))
    .handler(async (event: unknown) => {
      const parsed = schema.safeParse(event);
      if (!parsed.success) throw new InvalidInputError('event', parsed.error);
      logger.appendKeys({ run: parsed.data.runId });
      const { lockedUntil, ...seal } = await sealEvidence(await runOf(runs, parsed.data.runId), hands);
      const sealed = { ...seal, lockedUntil: lockedUntil.toISOString() };
      logger.info('sealed', { sealed });
      return sealed;
    });
}
