import {
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { HistoryBusyError, HistoryFencedError } from '../../history/history-errors.ts';
import type { HistoryLineage, HistoryStore } from '../../history/history-lineage.ts';
import type { HistoryLease, StoredFrame } from '../../history/snapshot-store.ts';
import { getItems } from './get-items.ts';
import { failedCondition, guarded } from './history-failure.ts';
import {
  CHUNK_BYTES,
  chunkItems,
  chunkKey,
  headKey,
  headOf,
  type Item,
  lineageItem,
  lineageOf,
  lineagesPartition,
  type Manifest,
  manifestItem,
  manifestKey,
  manifestOf,
  manifestSort,
  ownership,
} from './history-table.ts';
import { queryItems } from './query-items.ts';

const FIRST = manifestSort(0);
const LAST = manifestSort(Number.MAX_SAFE_INTEGER);

/**
 * The history in a DynamoDB table (`historyTable`). A frame's chunks are written first. One transaction under the
 * writer's epoch then writes its manifest and the head, so the table has all of a frame or nothing. All reads are
 * consistent. The client has its own credentials, retries and timeouts, and its owner closes it.
 */
export function createDynamoDbSnapshotStore(client: DynamoDBClient, tableName: string): HistoryStore {
  const TableName = tableName;

  /** Pages of a flow's unexpired manifests. `limit` counts only those. */
  async function manifests(
    flow: string,
    range: { readonly from: string; readonly to: string; readonly forward: boolean; readonly limit?: number },
    now: number,
  ): Promise<readonly Manifest[]> {
    const items = queryItems(client, {
      TableName,
      KeyConditionExpression: 'pk = :flow AND sk BETWEEN :from AND :to',
      ExpressionAttributeValues: { ':flow': { S: flow }, ':from': { S: range.from }, ':to': { S: range.to } },
      ScanIndexForward: range.forward,
      ...(range.limit === undefined ? {} : { Limit: Math.max(range.limit, EXPIRED_AT_ONCE) }),
    });
    const found: Manifest[] = [];
    if (range.limit === 0) return found;
    for await (const item of items) {
      // Time to live removes items late, so whatever has expired counts as gone.
      const manifest = manifestOf(item);
      if (manifest.entry.expiresAt > now) found.push(manifest);
      if (found.length === range.limit) break;
    }
    return found;
  }

  /** Changes the head while this writer holds the lease. False if another writer took over. */
  const updateHead = async (lease: HistoryLease, expression: string, changes: Item): Promise<boolean> => {
    const { names, values, condition } = ownership(lease);
    try {
      await client.send(
        new UpdateItemCommand({
          TableName,
          Key: headKey(lease.flow),
          UpdateExpression: expression,
          ConditionExpression: condition,
          ExpressionAttributeNames: names,
          ExpressionAttributeValues: { ...values, ...changes },
        }),
      );
      return true;
    } catch (error) {
      if (failedCondition(error)) return false;
      throw error;
    }
  };

  return {
    lineages: (flow) =>
      guarded(async () => {
        const found: HistoryLineage[] = [];
        const items = queryItems(client, {
          TableName,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': { S: lineagesPartition(flow) } },
        });
        for await (const item of items) found.push(lineageOf(item));
        return found.sort((a, b) => b.begunAt - a.begunAt);
      }),

    begin: (flow, lineage) =>
      guarded(async () => {
        await client.send(new PutItemCommand({ TableName, Item: lineageItem(flow, lineage) }));
      }),

    acquire: (flow, owner, { now, leaseMs }) =>
      guarded(async () => {
        const leasedUntil = now + leaseMs;
        const current = await client.send(new GetItemCommand({ TableName, Key: headKey(flow), ConsistentRead: true }));
        const known = current.Item === undefined ? null : headOf(current.Item);
        const isOwn = current.Item?.owner?.S === owner;
        if (known !== null && !isOwn && known.leasedUntil > now) throw new HistoryBusyError(flow, known.leasedUntil);
        const epoch = isOwn ? (known?.epoch ?? 1) : (known?.epoch ?? 0) + 1;
        try {
          const updated = await client.send(
            new UpdateItemCommand({
              TableName,
              Key: headKey(flow),
              UpdateExpression: 'SET epoch = :epoch, #owner = :owner, leasedUntil = :until',
              // Takes over exactly the lease that was read: its holder may have renewed it since.
              ConditionExpression:
                known === null ? 'attribute_not_exists(pk)' : 'epoch = :known AND leasedUntil = :knownUntil',
              ExpressionAttributeNames: { '#owner': 'owner' },
              ExpressionAttributeValues: {
                ':epoch': { N: String(epoch) },
                ':owner': { S: owner },
                ':until': { N: String(leasedUntil) },
                ...(known === null
                  ? {}
                  : { ':known': { N: String(known.epoch) }, ':knownUntil': { N: String(known.leasedUntil) } }),
              },
              ReturnValues: 'ALL_NEW',
            }),
          );
          return { lease: { flow, owner, epoch }, head: headOf(updated.Attributes ?? {}) };
        } catch (error) {
          if (failedCondition(error)) throw new HistoryBusyError(flow, leasedUntil);
          throw error;
        }
      }),

    append: (lease, { entry, bytes }, after, { now, leaseMs }) =>
      guarded(async () => {
        const { flow, epoch } = lease;
        const chunks = chunkItems(flow, epoch, entry, bytes);
        await Promise.all(chunks.map((Item) => client.send(new PutItemCommand({ TableName, Item }))));
        const { names, values, condition } = ownership(lease);
        try {
          await client.send(
            new TransactWriteItemsCommand({
              TransactItems: [
                {
                  Put: {
                    TableName,
                    Item: manifestItem(flow, epoch, entry),
                    ConditionExpression: 'attribute_not_exists(pk)',
                  },
                },
                {
                  Update: {
                    TableName,
                    Key: headKey(flow),
                    UpdateExpression: 'SET tailAt = :at, heldUntil = :at, leasedUntil = :until',
                    ConditionExpression: `${condition} AND ${after === null ? 'attribute_not_exists(tailAt)' : 'tailAt = :after'}`,
                    ExpressionAttributeNames: names,
                    ExpressionAttributeValues: {
                      ...values,
                      ':at': { N: String(entry.at) },
                      ':until': { N: String(now + leaseMs) },
                      ...(after === null ? {} : { ':after': { N: String(after) } }),
                    },
                  },
                },
              ],
            }),
          );
        } catch (error) {
          if (failedCondition(error)) throw new HistoryFencedError(flow);
          throw error;
        }
      }),

    hold: (lease, at, { now, leaseMs }) =>
      guarded(async () => {
        const values = { ':at': { N: String(at) }, ':until': { N: String(now + leaseMs) } };
        const mine = await updateHead(lease, 'SET heldUntil = :at, leasedUntil = :until', values);
        if (!mine) throw new HistoryFencedError(lease.flow);
      }),

    release: (lease) =>
      guarded(async () => {
        // Another writer took over: there is no lease of ours to end.
        await updateHead(lease, 'SET leasedUntil = :zero', { ':zero': { N: '0' } });
      }),

    head: (flow) =>
      guarded(async () => {
        const { Item } = await client.send(new GetItemCommand({ TableName, Key: headKey(flow), ConsistentRead: true }));
        return Item === undefined ? null : headOf(Item);
      }),

    newest: (flow, atOrBefore, now) =>
      guarded(async () => {
        const range = { from: FIRST, to: manifestSort(atOrBefore), forward: false, limit: 1 };
        const [manifest] = await manifests(flow, range, now);
        return manifest?.entry ?? null;
      }),

    list: (flow, { from, to, limit }, now) =>
      guarded(async () => {
        if (from > to) return [];
        const range = { from: manifestSort(from), to: manifestSort(to), forward: true };
        const found = await manifests(flow, limit === undefined ? range : { ...range, limit }, now);
        return found.map(({ entry }) => entry);
      }),

    read: (flow, ats, now) =>
      guarded(async () => {
        const items = await getItems(
          client,
          tableName,
          ats.map((at) => manifestKey(flow, at)),
        );
        const found = items.map((item) => (item === null ? null : manifestOf(item)));
        const live = found.map((manifest) => (manifest !== null && manifest.entry.expiresAt > now ? manifest : null));
        const chunks = await getItems(
          client,
          tableName,
          live.flatMap((manifest) => (manifest === null ? [] : chunkKeys(flow, manifest))),
        );
        let next = 0;
        return live.map((manifest): StoredFrame | null => {
          if (manifest === null) return null;
          const count = chunkKeys(flow, manifest).length;
          next += count;
          return { entry: manifest.entry, bytes: joined(chunks.slice(next - count, next), manifest.entry.size) };
        });
      }),

    // Time to live deletes expired items, free of charge.
    thin: async () => 0,

    stats: (flow, now) =>
      guarded(async () => {
        const all = await manifests(flow, { from: FIRST, to: LAST, forward: true }, now);
        return {
          frames: all.length,
          bytes: all.reduce((sum, { entry }) => sum + entry.size, 0),
          oldest: all[0]?.entry.at ?? null,
          newest: all.at(-1)?.entry.at ?? null,
        };
      }),

    close: async () => undefined,
  };
}

/** How many manifests to read in search of one that has not expired. */
const EXPIRED_AT_ONCE = 10;

function chunkKeys(flow: string, { entry, epoch }: Manifest): readonly Item[] {
  const count = Math.min(Math.ceil(entry.size / CHUNK_BYTES), MAX_CHUNKS);
  return Array.from({ length: count }, (_, index) => chunkKey(flow, entry.at, epoch, index));
}

/** No frame has this many chunks. Without the limit, a manifest with a forged size could cause a million requests. */
const MAX_CHUNKS = 1_000;

/** The joined chunks, or null if one is missing or the sizes do not add up. */
function joined(items: readonly (Item | null)[], size: number): Uint8Array | null {
  const parts: Uint8Array[] = [];
  for (const item of items) {
    const bytes = item?.bytes?.B;
    if (bytes === undefined) return null;
    parts.push(bytes);
  }
  const [only] = parts;
  const whole = parts.length === 1 && only !== undefined ? only : Buffer.concat(parts);
  return whole.length === size ? whole : null;
}
