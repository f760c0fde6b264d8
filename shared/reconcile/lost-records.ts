import { createHash, type Hash } from 'node:crypto';
import type { IsolationLevel, LogRecord } from '../domain/model/cluster.ts';
import type { ReplayRange } from '../domain/reconcile/replay-plan.ts';
import type { ClusterReader } from '../ports.ts';
import { digestRecord } from '../survey/digest-record.ts';
import { UnreadLogError } from './reconcile-errors.ts';

/** Bytes of one read: as much of the records' content is in memory at once. */
const READ_BYTES = 2 * 1024 * 1024;

/**
 * Reads source records with their content, in order, some at a time.
 * @throws UnreadLogError also if the log no longer has some of the offsets
 */
export async function* recordsOf(
  source: ClusterReader,
  where: { readonly topic: string; readonly partition: number; readonly isolation: IsolationLevel },
  ranges: readonly ReplayRange[],
): AsyncGenerator<readonly LogRecord[]> {
  for (const { from, until } of ranges) {
    for (let next = from; next < until; ) {
      const records: LogRecord[] = [];
      const request = { ...where, from: next, until, maxBytes: READ_BYTES };
      const scan = await source.scan(request, (record) => records.push(record));
      if (scan.kind === 'unread') throw new UnreadLogError(scan.unread);
      if (scan.value.start > next) throw UnreadLogError.moved(source.alias, where.topic, where.partition);
      if (scan.value.next <= next) throw UnreadLogError.ended(source.alias, where.topic, where.partition, next);
      next = scan.value.next;
      if (records.length > 0) yield records;
    }
  }
}

/** A digest over records in their order: offset, time, key, value and headers of each. */
export class RecordsDigest {
  records = 0n;
  readonly #hash: Hash = createHash('sha256');

  add(record: LogRecord): void {
    this.records++;
    this.#hash.update(`${record.offset} ${record.timestamp} `).update(digestRecord(record).content, 'latin1');
  }

  /** In hex. It ends the digest. */
  value(): string {
    return this.#hash.digest('hex');
  }
}
