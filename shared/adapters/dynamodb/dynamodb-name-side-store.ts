import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { NameSideStore } from '../../failover/name-side-store.ts';
import { guarded } from './history-failure.ts';
import { type Item, NAMES_PREFIX } from './history-table.ts';

/** The sides of names in the history's DynamoDB table: one item for each name. */
export function createDynamoDbNameSideStore(client: DynamoDBClient, tableName: string): NameSideStore {
  const TableName = tableName;
  const keyOf = (name: string): Item => ({ pk: { S: `${NAMES_PREFIX}${name}` }, sk: { S: 'side' } });
  return {
    wanted: (name) =>
      guarded(async () => {
        const { Item } = await client.send(new GetItemCommand({ TableName, Key: keyOf(name), ConsistentRead: true }));
        if (Item?.cluster?.S === undefined) return null;
        const since = Number(Item.since?.N ?? 0);
        return { cluster: Item.cluster.S, since, isPublished: Item.isPublished?.BOOL === true };
      }),
    want: (name, { cluster, since, isPublished }) =>
      guarded(async () => {
        const side: Item = { cluster: { S: cluster }, since: { N: String(since) }, isPublished: { BOOL: isPublished } };
        await client.send(new PutItemCommand({ TableName, Item: { ...keyOf(name), ...side } }));
      }),
  };
}
