import { remoteTopic } from '../mirror/replication-policy.ts';
import type { Flow } from '../model/flow.ts';
import type { HistoryState } from './history-state.ts';

/** Start and end offset of a partition's log. */
export interface LogThen {
  readonly start: bigint;
  readonly end: bigint;
}

export interface PartitionThen {
  readonly topic: string;
  readonly targetTopic: string;
  readonly partition: number;
  /** Null if the log did not exist or was never read. */
  readonly source: LogThen | null;
  readonly target: LogThen | null;
  /** Number of stored mapping points. */
  readonly syncs: number;
}

export interface PositionThen {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  /** The group's committed offset on the source topic; null for none. */
  readonly source: bigint | null;
  /** The group's committed offset on the mirrored topic; null for none. */
  readonly target: bigint | null;
}

/** The content of a snapshot with both sides joined, ordered by name and partition. */
export interface SnapshotContent {
  readonly partitions: readonly PartitionThen[];
  readonly positions: readonly PositionThen[];
}

/** Topics are named as on the source; a topic that exists on the target alone belongs to no flow. */
export function snapshotContent(flow: Flow, state: HistoryState): SnapshotContent {
  const partitions = new Map<string, PartitionThen>();
  const positions = new Map<string, PositionThen>();
  const see = (topic: string, partition: number): void => {
    const key = JSON.stringify([topic, partition]);
    if (partitions.has(key)) return;
    const targetTopic = remoteTopic(flow.policy, flow.source, topic);
    partitions.set(key, {
      topic,
      targetTopic,
      partition,
      source: logOf(state, 'source', topic, partition),
      target: logOf(state, 'target', targetTopic, partition),
      syncs: state.mapping.get(topic)?.get(partition)?.length ?? 0,
    });
  };
  for (const [topic, byPartition] of state.mapping) for (const partition of byPartition.keys()) see(topic, partition);
  for (const series of state.known()) if (series.role === 'source') see(series.topic, series.partition);

  const sourceTopics = new Map([...partitions.values()].map(({ topic, targetTopic }) => [targetTopic, topic]));
  for (const series of state.known()) {
    if (series.kind !== 'commit') continue;
    const { role, group, partition } = series;
    const topic = role === 'source' ? series.topic : sourceTopics.get(series.topic);
    if (topic === undefined) continue;
    const key = JSON.stringify([group, topic, partition]);
    const before = positions.get(key) ?? { group, topic, partition, source: null, target: null };
    positions.set(key, { ...before, [role]: state.get(series) });
  }
  return {
    partitions: [...partitions.values()].sort((a, b) => compare(a.topic, b.topic) || a.partition - b.partition),
    positions: [...positions.values()].sort(
      (a, b) => compare(a.group, b.group) || compare(a.topic, b.topic) || a.partition - b.partition,
    ),
  };
}

function logOf(state: HistoryState, role: 'source' | 'target', topic: string, partition: number): LogThen | null {
  const start = state.get({ kind: 'start', role, topic, partition });
  const end = state.get({ kind: 'end', role, topic, partition });
  return start === null || end === null ? null : { start, end };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
