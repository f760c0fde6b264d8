import type { IsolationLevel } from '../../../domain/model/cluster.ts';
import type { AbortedTransaction } from '../wire/fetch.ts';
import { isAbortMarker } from './record.ts';
import { type RecordBatch, recordBatches } from './record-batch.ts';

/** A batch of data, or just the progress of the read: after a marker, or after an aborted batch. */
export interface LogPiece {
  /** Null if there is nothing for an application. */
  readonly data: RecordBatch | null;
  /** The offset after the batch. An empty batch has one too: without it a reader would never advance. */
  readonly next: bigint;
}

/**
 * The batches of one Fetch answer that an application would see. Control batches are never visible. Batches of aborted
 * transactions are invisible under read_committed (`org.apache.kafka.clients.consumer.internals.CompletedFetch`).
 *
 * @param aborted the answer's own list: it names every aborted transaction that overlaps these batches
 */
export function* visibleBatches(
  records: Buffer,
  isolation: IsolationLevel,
  aborted: readonly AbortedTransaction[],
): Generator<LogPiece, void, void> {
  const waiting = aborted.toSorted((a, b) => (a.firstOffset < b.firstOffset ? -1 : 1));
  const aborting = new Set<bigint>();
  let begun = 0;
  for (const batch of recordBatches(records)) {
    const next = batch.lastOffset + 1n;
    for (
      let first = waiting[begun];
      first !== undefined && first.firstOffset <= batch.lastOffset;
      first = waiting[begun]
    ) {
      aborting.add(first.producerId);
      begun++;
    }
    if (batch.control) {
      if (aborting.has(batch.producerId) && isAbortMarker(batch)) aborting.delete(batch.producerId);
      yield { data: null, next };
    } else {
      const hidden = isolation === 'read_committed' && batch.transactional && aborting.has(batch.producerId);
      yield { data: hidden ? null : batch, next };
    }
  }
}
