import { offsetSyncsTopic, remoteTopic } from '../shared/domain/mirror/replication-policy.ts';

/**
 * The flow that the bench measures, as numbers that depend on nothing but themselves: what is written, and what an audit
 * of it has to find. Every partition gets `RECORDS` records; in every fifth topic a transaction's marker takes an offset
 * of the source, so that its groups are `bounded` there; every tenth partition waits for `WAITING` records.
 */
export const TOPICS = 100;
export const PARTITIONS_PER_TOPIC = 100;
export const GROUPS = 1_000;
export const COMMITS_PER_GROUP = 100;
export const PAIRS = GROUPS * COMMITS_PER_GROUP;

const RECORDS = 12;
const WAITING = 3;
/** Records before the marker. */
const BEFORE_MARKER = 6;

export const SOURCE = 'A';
export const TARGET = 'B';
const POLICY = { kind: 'default', separator: '.', internalSeparator: '.' } as const;
export const SYNCS_TOPIC = offsetSyncsTopic(POLICY, TARGET);

export interface PlannedPartition {
  readonly topic: string;
  readonly targetTopic: string;
  readonly partition: number;
  /** Source offset of each record; its place in the array is its target offset, as far as it is mirrored. */
  readonly sourceOffsets: readonly number[];
  readonly mirrored: number;
  readonly sourceEnd: number;
  /** [upstream, downstream], as MM2 would have written them: the first record, one in between, the last. */
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

/** Each group reads one topic and stands somewhere else on each partition, from its begin to its end. */
export function* plannedCommits(): Generator<PlannedCommit> {
  for (let group = 0; group < GROUPS; group++) {
    for (let partition = 0; partition < COMMITS_PER_GROUP; partition++) {
      const on = plannedPartition(group % TOPICS, partition);
      yield { group: groupName(group), on, committed: (group + partition) % (on.sourceEnd + 1) };
    }
  }
}

/** Target offset of the first record that a group at a source offset has not read. */
export function truePosition({ sourceOffsets, mirrored }: PlannedPartition, committed: number): number {
  return Math.min(mirrored, sourceOffsets.filter((offset) => offset < committed).length);
}

/** What MM2 makes of a commit (`OffsetSyncStore.translateDownstream`): behind the last sync before it, by one. */
export function mm2Position({ syncs }: PlannedPartition, committed: number): number {
  const [upstream, downstream] = syncs.findLast(([up]) => up <= committed) ?? [0, 0];
  return upstream === committed ? downstream : downstream + 1;
}
