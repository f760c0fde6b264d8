import { type KnownFlow, topicsSeen } from '../domain/history/known-flow.ts';
import type { ObservedTopic } from '../domain/judge/observation.ts';
import { remoteTopic, upstreamTopic } from '../domain/mirror/replication-policy.ts';
import type { Selection } from '../domain/mirror/selection.ts';
import type { FirstRecord, IsolationLevel, LogOffsets, TopicMetadata } from '../domain/model/cluster.ts';
import type { Flow } from '../domain/model/flow.ts';
import { type Outcome, type Unread, unread } from '../domain/model/outcome.ts';
import type { LiveSide, Side } from './connect-side.ts';
import type { FlowFilter } from './flow-filter.ts';

/** A topic of the flow by its names and ids, before its logs are read. */
export type NamedTopic = Pick<ObservedTopic, 'topic' | 'targetTopic' | 'sourceId' | 'targetId'> & {
  readonly partitions: number;
};

/**
 * The topics of the flow by the source's names; without the source, those that the target's names show. Where MM2 keeps
 * names, any topic of the target could be one: of these only such that audits have seen on the source, if `known` has any.
 */
export function mirroredTopics(
  flow: Flow,
  selection: Selection,
  filter: FlowFilter,
  source: Side,
  target: Side,
  known: KnownFlow | null,
): NamedTopic[] {
  const topicsOf = (side: Side) => (side.kind === 'up' ? side.metadata.topics : new Map<string, TopicMetadata>());
  const [onSource, onTarget] = [topicsOf(source), topicsOf(target)];
  const named = (topic: string, partitions: number): NamedTopic => {
    const targetTopic = remoteTopic(flow.policy, flow.source, topic);
    return {
      topic,
      targetTopic,
      sourceId: onSource.get(topic)?.id ?? null,
      targetId: onTarget.get(targetTopic)?.id ?? null,
      partitions,
    };
  };
  const wanted = (topic: NamedTopic) => {
    const selected = selection.topic(topic.topic);
    const there = onTarget.has(topic.targetTopic);
    return (selected === 'mirrored' || (selected === 'doubtful' && there)) && (filter.topic?.(topic.topic) ?? true);
  };
  const isSeen = source.kind === 'down' && known !== null ? topicsSeen(known) : null;
  const candidates =
    source.kind === 'up'
      ? [...onSource.values()].map((t) => named(t.topic, t.leaders.length))
      : [...onTarget.values()].flatMap((t) => {
          const topic = upstreamTopic(flow.policy, flow.source, t.topic);
          const isOthers = topic === t.topic && isSeen !== null && !isSeen(topic);
          return topic === null || isOthers ? [] : [named(topic, t.leaders.length)];
        });
  return candidates.filter(wanted).sort((a, b) => (a.topic < b.topic ? -1 : 1));
}

/**
 * The logs' begins and ends, target before source: a mirror that moves on in between must not look ahead of its source.
 * @param isolation of MM2's consumer on the source
 */
export async function readEnds(
  topics: readonly NamedTopic[],
  source: Side,
  target: Side,
  isolation: IsolationLevel,
): Promise<ObservedTopic[]> {
  const targetEnds = target.kind === 'down' ? null : await offsetsOfTargets(topics, target);
  const names = topics.map(({ topic }) => topic);
  const sourceEnds = source.kind === 'down' ? null : await source.reader.offsets(names, isolation);
  const firstRecords = source.kind === 'down' ? null : await source.reader.firstRecords(names);
  return topics.map(({ partitions, ...topic }) => {
    const all = <T>(side: Side): Outcome<T>[] =>
      Array.from({ length: partitions }, () => unread<T>(side.kind === 'down' ? side.unread : NOT_ANSWERED));
    const absent = targetEnds !== null && !targetEnds.has(topic.targetTopic);
    return {
      ...topic,
      source: sourceEnds?.get(topic.topic) ?? all<LogOffsets>(source),
      firstRecords: firstRecords?.get(topic.topic) ?? all<FirstRecord | null>(source),
      target: absent ? null : (targetEnds?.get(topic.targetTopic) ?? all<LogOffsets>(target)),
    };
  });
}

async function offsetsOfTargets(topics: readonly NamedTopic[], { reader, metadata }: LiveSide) {
  const there = topics.map(({ targetTopic }) => targetTopic).filter((name) => metadata.topics.has(name));
  return await reader.offsets(there, 'read_uncommitted');
}

const NOT_ANSWERED: Unread = {
  what: 'log offsets',
  cluster: '',
  error: 'NOT_ANSWERED',
  message: 'the cluster did not answer for it',
  retriable: true,
};

export function partitionUnread(topic: ObservedTopic): Unread[] {
  return [...topic.source, ...(topic.target ?? [])].flatMap((o) => (o.kind === 'unread' ? [o.unread] : []));
}
