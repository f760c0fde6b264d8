import type { IsolationLevel, LogRecord } from '../../../domain/model/cluster.ts';
import type { TopicPartition } from '../../../domain/model/topic-partition.ts';
import type { BrokerConnection } from '../connection/broker-connection.ts';
import { NONE, OFFSET_OUT_OF_RANGE } from '../kafka-error-code.ts';
import { visitRecords } from '../records/record.ts';
import { UnreadableRecordsError } from '../records/unreadable-records-error.ts';
import { visibleBatches } from '../records/visible-batches.ts';
import type { AbortedTransaction } from '../wire/fetch.ts';
import { fetcherOf } from './partition-fetcher.ts';
import type { ReadFailure } from './read-failure.ts';
import { NO_LOG, readBounds, readLocalStart } from './read-offsets.ts';
import { fail, type Reply } from './routed-read.ts';

/**
 * Limits for the bytes of an answer: for the first one, and the most to grow to if more follows or a batch does not
 * fit.
 */
export interface FetchSize {
  readonly first: number;
  readonly most: number;
}

/**
 * After this many empty answers to requests for this partition alone, the records up to the end are known to be
 * compacted away.
 */
const EMPTY_ANSWERS = 3;
/** How often retention may overtake a read before the read fails. */
const MOVES = 20;
const MAX_OFFSET = 2n ** 63n - 1n;

/**
 * Reads one partition's data records in order, from a position up to the end that the log had at the first answer. It
 * keeps its position, so that a read can continue at another broker.
 */
export class LogCursor {
  readonly #partition: TopicPartition;
  readonly #isolation: IsolationLevel;
  readonly #size: FetchSize;
  readonly #aborted = new Map<string, AbortedTransaction>();
  #position: bigint;
  #start: bigint | null = null;
  #highWatermark: bigint | null = null;
  /** The end of the log for this isolation level. */
  #limit: bigint | null = null;
  #maxBytes: number;
  #bytes = 0;
  #emptyAnswers = 0;
  #moves = 0;

  constructor(partition: TopicPartition, from: bigint, isolation: IsolationLevel, size: FetchSize) {
    this.#partition = partition;
    this.#position = from;
    this.#isolation = isolation;
    this.#size = size;
    this.#maxBytes = size.first;
  }

  /** The offset to continue from: everything before it has been read. */
  get position(): bigint {
    return this.#position;
  }

  /** Bytes of record batches received. */
  get bytes(): number {
    return this.#bytes;
  }

  get atEnd(): boolean {
    return this.#limit !== null && this.#position >= this.#limit;
  }

  get start(): bigint | null {
    return this.#start;
  }

  get highWatermark(): bigint | null {
    return this.#highWatermark;
  }

