import type { AttributeValue, CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import { type HistoryLineage, lineageKey } from '../../history/history-lineage.ts';
import type { FrameEntry, HistoryHead, HistoryLease } from '../../history/snapshot-store.ts';

/** A DynamoDB item as the client reads and writes it. */
export type Item = Record<string, AttributeValue>;

/** The table's primary key. Both attributes are strings. The stack creates the table with these names. */
export const PARTITION_KEY = 'pk';
export const SORT_KEY = 'sk';

/** The attribute for the table's time to live, in seconds since the epoch. */
export const TTL_ATTRIBUTE = 'ttl';

/** DynamoDB's limit for an item is 400 KB, attribute names included. A chunk stays well below it. */
export const CHUNK_BYTES = 380_000;

/** Chunks must outlive the manifest that names them: time to live removes items late and in any order. */
const CHUNK_GRACE_MS = 24 * 60 * 60 * 1000;

/** The table that the store needs, with on-demand capacity. Enabling time to live is a separate request. */
export function historyTable(tableName: string): CreateTableCommandInput {
  return {
    TableName: tableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: PARTITION_KEY, AttributeType: 'S' },
      { AttributeName: SORT_KEY, AttributeType: 'S' },
    ],
    KeySchema: [
      { AttributeName: PARTITION_KEY, KeyType: 'HASH' },
      { AttributeName: SORT_KEY, KeyType: 'RANGE' },
    ],
  };
}

/** Partitions of the outbox begin so; the key of a lineage never does. */
export const OUTBOX_PREFIX = 'findings#';

/** Partitions of what publishing metrics needs to remember begin so. */
export const METRICS_PREFIX = 'metrics#';

/** Partitions of pages that were sent begin so. */
export const PAGES_PREFIX = 'pages#';

/** Partitions of failovers begin so: their entries, their locks, and the approvals that they wait for. */
export const FAILOVERS_PREFIX = 'failovers#';
/** Of these, the approvals. */
export const APPROVALS_PREFIX = `${FAILOVERS_PREFIX}approval#`;

/** Partitions of the clients' names begin so: to which cluster each is to lead. */
export const NAMES_PREFIX = 'names#';

/** Of all lineages of a flow. No snapshot is in a partition with this name: keys of lineages contain a slash. */
export function lineagesPartition(flow: string): string {
  return `lineages#${flow}`;
}

export function lineageItem(flow: string, lineage: HistoryLineage): Item {
  return {
    pk: { S: lineagesPartition(flow) },
    sk: { S: `lineage#${lineageKey(flow, lineage)}` },
    source: { S: lineage.source },
    target: { S: lineage.target },
    begunAt: { N: String(lineage.begunAt) },
  };
}

export function lineageOf(item: Item): HistoryLineage {
  return { source: item.source?.S ?? '', target: item.target?.S ?? '', begunAt: numberOf(item, 'begunAt') ?? 0 };
}

export function headKey(flow: string): Item {
  return { pk: { S: flow }, sk: { S: 'head' } };
}

const LAST_TIME = Number.MAX_SAFE_INTEGER;

/** Sort key of a manifest: the time, padded so that text and numbers have the same order. */
export function manifestSort(at: number): string {
  return `frame#${String(Math.floor(Math.max(0, Math.min(at, LAST_TIME)))).padStart(16, '0')}`;
}

export function manifestKey(flow: string, at: number): Item {
  return { pk: { S: flow }, sk: { S: manifestSort(at) } };
}

/** The key of a chunk has the writer's epoch: late writes of a fenced writer never touch another writer's chunks. */
export function chunkKey(flow: string, at: number, epoch: number, index: number): Item {
  return { pk: { S: `${flow}#${at}` }, sk: { S: `chunk#${epoch}#${index}` } };
}

export function chunkItems(flow: string, epoch: number, entry: FrameEntry, bytes: Uint8Array): readonly Item[] {
  const items: Item[] = [];
  for (let start = 0; start < bytes.length; start += CHUNK_BYTES) {
    items.push({
      ...chunkKey(flow, entry.at, epoch, items.length),
      bytes: { B: bytes.subarray(start, start + CHUNK_BYTES) },
      [TTL_ATTRIBUTE]: { N: secondsOf(entry.expiresAt + CHUNK_GRACE_MS) },
    });
  }
  return items;
}

export function manifestItem(flow: string, epoch: number, entry: FrameEntry): Item {
  return {
    ...manifestKey(flow, entry.at),
    level: { N: String(entry.level) },
    expiresAt: { N: String(entry.expiresAt) },
    ancestors: { S: entry.ancestors.join(' ') },
    size: { N: String(entry.size) },
    epoch: { N: String(epoch) },
    [TTL_ATTRIBUTE]: { N: secondsOf(entry.expiresAt) },
  };
}

export interface Manifest {
  readonly entry: FrameEntry;
  readonly epoch: number;
}

export function manifestOf(item: Item): Manifest {
  const ancestors = item.ancestors?.S ?? '';
  return {
    entry: {
      at: Number((item.sk?.S ?? '').slice('frame#'.length)),
      level: numberOf(item, 'level') ?? 0,
      expiresAt: numberOf(item, 'expiresAt') ?? 0,
      ancestors: ancestors === '' ? [] : ancestors.split(' ').map(Number),
      size: numberOf(item, 'size') ?? 0,
    },
    epoch: numberOf(item, 'epoch') ?? 0,
  };
}

export function headOf(item: Item): HistoryHead {
  const at = numberOf(item, 'tailAt');
  const tail = at === null ? null : { at, heldUntil: numberOf(item, 'heldUntil') ?? at };
  return { epoch: numberOf(item, 'epoch') ?? 0, leasedUntil: numberOf(item, 'leasedUntil') ?? 0, tail };
}

/** The condition that a writer still holds the lease of a head. */
export function ownership({ owner, epoch }: HistoryLease) {
  return {
    condition: 'epoch = :epoch AND #owner = :owner',
    names: { '#owner': 'owner' },
    values: { ':epoch': { N: String(epoch) }, ':owner': { S: owner } },
  };
}

function numberOf(item: Item, name: string): number | null {
  const text = item[name]?.N;
  return text === undefined ? null : Number(text);
}

function secondsOf(ms: number): string {
  return String(Math.ceil(ms / 1000));
}
