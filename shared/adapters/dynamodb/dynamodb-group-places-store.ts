import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { type GroupPlacesStore, groupPlacesOf, groupPlacesText } from '../../audit/group-places-store.ts';
import { guarded } from './history-failure.ts';
import { type Item, METRICS_PREFIX } from './history-table.ts';

/**
 * Which groups have metrics of their own, in the history's DynamoDB table: one item per deployment and flow, because two
 * deployments with one table publish metrics of their own.
 */
export function createDynamoDbGroupPlacesStore(
  client: DynamoDBClient,
  tableName: string,
  deployment: string,
): GroupPlacesStore {
  const TableName = tableName;
  const keyOf = (flow: string): Item => ({
    pk: { S: `${METRICS_PREFIX}${deployment}#${flow}` },
    sk: { S: 'groups' },
  });
  return {
    read: (flow) =>
      guarded(async () => {
        const { Item } = await client.send(new GetItemCommand({ TableName, Key: keyOf(flow), ConsistentRead: true }));
        return Item === undefined ? null : groupPlacesOf(Item.places?.S ?? '');
      }),

    write: (flow, places) =>
      guarded(async () => {
        const Item = { ...keyOf(flow), places: { S: groupPlacesText(places) } };
        await client.send(new PutItemCommand({ TableName, Item }));
      }),
  };
}
