import type { PartitionEpoch } from '../../../domain/model/cluster.ts';
import type { TopicPartition } from '../../../domain/model/topic-partition.ts';
import type { Api } from './api.ts';
import { Once } from './once.ts';
import { byTopic } from './topic-partitions.ts';

export interface EpochEnd extends TopicPartition {
  readonly error: number;
  /** The newest leader epoch of the log that is not after the requested one; −1 if it has none. */
  readonly leaderEpoch: number;
  /** Offset after the last record of that epoch; −1 if it has none. */
  readonly endOffset: bigint;
}

/**
 * OffsetForLeaderEpoch (KIP-320): where the records of a leader epoch end in the present log. Needs Describe on the
 * topic. Consumers ask this to notice that a log was cut.
 */
export const OFFSET_FOR_LEADER_EPOCH: Api<readonly PartitionEpoch[], readonly EpochEnd[]> = {
  key: 23,
  name: 'OffsetForLeaderEpoch',
  oldest: 2,
  newest: 4,
  flexibleFrom: 4,
  write(writer, epochs, version) {
    if (version >= 3) writer.int32(CONSUMER);
    writer.array(byTopic(epochs), ([topic, ofTopic]) => {
      writer.string(topic).array(ofTopic, ({ partition, leaderEpoch }) => {
        writer.int32(partition).int32(ANY_LEADER).int32(leaderEpoch).tags();
      });
      writer.tags();
    });
    writer.tags();
  },
  read(reader) {
    reader.throttle();
    const ends: EpochEnd[] = [];
    const topics = new Once<string>();
    reader.skipArray((r) => {
      const topic = r.name();
      topics.see(topic);
      const once = new Once<number>();
      r.skipArray(() => {
        const error = r.int16();
        const partition = r.partition();
        once.see(partition);
        const leaderEpoch = r.int32();
        const endOffset = r.int64();
        r.tags();
        ends.push({ topic, partition, error, leaderEpoch, endOffset });
      });
      r.tags();
    });
    reader.tags();
    return ends;
  },
};

/** Replica id of a client that is no broker. */
const CONSUMER = -1;
/** The broker does not compare the leader epoch that we know with its own. */
const ANY_LEADER = -1;
