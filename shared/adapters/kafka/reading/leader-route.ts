import type { TopicPartition } from '../../../domain/model/topic-partition.ts';
import { failureOfCode } from './read-failure.ts';
import { fail, type Reply } from './routed-read.ts';
import type { Topology } from './topology.ts';

const UNKNOWN_TOPIC_OR_PARTITION = 3;
const LEADER_NOT_AVAILABLE = 5;

/** Routes partitions to their leaders. From the second attempt on it looks the leaders up again. */
export async function routeToLeaders(
  topology: Topology,
  partitions: readonly TopicPartition[],
  attempt: number,
): Promise<Reply<number>[]> {
  const metadata =
    attempt === 0
      ? await topology.current()
      : await topology.refresh([...new Set(partitions.map(({ topic }) => topic))]);
  // A reply for each leader, not for each partition: there are few leaders.
  const replies = new Map<number, Reply<number>>();
  return partitions.map(({ topic, partition }) => {
    const leader = metadata.topics.get(topic)?.leaders[partition];
    if (typeof leader !== 'number') return withoutLeader(leader);
    let reply = replies.get(leader);
    if (reply === undefined) {
      reply = { kind: 'value', value: leader };
      replies.set(leader, reply);
    }
    return reply;
  });
}

function withoutLeader(leader: null | undefined): Reply<number> {
  if (leader === null) return fail(failureOfCode(LEADER_NOT_AVAILABLE, 'the cluster'));
  // Looked up by name before: it does not exist, and another request within this audit would not change that.
  return fail({ ...failureOfCode(UNKNOWN_TOPIC_OR_PARTITION, 'the cluster'), again: false });
}
