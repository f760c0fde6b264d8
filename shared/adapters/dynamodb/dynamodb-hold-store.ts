import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { HoldStore } from '../../failover/hold-store.ts';
import { guarded } from './history-failure.ts';
import { FAILOVERS_PREFIX, type Item } from './history-table.ts';

const KEY: Item = { pk: { S: `${FAILOVERS_PREFIX}hold` }, sk: { S: 'hold' } };

/** The maintenance stop in the history's DynamoDB table: one item, which says whether it is on. */
export function createDynamoDbHoldStore(client: DynamoDBClient, tableName: string): HoldStore {
  const TableName = tableName;
  const put = (more: Item) =>
    guarded(async () => void (await client.send(new PutItemCommand({ TableName, Item: { ...KEY, ...more } }))));
  return {
    current: () =>
      guarded(async () => {
        const { Item } = await client.send(new GetItemCommand({ TableName, Key: KEY, ConsistentRead: true }));
        if (Item?.isOn?.BOOL !== true) return null;
        return { by: Item.by?.S ?? '', reason: Item.reason?.S ?? '', since: Number(Item.since?.N ?? 0) };
      }),
    begin: ({ by, reason, since }) =>
      put({ isOn: { BOOL: true }, by: { S: by }, reason: { S: reason }, since: { N: String(since) } }),
    end: () => put({ isOn: { BOOL: false } }),
  };
}
