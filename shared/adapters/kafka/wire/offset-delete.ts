import type { TopicPartition } from '../../../domain/model/topic-partition.ts';
import type { Api } from './api.ts';
import { type PartitionError, readPartitionErrors } from './offset-commit.ts';
import { byTopic } from './topic-partitions.ts';

export interface OffsetDeleteRequest {
  readonly group: string;
  readonly partitions: readonly TopicPartition[];
}

export interface OffsetDeleteAnswer {
  /** Error for the whole group; then there are no partitions. */
  readonly error: number;
  readonly partitions: readonly PartitionError[];
}

/** OffsetDelete (KIP-496, Kafka 2.4). Deleting a partition without a commit succeeds. */
export const OFFSET_DELETE: Api<OffsetDeleteRequest, OffsetDeleteAnswer> = {
  key: 47,
  name: 'OffsetDelete',
  oldest: 0,
  newest: 0,
  flexibleFrom: Number.POSITIVE_INFINITY,
  write(writer, { group, partitions }) {
    writer.string(group);
    writer.array(byTopic(partitions), ([topic, ofTopic]) => {
      writer.string(topic).array(ofTopic, ({ partition }) => writer.int32(partition));
    });
  },
  read(reader) {
    const error = reader.int16();
    reader.throttle();
    return { error, partitions: readPartitionErrors(reader) };
  },
};
