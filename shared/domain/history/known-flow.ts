import type { ObservedSyncs } from '../observed-syncs.ts';
import { PartitionMap } from '../partition-map.ts';
import { OFFSET_SYNCS } from '../replication-policy.ts';
import type { SyncHistory } from '../sync-history.ts';
import type { HistoryState } from './history-state.ts';
import type { ClusterRole } from './series-dictionary.ts';

/** What earlier audits knew of a flow: the newest state, and up to when audits found it so (ms since the epoch). */
export interface KnownFlow {
  readonly state: HistoryState;
  readonly heldUntil: number;
}

/** What an earlier audit knew of a topic, to notice another one of the same name. */
export interface RememberedTopic {
  readonly id: string;
  /** Last time the topic had this id: ms since the epoch. */
  readonly seenAt: number;
}

/** When what is known of one side was read: ms since the epoch. */
export function readAtOf({ state, heldUntil }: KnownFlow, role: ClusterRole): number {
  return state.readAt[role] === state.at ? heldUntil : state.readAt[role];
}

/** The topics of one side with the ids that they had. */
export function rememberedTopics(known: KnownFlow, role: ClusterRole): ReadonlyMap<string, RememberedTopic> {
  const seenAt = readAtOf(known, role);
  return new Map([...known.state.topicIds[role]].map(([topic, id]) => [topic, { id, seenAt }]));
}

/** The mapping as the history keeps it, to be read on from; null where the offset-syncs topic was never read. */
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

/** Where the flow was configured to keep its syncs in another topic before, that one's id; null where ids are not known. */
function idOfAnother({ topicIds }: HistoryState): string | null {
  for (const ids of [topicIds.source, topicIds.target]) {
    for (const [name, id] of ids) if (name.startsWith(OFFSET_SYNCS)) return id;
  }
  return null;
}
