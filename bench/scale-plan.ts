import { offsetSyncsTopic, remoteTopic } from '../shared/domain/mirror/replication-policy.ts';

/**
 * The flow that the bench measures: what is written, and what an audit must find. Every partition gets `RECORDS`
 * records. In every fifth topic a transaction marker takes one source offset, so group positions there are `bounded`.
 * In every tenth partition `WAITING` records are not mirrored yet.
 */
export const TOPICS = 100;
export const PARTITIONS_PER_TOPIC = 100;
export const GROUPS = 1_000;
export const COMMITS_PER_GROUP = 100;
export const PAIRS = GROUPS * COMMITS_PER_GROUP;

const RECORDS = 12;
const WAITING = 3;
/** Number of records before the marker. */
const BEFORE_MARKER = 6;

export const SOURCE = 'A';
export const TARGET = 'B';
const POLICY = { kind: 'default', separator: '.', internalSeparator: '.' } as const;
export const SYNCS_TOPIC = offsetSyncsTopic(POLICY, TARGET);

export interface PlannedPartition {
  readonly topic: string;
  readonly targetTopic: string;
  readonly partition: number;
  /** Source offset of each record. The index is its target offset, for mirrored records. */
  readonly sourceOffsets: readonly number[];
  readonly mirrored: number;
  readonly sourceEnd: number;
  /** [upstream, downstream] pairs that MM2 would write: for the first record, one in between, and the last. */
  readonly syncs: readonly (readonly [number, number])[];
}

export function topicName(topic: number): string {
  return `orders-${String(topic).padStart(3, '0')}`;
}

export function groupName(group: number): string {
  return `service-${String(group).padStart(4, '0')}`;
}

export function hasMarker(topic: number): boolean {
  return topic % 5 === 0;
}

export function plannedPartition(topic: number, partition: number): PlannedPartition {
  const markers = hasMarker(topic) ? 1 : 0;
  const sourceOffsets = Array.from({ length: RECORDS }, (_, i) => (i < BEFORE_MARKER ? i : i + markers));
  const mirrored = partition % 10 === 0 ? RECORDS - WAITING : RECORDS;
  const name = topicName(topic);
  return {
    topic: name,
    targetTopic: remoteTopic(POLICY, SOURCE, name),
    partition,
    sourceOffsets,
    mirrored,
    sourceEnd: RECORDS + markers,
    syncs: [0, 2, mirrored - 1].map((i) => [sourceOffsets[i] ?? 0, i] as const),
  };
}

export function* plannedPartitions(): Generator<PlannedPartition> {
  for (let topic = 0; topic < TOPICS; topic++) {
    for (let partition = 0; partition < PARTITIONS_PER_TOPIC; partition++) yield plannedPartition(topic, partition);
  }
}

export interface PlannedCommit {
  readonly group: string;
  readonly on: PlannedPartition;
  readonly committed: number;
}

/** Each group reads one topic, at a different position on each partition, from the log's start to its end. */
export function* plannedCommits(): Generator<PlannedCommit> {
  for (let group = 0; group < GROUPS; group++) {
    for (let partition = 0; partition < COMMITS_PER_GROUP; partition++) {
      const on = plannedPartition(group % TOPICS, partition);
      yield { group: groupName(group), on, committed: (group + partition) % (on.sourceEnd + 1) };
    }
  }
}

/** Target offset of the first record that a group at a source offset has not consumed. */
export function truePosition({ sourceOffsets, mirrored }: PlannedPartition, committed: number): number {
  return Math.min(mirrored, sourceOffsets.filter((offset) => offset < committed).length);
}

/** MM2's translation of a commit (`OffsetSyncStore.translateDownstream`): one after the last sync before it. */
export function mm2Position({ syncs }: PlannedPartition, committed: number): number {
  const [upstream, downstream] = syncs.findLast(([up]) => up <= committed) ?? [0, 0];
  return upstream === committed ? downstream : downstream + 1;
}
