import type { FlowObservation, ObservedTopic } from '../judge/observation.ts';
import type { PartitionState } from '../judge/partition-state.ts';
import { sourceOf } from '../mirror/inverse.ts';
import type { PartitionMapping } from '../mirror/mapping.ts';
import type { Commit } from '../model/cluster.ts';
import { greatest, least } from '../model/offsets.ts';
import { PartitionMap } from '../model/partition-map.ts';
import type { Join } from './join.ts';
import { landOnTarget } from './land-on-target.ts';
import type { LandedAt, Landing } from './landing.ts';

export interface WayBackMappings {
  readonly joins: readonly Join[];
  /** The mapping of the failover's flow, by the topic's name on the failback's source; absent or null if there is none. */
  readonly forward: PartitionMap<PartitionMapping | null>;
}

/**
 * Positions for a failback. A group that is still among records from before the failover continues where the failover's
 * own mapping says that they came from; a group among the records that applications wrote since then continues where the
 * reverse flow put them. Partitions without a join were made since the failover: the reverse flow has all of them.
 */
export function landBack(
  { joins, forward }: WayBackMappings,
  observation: FlowObservation,
  states: PartitionMap<PartitionState>,
  commits: ReadonlyMap<string, PartitionMap<Commit>>,
): ReadonlyMap<string, readonly Landing[]> {
  const joinOf = new PartitionMap<Join>();
  for (const join of joins) joinOf.set(join.topic, join.partition, join);
  const landings = landOnTarget(observation, states, commits);
  return new Map(
    [...landings].map(([group, landed]) => [
      group,
      landed.map((landing): Landing => {
        const { topic, partition } = landing;
        const join = joinOf.get(topic.topic, partition);
        const committed = commits.get(group)?.get(topic.topic, partition)?.offset;
        const target = states.get(topic.topic, partition)?.target ?? null;
        if (join === undefined || committed === undefined || target === null) return landing;
        const mapping = forward.get(topic.topic, partition) ?? null;
        const placed = placeBack(join, mapping, committed, landing);
        return { kind: 'at', topic, partition, log: target, clamped: null, unreadLoss: 0n, skipAtMost: 0n, ...placed };
      }),
    ]),
  );
}

/**
 * Positions of one group in topics that the failover's flow renames: it read their copies, and continues in the originals.
 * @param states of the failover's flow, by the topic's name on the failback's source
 */
export function landRenamed(
  joins: readonly Join[],
  states: PartitionMap<PartitionState>,
  commits: PartitionMap<bigint>,
): Landing[] {
  return joins.flatMap((join): Landing[] => {
    const committed = commits.get(join.topic, join.partition);
    const state = states.get(join.topic, join.partition);
    if (committed === undefined || state === undefined) return [];
    const { topic, partition, source } = state;
    const back = { topic: turned(topic), partition };
    if (source === null) {
      const reason = `${topic.topic}-${partition} could not be read: ${state.unread?.message ?? 'no answer'}`;
      return [{ kind: 'nowhere', ...back, why: 'log-unread', reason }];
    }
    const placed = placeBack(join, state.mapping, committed, { kind: 'nowhere' });
    return [{ kind: 'at', ...back, log: source, clamped: null, unreadLoss: 0n, skipAtMost: 0n, ...placed }];
  });
}

/** The topic as the other direction would see it. */
function turned({ topic, targetTopic, sourceId, targetId, source, target }: ObservedTopic): ObservedTopic {
  const sides = { source: target ?? [], target: source, firstRecords: [] };
  return { topic: targetTopic, targetTopic: topic, sourceId: targetId, targetId: sourceId, ...sides };
}

type Placed = Pick<LandedAt, 'position' | 'rereadAtMost' | 'proof' | 'reason'>;

/** Where a group continues that has committed this position on the failback's source. */
export function placeBack(
  join: Join,
  forward: PartitionMapping | null,
  committed: bigint,
  reverse: Pick<LandedAt, 'kind' | 'position' | 'rereadAtMost' | 'proof' | 'reason'> | { readonly kind: 'nowhere' },
): Placed {
  const { point, landing, mirrored } = join;
  if (committed < point) {
    const { low, high, proof, reason } = sourceOf(
      forward,
      committed,
      { upstream: mirrored, downstream: point },
      landing,
    );
    return { position: low, rereadAtMost: high - low, proof, reason };
  }
  const unread = firstUnread(join, committed);
  if (unread !== null) {
    const why = 'records that MirrorMaker never mirrored lie before those that it has read';
    return {
      position: unread,
      rereadAtMost: landing - unread + (committed - point),
      proof: 'conservative',
      reason: why,
    };
  }
  if (committed === point) return { position: landing, rereadAtMost: 0n, proof: 'exact', reason: null };
  if (reverse.kind === 'nowhere') {
    const why = 'MirrorMaker has written no offset sync behind the failover point';
    return { position: landing, rereadAtMost: committed - point, proof: 'conservative', reason: why };
  }
  // Nothing before the join came from there: the mapping of the reverse flow cannot know that.
  const position = greatest(reverse.position, landing);
  const high = reverse.position + reverse.rereadAtMost;
  const { proof, reason } = reverse;
  return { position, rereadAtMost: high > position ? high - position : 0n, proof, reason };
}

/** The first record before the join that a group behind it has not read; null if there is none. */
function firstUnread({ lostFrom, replayed }: Join, committed: bigint): bigint | null {
  const open = replayed !== null && committed < replayed.until ? replayed.from : null;
  if (open === null || lostFrom === null) return open ?? lostFrom;
  return least(open, lostFrom);
}
