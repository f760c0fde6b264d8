import {
  ConditionalCheckFailedException,
  DynamoDBServiceException,
  ResourceNotFoundException,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import { TidemarkError } from '../../domain/model/errors.ts';
import { HistoryStoreError } from '../../history/history-errors.ts';

/** Whether a write did not happen because what it was to follow is not so. */
export function failedCondition(error: unknown): boolean {
  if (error instanceof ConditionalCheckFailedException) return true;
  if (!(error instanceof TransactionCanceledException)) return false;
  return (error.CancellationReasons ?? []).some(({ Code }) => Code === 'ConditionalCheckFailed');
}

/** Runs a read or write; what the SDK throws becomes an error that a person can act on. */
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
      remedy: 'Check the route to DynamoDB: in a VPC without Internet access it takes a gateway endpoint for dynamodb.',
    });
  }
  if (cause instanceof ResourceNotFoundException) {
    return new HistoryStoreError('HISTORY_STORE_MISSING', "the history's DynamoDB table does not exist", {
      cause,
      remedy: 'Deploy the stack that has the table, or correct the name of the table.',
    });
  }
  if (cause.$metadata.httpStatusCode === 403 || cause.name.startsWith('AccessDenied')) {
    return new HistoryStoreError('HISTORY_STORE_DENIED', `DynamoDB refused the history's request (${cause.name})`, {
      cause,
      remedy:
        'Allow dynamodb:GetItem, BatchGetItem, Query, PutItem and UpdateItem on the table, with credentials that are valid.',
    });
  }
  const isTransient = cause.$fault === 'server' || /Throttl|Exceeded|Conflict|InProgress|Canceled/.test(cause.name);
  return new HistoryStoreError('HISTORY_STORE_FAILED', `DynamoDB did not take the history's request (${cause.name})`, {
    cause,
    retriable: isTransient,
    remedy: isTransient
      ? 'The next audit tries again; if it goes on, look at the throttling of the table.'
      : 'This is a defect of Tidemark: please report it with the name of the exception.',
  });
}
