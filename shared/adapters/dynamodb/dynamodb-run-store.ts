import { randomBytes } from 'node:crypto';
import {
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  type TransactWriteItem,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { ChainEntry } from '../../domain/failover/evidence-chain.ts';
import type { AppendAnswer, FlowLock, LockAnswer, RunStore } from '../../failover/run-store.ts';
import {
  entryItem,
  entryKey,
  entryText,
  lockItem,
  lockKey,
  RUNS,
  runPartition,
  runsItem,
  type StoredLock,
  storedLock,
} from './failover-items.ts';
import { failedCondition, guarded } from './history-failure.ts';
import { queryItems } from './query-items.ts';

/**
 * Failovers in the history's DynamoDB table: one item per entry, and one per flow for its lock. An entry is added in one
 * transaction that checks the lock. Nothing expires: it is the evidence. All reads are consistent. The owner of the client
 * closes it.
 */
export function createDynamoDbRunStore(client: DynamoDBClient, tableName: string): RunStore {
  const TableName = tableName;

  const lockNow = async (flow: string): Promise<StoredLock | null> => {
    const { Item } = await client.send(new GetItemCommand({ TableName, Key: lockKey(flow), ConsistentRead: true }));
    return Item === undefined ? null : storedLock(flow, Item);
  };

  /** Writes the lock if it still is `before`. */
  const replace = async (before: StoredLock | null, lock: FlowLock): Promise<boolean> => {
    const attempt = randomBytes(8).toString('hex');
    const condition =
      before === null
        ? { ConditionExpression: 'attribute_not_exists(pk)' }
        : {
            ConditionExpression: 'epoch = :epoch',
            ExpressionAttributeValues: { ':epoch': { N: String(before.lock.epoch) } },
          };
    try {
      await client.send(new PutItemCommand({ TableName, Item: lockItem(lock, attempt), ...condition }));
      return true;
    } catch (error) {
      if (!failedCondition(error)) throw error;
      // The client repeats a request that got no answer: the lock may be the one that was written.
      return (await lockNow(lock.flow))?.attempt === attempt;
    }
  };

  const textOf = async (entry: ChainEntry): Promise<string | null> => {
    const Key = entryKey(entry);
    const { Item } = await client.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }));
    return Item === undefined ? null : entryText(Item);
  };

  return {
    lock: ({ flow, run, holder, at, override, overrideEpoch }) =>
      guarded(async (): Promise<LockAnswer> => {
        for (;;) {
          const before = await lockNow(flow);
          const held = before === null || before.isFree ? null : before.lock;
          const isOurs = held === null || (held.run === run && held.holder === null);
          if (!isOurs && !override && held.epoch !== overrideEpoch) return { kind: 'held', by: held };
          const lock = { flow, run, epoch: (before?.lock.epoch ?? 0) + 1, holder, since: at };
          // Each failure means that another process got it in between.
          if (await replace(before, lock)) return { kind: 'locked', lock, overrode: isOurs ? null : held };
        }
      }),

    release: ({ flow, epoch }, keep) =>
      guarded(async () => {
        try {
          await client.send(
            new UpdateItemCommand({
              TableName,
              Key: lockKey(flow),
              UpdateExpression: 'SET isFree = :free REMOVE holder',
              ConditionExpression: 'epoch = :epoch',
              ExpressionAttributeValues: { ':free': { BOOL: !keep }, ':epoch': { N: String(epoch) } },
            }),
          );
        } catch (error) {
          if (!failedCondition(error)) throw error;
        }
      }),

    lockOf: (flow) =>
      guarded(async () => {
        const present = await lockNow(flow);
        return present === null || present.isFree ? null : present.lock;
      }),

    append: (flow, entry) =>
      guarded(async (): Promise<AppendAnswer> => {
        const item = entryItem(entry);
        try {
          await client.send(new TransactWriteItemsCommand({ TransactItems: writesOf(TableName, flow, entry) }));
          return 'added';
        } catch (error) {
          if (!failedCondition(error)) throw error;
        }
        // An entry that was delivered twice is stored already. Nobody else can have written the same: it has the lock's epoch.
        const stored = await textOf(entry);
        if (stored === entryText(item)) return 'added';
        return stored === null ? 'lock-lost' : 'taken';
      }),

    read: (run) =>
      guarded(async () => {
        const entries: unknown[] = [];
        const query = {
          TableName,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': { S: runPartition(run) } },
        };
        for await (const item of queryItems(client, query)) entries.push(parsed(entryText(item)));
        return entries;
      }),

    runs: (limit) =>
      guarded(async () => {
        const ids: string[] = [];
        if (limit <= 0) return ids;
        const items = queryItems(client, {
          TableName,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': { S: RUNS } },
          ScanIndexForward: false,
          Limit: limit,
        });
        for await (const { sk } of items) {
          ids.push(sk?.S ?? '');
          if (ids.length === limit) break;
        }
        return ids;
      }),
  };
}

/** The first entry of a run also makes the run known. */
function writesOf(TableName: string, flow: string, entry: ChainEntry): TransactWriteItem[] {
  const check = {
    TableName,
    Key: lockKey(flow),
    ConditionExpression: 'epoch = :epoch',
    ExpressionAttributeValues: { ':epoch': { N: String(entry.epoch) } },
  };
  return [
    ...(entry.epoch > 0 ? [{ ConditionCheck: check }] : []),
    { Put: { TableName, Item: entryItem(entry), ConditionExpression: 'attribute_not_exists(pk)' } },
    ...(entry.seq === 0 ? [{ Put: { TableName, Item: runsItem(entry.run) } }] : []),
  ];
}

/** A torn text is no entry: readers of the run refuse it. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
