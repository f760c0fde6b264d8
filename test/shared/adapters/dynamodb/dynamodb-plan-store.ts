import { DeleteItemCommand, GetItemCommand, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { DynamoDbLocal } from '../../../../lab/dynamodb-local.ts';
import { createDynamoDbPlanStore } from '../../../../shared/adapters/dynamodb/dynamodb-plan-store.ts';
import { chunkKeys, documentKey, manifestOf } from '../../../../shared/adapters/dynamodb/restore-items.ts';
import { describePlanStore } from '../plan-store-contract.ts';

const TABLE = 'tidemark-plans';

/** @param local runs once the tests run */
export function testPlanStore(local: () => DynamoDbLocal): void {
  describePlanStore('DynamoDB', async () => {
    await local().createHistoryTable(TABLE);
    const client = local().client();
    const manifest = async (plan: string, name: string) => {
      const { Item } = await client.send(new GetItemCommand({ TableName: TABLE, Key: documentKey(plan, name) }));
      if (Item === undefined) throw new Error('no such document');
      return Item;
    };
    const firstChunk = async (plan: string, name: string) => {
      const [key] = chunkKeys(plan, name, manifestOf(await manifest(plan, name)));
      if (key === undefined) throw new Error('the document has no chunks');
      return key;
    };
    return {
      open: () => createDynamoDbPlanStore(client, TABLE),
      async alter(plan, name) {
        const Key = await firstChunk(plan, name);
        const { Item } = await client.send(new GetItemCommand({ TableName: TABLE, Key }));
        const bytes = Buffer.from(Item?.bytes?.B ?? []);
        bytes[1_000] = (bytes[1_000] ?? 0) ^ 1;
        await client.send(
          new UpdateItemCommand({
            TableName: TABLE,
            Key,
            UpdateExpression: 'SET bytes = :bytes',
            ExpressionAttributeValues: { ':bytes': { B: bytes } },
          }),
        );
      },
      async tear(plan, name) {
        await client.send(new DeleteItemCommand({ TableName: TABLE, Key: await firstChunk(plan, name) }));
      },
      async swap(plan, from, to) {
        const source = await manifest(plan, from);
        for (const [index, Key] of chunkKeys(plan, from, manifestOf(source)).entries()) {
          const { Item } = await client.send(new GetItemCommand({ TableName: TABLE, Key }));
          const key = chunkKeys(plan, to, manifestOf(source))[index];
          await client.send(new PutItemCommand({ TableName: TABLE, Item: { ...Item, ...key } }));
        }
        await client.send(new PutItemCommand({ TableName: TABLE, Item: { ...source, ...documentKey(plan, to) } }));
      },
      stop: async () => client.destroy(),
    };
  });
}
