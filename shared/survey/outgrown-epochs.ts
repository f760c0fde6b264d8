import type { ObservedGroup, ObservedTopic, OutgrownEpoch } from '../domain/judge/observation.ts';
import type { CommittedOffset, LogOffsets, PartitionEpoch } from '../domain/model/cluster.ts';
import { greatest, least } from '../domain/model/offsets.ts';
import { type Outcome, type Unread, unread } from '../domain/model/outcome.ts';
import { PartitionMap } from '../domain/model/partition-map.ts';
import type { ClusterReader } from '../ports.ts';

/** A broker says where one leader epoch of a partition ends in one request. Groups rarely commit in more than two. */
const MOST_EPOCHS = 3;

/**
 * Asks where the leader epochs of commits end in the present logs of the source, as Kafka's own consumers do (KIP-320). A
 * commit behind the end of its epoch is of records that the log has lost. Sends no request where every commit is of the
 * present leader epoch. If the leader does not answer, the whole partition counts as one that could not be read.
 */
export async function withOutgrownEpochs(
  topics: readonly ObservedTopic[],
  groups: readonly ObservedGroup[],
  reader: Pick<ClusterReader, 'epochEnds'>,
): Promise<readonly ObservedTopic[]> {
  const furthest = furthestCommits(topics, groups);
  const rounds = roundsOf(furthest);
  if (rounds.length === 0) return topics;
  const answers = await Promise.all(rounds.map((epochs) => reader.epochEnds(epochs)));
  const outgrown = new PartitionMap<OutgrownEpoch>();
  const silent = new PartitionMap<Unread>();
  for (const [round, epochs] of rounds.entries()) {
    for (const [i, { topic, partition, leaderEpoch }] of epochs.entries()) {
      const answer = answers[round]?.[i];
      const offset = furthest.get(topic, partition)?.get(leaderEpoch);
      if (answer?.kind === 'unread') silent.set(topic, partition, answer.unread);
      if (offset === undefined || answer?.kind !== 'read' || answer.value === null || answer.value >= offset) continue;
      const before = outgrown.get(topic, partition);
      outgrown.set(topic, partition, widened(before, { leaderEpoch, end: answer.value, committed: offset }));
    }
  }
  return topics.map((topic) => {
    const found = outgrown.of(topic.topic);
    const unanswered = silent.of(topic.topic);
    if (found.size === 0 && unanswered.size === 0) return topic;
    const source = topic.source.map((log, partition) => {
      const why = unanswered.get(partition);
      return why === undefined ? log : unread<LogOffsets>(why);
    });
    return { ...topic, source, outgrown: found };
  });
}

function widened(before: OutgrownEpoch | undefined, found: OutgrownEpoch): OutgrownEpoch {
  if (before === undefined) return found;
  return {
    leaderEpoch: Math.max(before.leaderEpoch, found.leaderEpoch),
    end: least(before.end, found.end),
    committed: greatest(before.committed, found.committed),
  };
}

/** By partition and leader epoch: the furthest commit of an epoch that is not the log's present one. */
function furthestCommits(
  topics: readonly ObservedTopic[],
  groups: readonly ObservedGroup[],
): PartitionMap<Map<number, bigint>> {
  const logs = new Map(topics.map(({ topic, source }) => [topic, source]));
  const furthest = new PartitionMap<Map<number, bigint>>();
  const note = ({ topic, partition, offset, leaderEpoch }: CommittedOffset): void => {
    if (leaderEpoch === undefined || !isPast(leaderEpoch, logs.get(topic)?.[partition])) return;
    const epochs = furthest.getOrCreate(topic, partition, () => new Map());
    const before = epochs.get(leaderEpoch);
    if (before === undefined || before < offset) epochs.set(leaderEpoch, offset);
  };
  for (const { committed } of groups) if (committed.kind === 'read') committed.value.forEach(note);
  return furthest;
}

function isPast(leaderEpoch: number, log: Outcome<LogOffsets> | undefined): boolean {
  return log?.kind === 'read' && log.value.leaderEpoch !== undefined && leaderEpoch < log.value.leaderEpoch;
}

/** One epoch of each partition at a time, the newest ones first. */
function roundsOf(furthest: PartitionMap<Map<number, bigint>>): PartitionEpoch[][] {
  const rounds: PartitionEpoch[][] = [];
  for (const [topic, partition, epochs] of furthest.entries()) {
    const newest = [...epochs.keys()].sort((a, b) => b - a).slice(0, MOST_EPOCHS);
    for (const [round, leaderEpoch] of newest.entries()) {
      const asked = rounds[round] ?? [];
      rounds[round] = asked;
      asked.push({ topic, partition, leaderEpoch });
    }
  }
  return rounds;
}
