import { randomBytes } from 'node:crypto';
import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { PlanStore } from '../../restore/plan-store.ts';
import { DamagedDocumentError } from '../../restore/plan-store.ts';
import { getItems } from './get-items.ts';
import { failedCondition, guarded } from './history-failure.ts';
import type { Item } from './history-table.ts';
import { queryItems } from './query-items.ts';
import {
  chunkKeys,
  digestOf,
  documentChunks,
  documentItem,
  documentKey,
  MANIFESTS,
  manifestOf,
  placeOf,
} from './restore-items.ts';

/**
 * Restores in the history's DynamoDB table. Each writer first stores its chunks under keys of its own, then the
 * manifest, on the condition that none exists. So the table has all of a document or nothing. All reads are consistent.
 * The owner of the client closes it.
 */
export function createDynamoDbPlanStore(client: DynamoDBClient, tableName: string): PlanStore {
  const TableName = tableName;

  /**
   * Unexpired manifests whose sort key begins with the prefix. Time to live may not have removed the expired ones yet.
   */
  async function manifests(prefix: string, forward: boolean, now: number): Promise<readonly Item[]> {
    const items = queryItems(client, {
      TableName,
      KeyConditionExpression: prefix === '' ? 'pk = :pk' : 'pk = :pk AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: {
        ':pk': { S: MANIFESTS },
        ...(prefix === '' ? {} : { ':prefix': { S: prefix } }),
      },
      ScanIndexForward: forward,
    });
    const found: Item[] = [];
    for await (const item of items) if (manifestOf(item).keepUntil > now) found.push(item);
    return found;
  }

  return {
    add: (document) =>
      guarded(async () => {
        const attempt = randomBytes(8).toString('hex');
        const chunks = documentChunks(document, attempt);
        await Promise.all(chunks.map((Item) => client.send(new PutItemCommand({ TableName, Item }))));
        try {
          const Item = documentItem(document, attempt);
          await client.send(new PutItemCommand({ TableName, Item, ConditionExpression: 'attribute_not_exists(pk)' }));
          return true;
        } catch (error) {
          if (!failedCondition(error)) throw error;
          // The client retries a request that got no answer, so the existing document may be this very one.
          const Key = documentKey(document.plan, document.name);
          const { Item } = await client.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }));
          return Item !== undefined && manifestOf(Item).attempt === attempt;
        }
      }),

    read: (plan, name, now) =>
      guarded(async () => {
        const key = documentKey(plan, name);
        const { Item: item } = await client.send(new GetItemCommand({ TableName, Key: key, ConsistentRead: true }));
        const manifest = item === undefined ? null : manifestOf(item);
        if (manifest === null || manifest.keepUntil <= now) return null;
        const chunks = await getItems(client, tableName, chunkKeys(plan, name, manifest));
        const bytes = Buffer.concat(chunks.flatMap((chunk) => chunk?.bytes?.B ?? []));
        if (bytes.length !== manifest.size) throw new DamagedDocumentError(plan, name, 'is incomplete');
        if (digestOf(plan, name, bytes) !== manifest.digest) {
          throw new DamagedDocumentError(plan, name, 'differs from what was stored');
        }
        return bytes;
      }),

    names: (plan, now) =>
      guarded(async () => (await manifests(`${plan}#`, true, now)).map((item) => placeOf(item).name)),

    plans: (limit, now) =>
      guarded(async () => {
        const ids = new Set((await manifests('', false, now)).map((item) => placeOf(item).plan));
        return [...ids].slice(0, limit);
      }),

    close: async () => undefined,
  };
}
