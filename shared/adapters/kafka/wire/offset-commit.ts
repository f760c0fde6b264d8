import type { CommittedOffset } from '../../../domain/model/cluster.ts';
import type { Api } from './api.ts';
import { Once } from './once.ts';
import type { ResponseReader } from './response-reader.ts';
import { byTopic } from './topic-partitions.ts';

export interface OffsetCommitRequest {
  readonly group: string;
  readonly positions: readonly CommittedOffset[];
}

/** A broker's answer for one partition of a write. */
export interface PartitionError {
  readonly topic: string;
  readonly partition: number;
  readonly error: number;
}

/** Kafka's `OffsetCommitRequest` sends this if the committer is not a member of the group. */
const NO_GENERATION = -1;
/** Before version 5: use the broker's own `offsets.retention.minutes`. */
const DEFAULT_RETENTION = -1n;
const NO_LEADER_EPOCH = -1;

/**
 * OffsetCommit from outside the group, as in Kafka's `AlterConsumerGroupOffsetsHandler`. Brokers refuse it while the
 * group has members. The commits get empty metadata and an unknown leader epoch. Version 10, which identifies topics by
 * id (KIP-848), is not needed.
 */
export const OFFSET_COMMIT: Api<OffsetCommitRequest, readonly PartitionError[]> = {
  key: 8,
  name: 'OffsetCommit',
  oldest: 2,
  newest: 9,
  flexibleFrom: 8,
  write(writer, { group, positions }, version) {
    writer.string(group).int32(NO_GENERATION).string('');
    if (version >= 7) writer.nullString(); // group_instance_id
    if (version <= 4) writer.int64(DEFAULT_RETENTION);
    writer.array(byTopic(positions), ([topic, ofTopic]) => {
      writer.string(topic);
      writer.array(ofTopic, ({ partition, offset }) => {
        writer.int32(partition).int64(offset);
        if (version >= 6) writer.int32(NO_LEADER_EPOCH);
        writer.string('').tags();
      });
      writer.tags();
    });
    writer.tags();
  },
  read(reader, version) {
    if (version >= 3) reader.throttle();
    const errors = readPartitionErrors(reader);
    reader.tags();
    return errors;
  },
};

/** Topics with an error for each partition, the answer of OffsetCommit and OffsetDelete. */
export function readPartitionErrors(reader: ResponseReader): readonly PartitionError[] {
  const errors: PartitionError[] = [];
  const topics = new Once<string>();
  reader.skipArray((r) => {
    const topic = r.name();
    topics.see(topic);
    const once = new Once<number>();
    r.skipArray(() => {
      const partition = r.partition();
      once.see(partition);
      errors.push({ topic, partition, error: r.int16() });
      r.tags();
    });
    r.tags();
  });
  return errors;
}
