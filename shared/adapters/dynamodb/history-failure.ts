import {
  ConditionalCheckFailedException,
  DynamoDBServiceException,
  ResourceNotFoundException,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import { TidemarkError } from '../../domain/model/errors.ts';
import { HistoryStoreError } from '../../history/history-errors.ts';

/** Whether a write failed because its condition did not hold. */
export function failedCondition(error: unknown): boolean {
  if (error instanceof ConditionalCheckFailedException) return true;
  if (!(error instanceof TransactionCanceledException)) return false;
  return (error.CancellationReasons ?? []).some(({ Code }) => Code === 'ConditionalCheckFailed');
}

/** Runs a read or write. Turns what the SDK throws into an error that tells people what to do. */
export async function guarded<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof TidemarkError) throw error;
    throw storeError(error);
  }
}

function storeError(cause: unknown): HistoryStoreError {
  if (
    cause instanceof Error &&
    (cause.name === 'CredentialsProviderError' || /^Region (is missing|not accepted)/.test(cause.message))
  ) {
    const what = cause.name === 'CredentialsProviderError' ? 'credentials were' : 'Region was';
    return new HistoryStoreError('HISTORY_STORE_DENIED', `no AWS ${what} found for the history's table`, {
      cause,
      remedy: 'Set AWS_PROFILE and AWS_REGION, or log in with `aws sso login`, as for the aws command line.',
    });
  }
  if (!(cause instanceof DynamoDBServiceException)) {
    const why = cause instanceof Error && cause.name !== 'Error' ? ` (${cause.name})` : '';
    return new HistoryStoreError('HISTORY_STORE_UNREACHABLE', `DynamoDB did not answer${why}`, {
      cause,
      retriable: true,
      remedy: 'Check the route to DynamoDB. A VPC without Internet access needs a gateway endpoint for dynamodb.',
    });
  }
  if (cause instanceof ResourceNotFoundException) {
    return new HistoryStoreError('HISTORY_STORE_MISSING', "the history's DynamoDB table does not exist", {
      cause,
      remedy: 'Deploy the stack that creates the table, or correct the name of the table.',
    });
  }
  if (cause.$metadata.httpStatusCode === 403 || cause.name.startsWith('AccessDenied')) {
    return new HistoryStoreError('HISTORY_STORE_DENIED', `DynamoDB refused the history's request (${cause.name})`, {
      cause,
      remedy:
        'Allow dynamodb:GetItem, BatchGetItem, Query, PutItem and UpdateItem on the table (failovers also need ConditionCheckItem), and check that the credentials are valid.',
    });
  }
  const isTransient = cause.$fault === 'server' || /Throttl|Exceeded|Conflict|InProgress|Canceled/.test(cause.name);
  return new HistoryStoreError('HISTORY_STORE_FAILED', `DynamoDB rejected the history's request (${cause.name})`, {
    cause,
    retriable: isTransient,
    remedy: isTransient
      ? 'The next audit tries again. If the error persists, check whether DynamoDB throttles the table.'
      : 'This is a bug in Tidemark. Please report it with the name of the exception.',
  });
}
