import type { IsolationLevel } from '../../../domain/model/cluster.ts';
import type { Api } from './api.ts';
import { Once } from './once.ts';

export interface FetchPartition {
  readonly partition: number;
  readonly offset: bigint;
  /** In bytes. The first batch of the first non-empty partition is returned whole even if it is longer (KIP-74). */
  readonly maxBytes: number;
}

export interface FetchRequest {
  readonly isolation: IsolationLevel;
  /** How long the broker may wait for remote storage, in milliseconds. */
  readonly maxWaitMs: number;
  readonly maxBytes: number;
  /** Each partition once. */
  readonly topics: ReadonlyMap<string, readonly FetchPartition[]>;
}

export interface AbortedTransaction {
  readonly producerId: bigint;
  readonly firstOffset: bigint;
}

export interface FetchedPartition {
  readonly topic: string;
  readonly partition: number;
  readonly error: number;
  /** −1 with an error. */
  readonly highWatermark: bigint;
  readonly lastStableOffset: bigint;
  /** −1 before version 5. */
  readonly logStart: bigint;
  /** Aborted transactions that overlap the records; only under read_committed. */
  readonly aborted: readonly AbortedTransaction[];
  /** Record batches; the last one may be truncated. A view of the answer's memory. */
  readonly records: Buffer;
}

export interface FetchAnswer {
  readonly error: number;
  readonly throttleTimeMs: number;
  readonly partitions: readonly FetchedPartition[];
}

const NO_RECORDS = Buffer.alloc(0);

/** With more, a broker that has nothing new keeps the request for the whole `maxWaitMs`: it waits for producers. */
const NO_MINIMUM = 0;

/** Fetch by topic name, without a group and without a fetch session. Version 13 identifies topics by id only. */
export const FETCH: Api<FetchRequest, FetchAnswer> = {
  key: 1,
  name: 'Fetch',
  oldest: 4,
  newest: 12,
  flexibleFrom: 12,
  write(writer, { isolation, maxWaitMs, maxBytes, topics }, version) {
    writer.int32(-1).int32(maxWaitMs).int32(NO_MINIMUM).int32(maxBytes);
    writer.int8(isolation === 'read_committed' ? 1 : 0);
    if (version >= 7) writer.int32(0).int32(-1); // no fetch session
    writer.arrayLength(topics.size);
    for (const [topic, partitions] of topics) {
      writer.string(topic).array(partitions, ({ partition, offset, maxBytes: partitionMaxBytes }) => {
        writer.int32(partition);
        if (version >= 9) writer.int32(-1); // current_leader_epoch: any
        writer.int64(offset);
        if (version >= 12) writer.int32(-1); // last_fetched_epoch
        if (version >= 5) writer.int64(-1n); // log_start_offset: for followers
        writer.int32(partitionMaxBytes).tags();
      });
      writer.tags();
    }
    if (version >= 7) writer.arrayLength(0); // forgotten_topics_data
    if (version >= 11) writer.string(''); // rack_id: the leader answers, not a follower
    writer.tags();
  },
  read(reader, version) {
    reader.throttle();
    const error = version >= 7 ? reader.int16() : 0;
    if (version >= 7) reader.int32(); // session_id
    const partitions: FetchedPartition[] = [];
    const topics = new Once<string>();
    reader.skipArray((r) => {
      const topic = r.name();
      topics.see(topic);
      const once = new Once<number>();
      r.skipArray(() => {
        const partition = r.partition();
        once.see(partition);
        const partitionError = r.int16();
        const highWatermark = r.int64();
        const lastStableOffset = r.int64();
        const logStart = version >= 5 ? r.int64() : -1n;
        const aborted = r.array(() => {
          const transaction = { producerId: r.int64(), firstOffset: r.int64() };
          r.tags();
          return transaction;
        });
        if (version >= 11) r.int32(); // preferred_read_replica
        const records = r.nullableBytes() ?? NO_RECORDS;
        r.tags();
        partitions.push({
          topic,
          partition,
          error: partitionError,
          highWatermark,
          lastStableOffset,
          logStart,
          aborted,
          records,
        });
      });
      r.tags();
    });
    reader.tags();
    return { error, throttleTimeMs: reader.throttleTimeMs, partitions };
  },
};
