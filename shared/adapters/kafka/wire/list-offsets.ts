import type { IsolationLevel } from '../../../domain/model/cluster.ts';
import type { Api } from './api.ts';
import { Once, OncePerTopic } from './once.ts';

/** Special timestamps. Any other timestamp asks for the first record at or after it. */
export const LATEST = -1n;
export const EARLIEST = -2n;
/** The start of the leader's local log. Earlier records are in tiered storage (KIP-405). */
export const EARLIEST_LOCAL = -4n;

/** From this version on, a broker understands `EARLIEST_LOCAL`. Every broker with tiered logs supports it. */
export const LOCAL_FROM = 8;

export interface ListOffsetsRequest {
  /** `read_committed` turns `LATEST` into the last stable offset, `read_uncommitted` into the high watermark. */
  readonly isolation: IsolationLevel;
  readonly timestamp: bigint;
  /** Partitions by topic. The broker that gets the request must lead all of them. */
  readonly topics: ReadonlyMap<string, readonly number[]>;
}

export interface ListedOffset {
  readonly topic: string;
  readonly partition: number;
  readonly error: number;
  /** −1 if the offset has no timestamp. */
  readonly timestamp: bigint;
  /** −1 if no record is that recent. */
  readonly offset: bigint;
  /** The leader epoch of that offset; −1 if the broker does not say. */
  readonly leaderEpoch: number;
}

/** ListOffsets: each partition has its own error, beside the good answers. Version 2 added isolation levels. */
export const LIST_OFFSETS: Api<ListOffsetsRequest, readonly ListedOffset[]> = {
  key: 2,
  name: 'ListOffsets',
  oldest: 2,
  newest: 11,
  flexibleFrom: 6,
  write(writer, { isolation, timestamp, topics }, version) {
    writer.int32(-1).int8(isolation === 'read_committed' ? 1 : 0);
    writer.arrayLength(topics.size);
    for (const [topic, partitions] of topics) {
      writer.string(topic).array(partitions, (partition) => {
        writer.int32(partition);
        if (version >= 4) writer.int32(-1); // current_leader_epoch: any
        writer.int64(timestamp).tags();
      });
      writer.tags();
    }
    if (version >= 10) writer.int32(REMOTE_STORAGE_TIMEOUT_MS);
    writer.tags();
  },
  read(reader, version) {
    reader.throttle();
    const offsets: ListedOffset[] = [];
    const topics = new Once<string>();
    const once = new OncePerTopic();
    reader.skipArray((r) => {
      const topic = r.name();
      topics.see(topic);
      once.nextTopic();
      r.skipArray(() => {
        const partition = r.partition();
        once.see(partition);
        const error = r.int16();
        const timestamp = r.int64();
        const offset = r.int64();
        const leaderEpoch = version >= 4 ? r.int32() : -1;
        r.tags();
        offsets.push({ topic, partition, error, timestamp, offset, leaderEpoch });
      });
      r.tags();
    });
    reader.tags();
    return offsets;
  },
};

/** How long a broker may search tiered storage for one answer. */
const REMOTE_STORAGE_TIMEOUT_MS = 4_000;
