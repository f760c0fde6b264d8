import type { RememberedFlow, RememberedTopic } from '../judge/observation.ts';
import { OFFSET_SYNCS } from '../mirror/replication-policy.ts';
import type { ObservedSyncs } from '../mirror/syncs/observed-syncs.ts';
import type { SyncHistory } from '../mirror/syncs/sync-history.ts';
import type { ClusterRole } from '../model/flow.ts';
import { PartitionMap } from '../model/partition-map.ts';
import type { HistoryState } from './history-state.ts';

/** What earlier audits know about a flow: the newest state, and the last audit that found it unchanged (ms). */
export interface KnownFlow {
  readonly state: HistoryState;
  readonly heldUntil: number;
}

/** When the state's data on one side was last read: ms since the epoch. */
export function readAtOf({ state, heldUntil }: KnownFlow, role: ClusterRole): number {
  return state.readAt[role] === state.at ? heldUntil : state.readAt[role];
}

/** When an audit last read what a group has committed on the source: ms since the epoch. Null if that is not known. */
export function groupReadAt(known: KnownFlow): (group: string) => number | null {
  const unread = new Map(
    known.state.unread.flatMap((part) =>
      part.role === 'source' && part.kind === 'group' ? [[part.name, part.readAt ?? null]] : [],
    ),
  );
  const sourceReadAt = readAtOf(known, 'source');
  return (group) => {
    const readAt = unread.get(group);
    return readAt === undefined ? sourceReadAt : readAt;
  };
}

/** Whether a source topic has another id than audits knew: what they knew of groups on it went with the earlier topic. */
export function isReplaced({ state }: KnownFlow, topic: string, sourceId: string | null): boolean {
  const before = state.topicIds.source.get(topic);
  return sourceId !== null && before !== undefined && before !== sourceId;
}

/** Whether audits have noticed that a source topic is another one, and MM2 has written no sync of a partition since. */
export function isWithoutSync({ state }: KnownFlow, topic: string, partition: number): boolean {
  return state.mapping.get(topic)?.get(partition)?.breaksBeforeNext('newSource') === true;
}

/**
 * Whether an audit has seen a topic of that name on the source: its log, its syncs, or that it could not be read. Null if
 * no audit has read the source.
 */
export function topicsSeen({ state }: KnownFlow): ((topic: string) => boolean) | null {
  if (state.readAt.source === 0) return null;
  const seen = new Set(state.mapping.keys());
  for (const { role, kind, name } of state.unread) if (role === 'source' && kind === 'topic') seen.add(name);
  for (const series of state.known()) if (series.kind === 'end' && series.role === 'source') seen.add(series.topic);
  return (topic) => seen.has(topic);
}

/** The part of it that the judge needs. */
export function rememberedFlow(known: KnownFlow): RememberedFlow {
  const sourceEpoch = known.state.valuesOf({ kind: 'epoch', role: 'source' });
  return {
    readAt: { source: readAtOf(known, 'source'), target: readAtOf(known, 'target') },
    topics: { source: rememberedTopics(known, 'source'), target: rememberedTopics(known, 'target') },
    cuts: known.state.cuts,
    doubts: (topic) => known.state.unread.some(({ kind, name }) => kind === 'mapping' && name === topic),
    readsSource: (topic) =>
      known.state.unread.every(
        ({ role, kind, name }) => role !== 'source' || !(kind === 'cluster' || (kind === 'topic' && name === topic)),
      ),
    sourceEnd: known.state.valuesOf({ kind: 'end', role: 'source' }),
    sourceEpoch: (topic, partition) => {
      const epoch = sourceEpoch(topic, partition);
      return epoch === null ? null : Number(epoch);
    },
    syncs: (topic, partition) => known.state.mapping.get(topic)?.get(partition) ?? null,
    targetEnd: known.state.valuesOf({ kind: 'end', role: 'target' }),
    syncsRead:
      known.state.syncsReadTo >= 0n && known.state.unread.every(({ kind }) => !['syncs', 'cluster'].includes(kind)),
  };
}

/** The topics on one side with their last known ids. */
function rememberedTopics(known: KnownFlow, role: ClusterRole): ReadonlyMap<string, RememberedTopic> {
  const seenAt = readAtOf(known, role);
  return new Map([...known.state.topicIds[role]].map(([topic, id]) => [topic, { id, seenAt }]));
}

/** The stored mapping, for an audit to continue reading from; null if the offset-syncs topic was never read. */
export function knownSyncs(known: KnownFlow, topic: string, role: ClusterRole): ObservedSyncs | null {
  const { state } = known;
  if (state.syncsReadTo < 0n) return null;
  const histories = new PartitionMap<SyncHistory>();
  for (const [name, partitions] of state.mapping) {
    for (const [partition, history] of partitions) histories.set(name, partition, history);
  }
  return {
    topic,
    topicId: state.topicIds[role].get(topic) ?? idOfAnother(state),
    readTo: state.syncsReadTo,
    histories,
    malformed: 0,
  };
}

/** The id of another offset-syncs topic, if the configuration named a different one before; null if unknown. */
function idOfAnother({ topicIds }: HistoryState): string | null {
  for (const ids of [topicIds.source, topicIds.target]) {
    for (const [name, id] of ids) if (name.startsWith(OFFSET_SYNCS)) return id;
  }
  return null;
}
