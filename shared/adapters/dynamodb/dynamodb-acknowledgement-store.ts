import { type DynamoDBClient, GetItemCommand, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { Acknowledgement, AcknowledgementEnding } from '../../domain/model/finding.ts';
import {
  type AcknowledgementStore,
  acknowledgementOf,
  documentOf,
  keepUntil,
  oldestFirst,
} from '../../history/acknowledgement-store.ts';
import { failedCondition, guarded } from './history-failure.ts';
import { type Item, TTL_ATTRIBUTE } from './history-table.ts';
import { queryItems } from './query-items.ts';

/** Sort keys begin so, which no head, frame or chunk does: the partition can be that of no flow. */
const SORT = 'acknowledgement#';

/** Of all acknowledgements of a flow. */
export function acknowledgementsPartition(flow: string): string {
  return `acknowledgements#${flow}`;
}

export function acknowledgementKey(flow: string, id: string): Item {
  return { pk: { S: acknowledgementsPartition(flow) }, sk: { S: `${SORT}${id}` } };
}

/**
 * Acknowledgements in the history's DynamoDB table: one item each, stored and ended with a condition. All reads are
 * consistent. Closing the client is its owner's.
 */
export function createDynamoDbAcknowledgementStore(client: DynamoDBClient, tableName: string): AcknowledgementStore {
  const TableName = tableName;
  return {
    add: (acknowledgement) =>
      guarded(async () => {
        const Key = acknowledgementKey(acknowledgement.flow, acknowledgement.id);
        const document = documentOf(acknowledgement);
        const Item = { ...Key, document: { S: document }, ...timeToLive(acknowledgement) };
        try {
          await client.send(new PutItemCommand({ TableName, Item, ConditionExpression: 'attribute_not_exists(pk)' }));
          return true;
        } catch (error) {
          if (!failedCondition(error)) throw error;
          // The client repeats what it got no answer to: the stored one may be this very acknowledgement.
          const { Item: stored } = await client.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }));
          return stored?.document?.S === document;
        }
      }),

    end: (flow, id, ending) =>
      guarded(async () => {
        try {
          await client.send(new UpdateItemCommand({ TableName, ...endOf(flow, id, ending) }));
          return true;
        } catch (error) {
          if (!failedCondition(error)) throw error;
          return false;
        }
      }),

    list: (flow, now) =>
      guarded(async () => {
        const found: Acknowledgement[] = [];
        const items = queryItems(client, {
          TableName,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sort)',
          ExpressionAttributeValues: { ':pk': { S: acknowledgementsPartition(flow) }, ':sort': { S: SORT } },
        });
        for await (const { document, ending } of items) {
          const one = acknowledgementOf(flow, document?.S ?? '', ending?.S ?? null);
          // Time to live removes items late.
          if (one !== null && (keepUntil(one) ?? Number.POSITIVE_INFINITY) > now) found.push(one);
        }
        return oldestFirst(found);
      }),

    close: async () => undefined,
  };
}

function endOf(flow: string, id: string, ending: AcknowledgementEnding) {
  const ttl = timeToLive({ until: null, ending })[TTL_ATTRIBUTE];
  return {
    Key: acknowledgementKey(flow, id),
    UpdateExpression: 'SET ending = :ending, #ttl = :ttl',
    ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(ending)',
    ExpressionAttributeNames: { '#ttl': TTL_ATTRIBUTE },
    ExpressionAttributeValues: { ':ending': { S: JSON.stringify(ending) }, ...(ttl && { ':ttl': ttl }) },
  };
}

function timeToLive(of: Pick<Acknowledgement, 'until' | 'ending'>): Item {
  const until = keepUntil(of);
  return until === null ? {} : { [TTL_ATTRIBUTE]: { N: String(Math.ceil(until / 1000)) } };
}
