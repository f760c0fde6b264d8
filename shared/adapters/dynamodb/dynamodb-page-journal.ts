import { ConditionalCheckFailedException, type DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { PageJournal } from '../../notify/page-target.ts';
import { guarded } from './history-failure.ts';
import { type Item, PAGES_PREFIX, TTL_ATTRIBUTE } from './history-table.ts';

/** How long one attempt to send may take. */
const CLAIM_MS = 60_000;
/** Longer than any service retries the delivery of an event. */
const KEEP_MS = 14 * 24 * 60 * 60_000;

function keyOf(id: string): Item {
  return { pk: { S: `${PAGES_PREFIX}${id}` }, sk: { S: 'page' } };
}

/** Which pages were sent, in the history's DynamoDB table: one item each, which time to live removes. */
export function createDynamoDbPageJournal(client: DynamoDBClient, tableName: string): PageJournal {
  const TableName = tableName;
  return {
    claim: (id, now) =>
      guarded(async () => {
        try {
          await client.send(
            new UpdateItemCommand({
              TableName,
              Key: keyOf(id),
              UpdateExpression: 'SET claimedUntil = :until, #ttl = :ttl',
              ConditionExpression:
                'attribute_not_exists(sentAt) AND (attribute_not_exists(pk) OR claimedUntil <= :now)',
              ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
              ExpressionAttributeNames: { '#ttl': TTL_ATTRIBUTE },
              ExpressionAttributeValues: {
                ':until': { N: String(now + CLAIM_MS) },
                ':now': { N: String(now) },
                ':ttl': { N: String(Math.ceil((now + KEEP_MS) / 1000)) },
              },
            }),
          );
          return 'granted';
        } catch (error) {
          if (error instanceof ConditionalCheckFailedException)
            return error.Item?.sentAt === undefined ? 'taken' : 'sent';
          throw error;
        }
      }),

    sent: (id, now) =>
      guarded(async () => {
        await client.send(
          new UpdateItemCommand({
            TableName,
            Key: keyOf(id),
            UpdateExpression: 'SET sentAt = :now',
            ExpressionAttributeValues: { ':now': { N: String(now) } },
          }),
        );
      }),

    release: (id) =>
      guarded(async () => {
        await client.send(
          new UpdateItemCommand({
            TableName,
            Key: keyOf(id),
            UpdateExpression: 'SET claimedUntil = :zero',
            ExpressionAttributeValues: { ':zero': { N: '0' } },
          }),
        );
      }),
  };
}
