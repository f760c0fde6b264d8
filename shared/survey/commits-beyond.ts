import type { ObservedGroup, ObservedTopic } from '../domain/judge/observation.ts';
import type { CommittedOffset } from '../domain/model/cluster.ts';
import { greatest } from '../domain/model/offsets.ts';
import { PartitionMap } from '../domain/model/partition-map.ts';

/**
 * Adds how far commits without a leader epoch lie beyond the ends of the source logs, which were read after the commits: a
 * log before a cut has reached there. Of commits with an epoch, that epoch tells it.
 */
export function withCommitsBeyond(
  topics: readonly ObservedTopic[],
  groups: readonly ObservedGroup[],
): readonly ObservedTopic[] {
  const logs = new Map(topics.map(({ topic, source }) => [topic, source]));
  const furthest = new PartitionMap<bigint>();
  const note = ({ topic, partition, offset, leaderEpoch }: CommittedOffset): void => {
    if (leaderEpoch !== undefined) return;
    const log = logs.get(topic)?.[partition];
    if (log?.kind !== 'read' || offset <= log.value.highWatermark) return;
    furthest.set(topic, partition, greatest(furthest.get(topic, partition) ?? 0n, offset));
  };
  for (const { committed } of groups) if (committed.kind === 'read') committed.value.forEach(note);
  return topics.map((topic) => {
    const found = furthest.of(topic.topic);
    return found.size === 0 ? topic : { ...topic, committedBeyond: found };
  });
}
