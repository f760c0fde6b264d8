import {
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import type { FindingEvent } from '../../domain/notify/finding-event.ts';
import { type FindingOutbox, findingEventOf, openFindingsOf } from '../../history/finding-outbox.ts';
import { HistoryFencedError } from '../../history/history-errors.ts';
import { failedCondition, guarded } from './history-failure.ts';
import { headKey, type Item, OUTBOX_PREFIX, ownership } from './history-table.ts';
import { queryItems } from './query-items.ts';

/** Deletions sent at the same time. */
const DELETE_AT_ONCE = 20;

/** What is open and the events are in one partition of their own, whose items alone the audit function may delete. */
function stateKey(key: string): Item {
  return { pk: { S: `${OUTBOX_PREFIX}${key}` }, sk: { S: 'state' } };
}

/** Sorts by time. */
function eventKey(key: string, { at, id }: Pick<FindingEvent, 'at' | 'id'>): Item {
  return { pk: { S: `${OUTBOX_PREFIX}${key}` }, sk: { S: `event#${String(at).padStart(16, '0')}#${id}` } };
}

/**
 * Events of findings in the history's DynamoDB table. One transaction under the writer's epoch stores what is open and
 * the events. All reads are consistent. The owner of the client closes it.
 */
export function createDynamoDbFindingOutbox(client: DynamoDBClient, tableName: string): FindingOutbox {
  const TableName = tableName;

  return {
    state: (key) =>
      guarded(async () => {
        const Key = stateKey(key);
        const { Item } = await client.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }));
        if (Item === undefined) return null;
        return { revision: Number(Item.revision?.N ?? 0), open: openFindingsOf(Item.open?.S ?? '') };
      }),

    announce: (lease, after, { open, events }) =>
      guarded(async () => {
        const key = lease.flow;
        const { names, values, condition } = ownership(lease);
        const revision = (after ?? 0) + 1;
        try {
          await client.send(
            new TransactWriteItemsCommand({
              TransactItems: [
                {
                  Update: {
                    TableName,
                    Key: headKey(key),
                    UpdateExpression: 'SET announced = :revision',
                    ConditionExpression: condition,
                    ExpressionAttributeNames: names,
                    ExpressionAttributeValues: { ...values, ':revision': { N: String(revision) } },
                  },
                },
                {
                  Put: {
                    TableName,
                    Item: { ...stateKey(key), revision: { N: String(revision) }, open: { S: JSON.stringify(open) } },
                    ...(after === null
                      ? { ConditionExpression: 'attribute_not_exists(pk)' }
                      : {
                          ConditionExpression: 'revision = :after',
                          ExpressionAttributeValues: { ':after': { N: String(after) } },
                        }),
                  },
                },
                ...events.map((event) => ({
                  Put: { TableName, Item: { ...eventKey(key, event), document: { S: JSON.stringify(event) } } },
                })),
              ],
            }),
          );
        } catch (error) {
          if (failedCondition(error)) throw new HistoryFencedError(key);
          throw error;
        }
      }),

    pending: (key, limit) =>
      guarded(async () => {
        if (limit <= 0) return [];
        const items = queryItems(client, {
          TableName,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :event)',
          ExpressionAttributeValues: { ':pk': { S: `${OUTBOX_PREFIX}${key}` }, ':event': { S: 'event#' } },
          Limit: limit,
        });
        const found: (FindingEvent | null)[] = [];
        for await (const { document } of items) {
          found.push(findingEventOf(document?.S ?? ''));
          if (found.length === limit) break;
        }
        return found;
      }),

    delivered: (key, events) =>
      guarded(async () => {
        for (let start = 0; start < events.length; start += DELETE_AT_ONCE) {
          const batch = events.slice(start, start + DELETE_AT_ONCE);
          const deletions = batch.map((event) => new DeleteItemCommand({ TableName, Key: eventKey(key, event) }));
          await Promise.all(deletions.map((deletion) => client.send(deletion)));
        }
      }),
  };
}
