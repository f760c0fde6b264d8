import type { KnownFlow } from '../domain/history/known-flow.ts';
import type { ObservedTopic } from '../domain/judge/observation.ts';
import type { LogOffsets, PartitionEpoch } from '../domain/model/cluster.ts';
import type { ClusterRole } from '../domain/model/flow.ts';
import { type Outcome, unread } from '../domain/model/outcome.ts';
import type { Side } from './connect-side.ts';

type Logs = readonly Outcome<LogOffsets>[];

/**
 * Asks where the leader epochs that the last audit saw end in the present logs, for partitions that have another leader
 * epoch now. Without a change of leaders this sends no request. If the leader does not answer, the whole partition counts
 * as one that could not be read: the history keeps its last end and epoch, and the next audit asks again.
 */
export async function withEpochEnds(
  topics: readonly ObservedTopic[],
  source: Side,
  target: Side,
  known: KnownFlow | null,
): Promise<readonly ObservedTopic[]> {
  const [ofSource, ofTarget] = await Promise.all([
    epochEnds(topics, 'source', source, known),
    epochEnds(topics, 'target', target, known),
  ]);
  return topics.map((topic) => {
    const onSource = settled(topic.source, ofSource.get(topic.topic));
    const onTarget = settled(topic.target ?? [], ofTarget.get(topic.targetTopic));
    if (onSource === null && onTarget === null) return topic;
    return {
      ...topic,
      source: onSource?.logs ?? topic.source,
      target: topic.target === null ? null : (onTarget?.logs ?? topic.target),
      epochEnds: { source: onSource?.ends ?? NONE, target: onTarget?.ends ?? NONE },
    };
  });
}

const NONE: ReadonlyMap<number, bigint> = new Map();

type Answers = ReadonlyMap<number, Outcome<bigint | null>>;

async function epochEnds(
  topics: readonly ObservedTopic[],
  role: ClusterRole,
  side: Side,
  known: KnownFlow | null,
): Promise<ReadonlyMap<string, Answers>> {
  if (side.kind === 'down' || known === null) return new Map();
  const changed = topics.flatMap((topic) => changedLeaders(topic, role, known));
  const byTopic = new Map<string, Map<number, Outcome<bigint | null>>>();
  if (changed.length === 0) return byTopic;
  const answers = await side.reader.epochEnds(changed);
  for (const [i, { topic, partition }] of changed.entries()) {
    const answer = answers[i];
    if (answer === undefined) continue;
    const partitions = byTopic.get(topic) ?? new Map<number, Outcome<bigint | null>>();
    byTopic.set(topic, partitions.set(partition, answer));
  }
  return byTopic;
}

/** The leader epochs that the last audit saw and that have ended since. Another topic of the same name has its own. */
function changedLeaders(observed: ObservedTopic, role: ClusterRole, { state }: KnownFlow): PartitionEpoch[] {
  const isSource = role === 'source';
  const topic = isSource ? observed.topic : observed.targetTopic;
  const id = isSource ? observed.sourceId : observed.targetId;
  if (id === null || state.topicIds[role].get(topic) !== id) return [];
  return (isSource ? observed.source : (observed.target ?? [])).flatMap((log, partition) => {
    const before = state.get({ kind: 'epoch', role, topic, partition });
    const now = log.kind === 'read' ? log.value.leaderEpoch : undefined;
    if (before === null || now === undefined || BigInt(now) <= before) return [];
    return [{ topic, partition, leaderEpoch: Number(before) }];
  });
}

function settled(logs: Logs, answers: Answers | undefined): { logs: Logs; ends: ReadonlyMap<number, bigint> } | null {
  if (answers === undefined) return null;
  const ends = new Map<number, bigint>();
  for (const [partition, answer] of answers) {
    if (answer.kind === 'read' && answer.value !== null) ends.set(partition, answer.value);
  }
  return {
    ends,
    logs: logs.map((log, partition) => {
      const answer = answers.get(partition);
      return answer?.kind === 'unread' ? unread<LogOffsets>(answer.unread) : log;
    }),
  };
}
