import { gunzipSync, gzipSync } from 'node:zlib';
import type { ChainEntry } from '../../domain/failover/evidence-chain.ts';
import { canonicalJson } from '../../domain/model/canonical-json.ts';
import type { FlowLock } from '../../failover/run-store.ts';
import { HistoryStoreError } from '../../history/history-errors.ts';
import { CHUNK_BYTES, FAILOVERS_PREFIX, type Item } from './history-table.ts';

/** Longer texts are compressed: an item holds at most 400 KB, and the names of many topics and groups are much alike. */
const PLAIN_BYTES = 100_000;

/** The partition with the ids of all runs. */
export const RUNS = `${FAILOVERS_PREFIX}runs`;

export function runsItem(run: string): Item {
  return { pk: { S: RUNS }, sk: { S: run } };
}

export function runPartition(run: string): string {
  return `${FAILOVERS_PREFIX}run#${run}`;
}

/** @throws HistoryStoreError if the entry does not fit into an item */
export function entryItem(entry: ChainEntry): Item {
  const text = canonicalJson(entry);
  return { ...entryKey(entry), ...(text.length <= PLAIN_BYTES ? { text: { S: text } } : compressed(text)) };
}

export function entryKey({ run, seq }: Pick<ChainEntry, 'run' | 'seq'>): Item {
  return { pk: { S: runPartition(run) }, sk: { S: `entry#${String(seq).padStart(8, '0')}` } };
}

/** The stored text of an entry. One that was damaged is no JSON: readers of the run refuse it. */
export function entryText({ text, gzip }: Item): string {
  if (gzip?.B === undefined) return text?.S ?? '';
  try {
    return gunzipSync(gzip.B).toString('utf8');
  } catch {
    return '';
  }
}

export function lockKey(flow: string): Item {
  return { pk: { S: `${FAILOVERS_PREFIX}lock#${flow}` }, sk: { S: 'lock' } };
}

/** @param attempt identifies the write: the client repeats a request that got no answer */
export function lockItem({ flow, run, epoch, holder, since }: FlowLock, attempt: string): Item {
  return {
    ...lockKey(flow),
    run: { S: run },
    epoch: { N: String(epoch) },
    ...(holder === null ? {} : { holder: { S: holder } }),
    since: { N: String(since) },
    isFree: { BOOL: false },
    attempt: { S: attempt },
  };
}

export interface StoredLock {
  readonly lock: FlowLock;
  /** No run has the flow. The item stays, because its epoch must not begin again. */
  readonly isFree: boolean;
  readonly attempt: string;
}

export function storedLock(flow: string, { run, epoch, holder, since, isFree, attempt }: Item): StoredLock {
  return {
    lock: { flow, run: run?.S ?? '', epoch: Number(epoch?.N), holder: holder?.S ?? null, since: Number(since?.N) },
    isFree: isFree?.BOOL === true,
    attempt: attempt?.S ?? '',
  };
}

function compressed(text: string): Item {
  const bytes = gzipSync(text);
  if (bytes.length <= CHUNK_BYTES) return { gzip: { B: bytes } };
  throw new HistoryStoreError('FAILOVER_ENTRY_TOO_LARGE', 'an entry of the failover does not fit into DynamoDB', {
    remedy:
      'Name the groups to place with --group, in several failovers, or keep the failover in a file: --history FILE.',
  });
}
