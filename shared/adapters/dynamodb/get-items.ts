import { setTimeout as sleep } from 'node:timers/promises';
import { BatchGetItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { HistoryStoreError } from '../../history/history-errors.ts';
import type { Item } from './history-table.ts';

/** BatchGetItem takes 100 keys. Fewer per request keep an answer of large items below its limit of 16 MB. */
const KEYS_AT_ONCE = 30;
const ATTEMPTS = 8;
const FIRST_PAUSE_MS = 20;

/** Consistent reads of many items, in the order of the keys; null if there is no item. */
export async function getItems(
  client: DynamoDBClient,
  tableName: string,
  keys: readonly Item[],
): Promise<readonly (Item | null)[]> {
  const batches: Item[][] = [];
  for (let start = 0; start < keys.length; start += KEYS_AT_ONCE) batches.push(keys.slice(start, start + KEYS_AT_ONCE));
  const found = new Map<string, Item>();
  await Promise.all(
    batches.map(async (batch) => {
      for (const item of await getBatch(client, tableName, batch)) found.set(nameOf(item), item);
    }),
  );
  return keys.map((key) => found.get(nameOf(key)) ?? null);
}

async function getBatch(client: DynamoDBClient, tableName: string, batch: Item[]): Promise<Item[]> {
  const items: Item[] = [];
  let keys = batch;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const answer = await client.send(
      new BatchGetItemCommand({ RequestItems: { [tableName]: { Keys: keys, ConsistentRead: true } } }),
    );
    const got = answer.Responses?.[tableName] ?? [];
    items.push(...got);
    keys = answer.UnprocessedKeys?.[tableName]?.Keys ?? [];
    if (keys.length === 0) return items;
    // Keys that did not fit into the answer are requested again at once, throttled ones after a pause.
    if (got.length === 0) await sleep(FIRST_PAUSE_MS * 2 ** attempt);
  }
  throw new HistoryStoreError('HISTORY_STORE_FAILED', `DynamoDB did not return ${keys.length} items of the history`, {
    retriable: true,
    remedy: 'Check whether DynamoDB throttles reads of the table.',
  });
}

function nameOf(item: Item): string {
  return `${item.pk?.S}\n${item.sk?.S}`;
}
