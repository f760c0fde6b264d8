import type { Logger } from '@aws-lambda-powertools/logger';
import type { MiddlewareObj } from '@middy/core';
import { ConfigurationError } from '../../shared/config/configuration-error.ts';
import { TidemarkError } from '../../shared/domain/model/errors.ts';

/**
 * Logs the error that ended the invocation, with its remedy. Causes come from libraries and could contain secrets, so
 * this logs only their names.
 */
export function logErrors(logger: Logger): MiddlewareObj {
  return {
    onError: ({ error }) => {
      if (error instanceof TidemarkError) {
        logger.error(error.message, {
          code: error.code,
          ...(error.remedy !== null && { remedy: error.remedy }),
          retriable: error.retriable,
          causes: causeNames(error),
          ...(error instanceof ConfigurationError && { faults: error.faults }),
        });
      } else {
        logger.error('a bug in Tidemark ended the invocation', {
          code: 'DEFECT',
          remedy: 'Please report it with this log line.',
          defect: error?.name ?? 'unknown',
          stack: error?.stack,
        });
      }
    },
  };
}

function causeNames(error: Error): string[] {
  const names: string[] = [];
  for (let cause = error.cause; cause instanceof Error && names.length < 8; cause = cause.cause) names.push(cause.name);
  return names;
}
