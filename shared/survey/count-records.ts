import type { ScanRequest } from '../domain/model/cluster.ts';
import { isTime } from '../domain/model/record-time.ts';
import type { ClusterReader } from '../ports.ts';

/** Stretches of which one audit counts the records at the same time, in shared requests, and how long each may be. */
export const STRETCHES_AT_MOST = 16;
export const OFFSETS_AT_MOST = 20_000n;
const BYTES_EACH = 1024 * 1024;

export interface RecordCount {
  readonly records: bigint;
  /** Timestamp of the first of them; null if there is none, or if it has none. */
  readonly since: bigint | null;
  /** What the stretch holds in all, also of records that do not count. */
  readonly seen: bigint;
  /** Offset behind what was read: `until` of the request, or less. */
  readonly next: bigint;
}

/**
 * Counts the records of a stretch of a log; null if it could not be read.
 * @param counts whether the record of an offset counts
 */
export async function countRecords(
  reader: Pick<ClusterReader, 'scan'>,
  stretch: Pick<ScanRequest, 'topic' | 'partition' | 'from' | 'isolation'> & { readonly until: bigint },
  counts: (offset: bigint) => boolean = () => true,
): Promise<RecordCount | null> {
  let seen = 0n;
  let records = 0n;
  let first: bigint | null = null;
  const scan = await reader.scan({ ...stretch, maxBytes: BYTES_EACH }, ({ offset, timestamp }) => {
    seen++;
    if (!counts(offset)) return;
    records++;
    first ??= timestamp;
  });
  if (scan.kind === 'unread') return null;
  return { records, since: first !== null && isTime(first) ? first : null, seen, next: scan.value.next };
}