  /** Aborted transactions that the broker has named. */
  get aborted(): readonly AbortedTransaction[] {
    return [...this.#aborted.values()];
  }

  /**
   * Reads one answer's records; `visit` ends the reading by returning false. Returns null on success.
   *
   * @throws what a connection throws, UnreadableRecordsError
   */
  async advance(connection: BrokerConnection, visit: (record: LogRecord) => boolean): Promise<Reply<never> | null> {
    const { topic, partition } = this.#partition;
    // Kafka has no such offset, and a request cannot encode it.
    if (this.#position > MAX_OFFSET) return this.#moveInside(connection);
    const alone = this.#emptyAnswers > 0;
    const answer = await fetcherOf(connection).fetch({
      topic,
      partition,
      offset: this.#position < 0n ? 0n : this.#position,
      isolation: this.#isolation,
      maxBytes: this.#maxBytes,
      alone,
    });
    if (answer.error === OFFSET_OUT_OF_RANGE) return this.#moveInside(connection);
    if (answer.error !== NONE) return { kind: 'refused', error: answer.error };
    const { logStart, lastStableOffset, highWatermark } = answer;
    const end = this.#isolation === 'read_committed' ? lastStableOffset : highWatermark;
    if (end < 0n || highWatermark < 0n || logStart > highWatermark) return NO_LOG;
    if (this.#start === null) {
      const problem = logStart >= 0n ? this.#begin(logStart) : await this.#askStart(connection);
      if (problem !== null) return problem;
    }
    this.#highWatermark ??= highWatermark;
    this.#limit ??= end;
    for (const transaction of answer.aborted) {
      this.#aborted.set(`${transaction.producerId} ${transaction.firstOffset}`, transaction);
    }
    this.#bytes += answer.records.length;
    const limit = this.#limit;
    const before = this.#position;
    for (const { data, next } of visibleBatches(answer.records, this.#isolation, answer.aborted)) {
      if (this.#position >= limit) break;
      if (data !== null && !visitRecords(data, before, visit)) return null;
      if (next > this.#position) this.#position = next;
    }
    if (this.#position > before) {
      this.#emptyAnswers = 0;
      this.#grow();
      return null;
    }
    if (this.#position >= limit) return null;
    // In a request for one partition alone, a broker returns the batch at the offset whole, however long it is
    // (KIP-74).
    if (alone && answer.records.length > 0) throw new UnreadableRecordsError('CORRUPT_RECORDS', NOT_AT_THE_OFFSET);
    return this.#nothingCame(connection, limit);
  }

  /**
   * Either the other partitions of the request used all the space, or tiered storage is slow, or compaction removed
   * everything up to the end. Only in the last case do answers for this partition alone stay empty.
   */
  async #nothingCame(connection: BrokerConnection, limit: bigint): Promise<Reply<never> | null> {
    this.#grow();
    this.#emptyAnswers++;
    if (this.#emptyAnswers <= EMPTY_ANSWERS) return null;
    const local = await readLocalStart(connection, this.#partition);
    if (local.kind !== 'value') return local;
    if (local.value !== null && this.#position < local.value) return fail(TIER_SILENT);
    this.#position = limit;
    return null;
  }

  #grow(): void {
    this.#maxBytes = Math.min(this.#maxBytes * 16, this.#size.most);
  }

  /**
   * The position is before the log's start, which retention moved, or beyond its end: then it is another log than
   * remembered.
   */
  async #moveInside(connection: BrokerConnection): Promise<Reply<never> | null> {
    if (++this.#moves > MOVES) return fail(NEVER_INSIDE);
    const bounds = await readBounds(connection, this.#partition);
    if (bounds.kind !== 'value') return bounds;
    const { start, highWatermark } = bounds.value;
    this.#begin(start);
    if (this.#position < start) {
      this.#position = start;
      return null;
    }
    // A follower that has just become leader may not know the end yet.
    if (this.#position <= highWatermark) return fail(ON_ITS_WAY);
    this.#highWatermark ??= highWatermark;
    this.#limit = highWatermark;
    return null;
  }

  async #askStart(connection: BrokerConnection): Promise<Reply<never> | null> {
    const bounds = await readBounds(connection, this.#partition);
    return bounds.kind === 'value' ? this.#begin(bounds.value.start) : bounds;
  }

  #begin(start: bigint): null {
    this.#start ??= start;
    return null;
  }
}

const TIER_SILENT: ReadFailure = {
  error: 'REQUEST_TIMED_OUT',
  message: 'tiered storage did not return the records in time',
  retriable: true,
  again: false,
};

const NEVER_INSIDE: ReadFailure = {
  error: 'OFFSET_OUT_OF_RANGE',
  message: `retention moved the start of the log past the read ${MOVES} times`,
  retriable: true,
  again: false,
};

const NOT_AT_THE_OFFSET = 'the broker has no complete record batch at the requested offset';

const ON_ITS_WAY: ReadFailure = {
  error: 'OFFSET_NOT_AVAILABLE',
  message: 'the leader does not know the end of its log yet',
  retriable: true,
  again: true,
};
