import { decodeCheckpoint } from '../../shared/domain/mirror/records/checkpoint.ts';
import type { IsolationLevel } from '../../shared/domain/model/cluster.ts';
import type { FlowReport } from '../../shared/domain/model/report.ts';
import type { LabCluster } from '../cluster.ts';
import { type PartitionRecords, readPartition } from '../partition-records.ts';
import { PartitionTruth } from '../partition-truth.ts';
import type { FlowTruth } from './verdict-judge.ts';

const EMPTY: PartitionRecords = {
  ...{ start: 0n, end: 0n, offsets: new Float64Array(0) },
  ...{ ids: [], keys: [], leaderEpochs: new Int32Array(0) },
};

/** All records of the partitions of live flows, including those that the source has deleted since the first read. */
export class LiveTruth {
  readonly #known = new Map<
    string,
    { readonly id: string; readonly targetId: string; readonly truth: PartitionTruth }
  >();

  /**
   * By `topic-partition`. A partition without a leader on one side cannot be read and is absent.
   * @param compacted names of the target topics that are compacted
   */
  async read(
    source: LabCluster,
    target: LabCluster,
    report: FlowReport,
    isolation: IsolationLevel,
    compacted: ReadonlySet<string>,
  ): Promise<Map<string, PartitionTruth>> {
    const [onSource, onTarget] = await Promise.all([
      describe(
        source,
        report.partitions.map(({ topic }) => topic),
      ),
      describe(
        target,
        report.partitions.map(({ targetTopic }) => targetTopic),
      ),
    ]);
    const truths = new Map<string, PartitionTruth>();
    for (const { topic, targetTopic, partition } of report.partitions) {
      const from = onSource[topic];
      const to = onTarget[targetTopic];
      if (from?.leaders[partition] === null || to?.leaders[partition] === null) continue;
      if (from === undefined) continue;
      const key = `${report.flow}/${topic}-${partition}`;
      const earlier = this.#known.get(key);
      // Read the target first: records mirrored in between then have a known source record.
      const copies =
        to?.leaders[partition] === undefined ? EMPTY : await readPartition(target.admin, targetTopic, partition);
      const records = await readPartition(source.admin, topic, partition, isolation);
      const targetId = to?.id ?? '';
      const previous = earlier?.id === from.id ? earlier.truth : undefined;
      const sameTarget = earlier?.targetId === targetId;
      const truth = new PartitionTruth(records, copies, previous, sameTarget, compacted.has(targetTopic));
      this.#known.set(key, { id: from.id, targetId, truth });
      truths.set(`${topic}-${partition}`, truth);
    }
    return truths;
  }
}

/** What the records say about the whole flow: of the groups that the report has, at their commits. */
export function flowTruth({ groups }: FlowReport, truths: ReadonlyMap<string, PartitionTruth>): FlowTruth {
  let lost = 0n;
  let lostForGood = 0n;
  const missingByTopic = new Map<string, bigint>();
  for (const [name, truth] of truths) {
    const topic = name.slice(0, name.lastIndexOf('-'));
    lost += truth.missing() + truth.deletedUnmirrored;
    lostForGood += truth.passedOver + truth.deletedUnmirrored;
    missingByTopic.set(topic, (missingByTopic.get(topic) ?? 0n) + truth.missing());
  }
  const expiredByGroup = new Map<string, bigint>();
  const withoutPosition = new Set<string>();
  for (const { group, topic, partition, committed, mm2 } of groups) {
    const truth = truths.get(`${topic}-${partition}`);
    if (truth === undefined) continue;
    expiredByGroup.set(group, (expiredByGroup.get(group) ?? 0n) + truth.expiredFor(committed));
    const hasUnread = truth.skips(truth.target.end, committed) > 0n;
    if (mm2.kind === 'none' && hasUnread) withoutPosition.add(group);
  }
  return { lost, lostForGood, missingByTopic, expiredByGroup, withoutPosition };
}

async function describe(cluster: LabCluster, topics: readonly string[]) {
  const there = new Set(await cluster.admin.listTopics());
  return await cluster.admin.describeTopics([...new Set(topics)].filter((topic) => there.has(topic)));
}

/**
 * MM2's position of each group: its commit on the target, otherwise the translation of Kafka's own client. By
 * `group/targetTopic-partition`.
 */
export async function readMm2Positions(sourceAlias: string, target: LabCluster): Promise<Map<string, bigint>> {
  const checkpoints = `${sourceAlias}.checkpoints.internal`;
  const checkpointed = (await target.admin.listTopics()).includes(checkpoints);
  const groups = new Set((await target.admin.listGroups()).map(({ group }) => group));
  if (checkpointed) {
    for (const { key, value } of await target.admin.readRaw(checkpoints, 0)) {
      if (key !== null && value !== null) groups.add(decodeCheckpoint(key, value).group);
    }
  }
  const found = new Map<string, bigint>();
  await Promise.all(
    [...groups].map(async (group) => {
      const [translated, committed] = await Promise.all([
        checkpointed ? target.admin.translateOffsets(sourceAlias, group) : [],
        target.admin.groupOffsets(group),
      ]);
      // Consumers start at the commit, so it takes precedence.
      for (const row of [...translated, ...committed]) found.set(`${group}/${row.topic}-${row.partition}`, row.offset);
    }),
  );
  return found;
}

/**
 * The leader epochs that groups committed on the source, as Kafka's own client reads them, by `group/topic-partition`: of
 * partitions that an unclean election has cut.
 */
export async function readCommitEpochs(
  source: LabCluster,
  { groups }: FlowReport,
  truths: ReadonlyMap<string, PartitionTruth>,
): Promise<Map<string, number>> {
  const onCut = groups.filter(({ topic, partition }) => truths.get(`${topic}-${partition}`)?.wasCut === true);
  const found = new Map<string, number>();
  for (const group of new Set(onCut.map(({ group: name }) => name))) {
    for (const { topic, partition, leaderEpoch } of await source.admin.groupOffsets(group)) {
      if (leaderEpoch !== undefined) found.set(`${group}/${topic}-${partition}`, leaderEpoch);
    }
  }
  return found;
}

export function samePositions(a: ReadonlyMap<string, bigint>, b: ReadonlyMap<string, bigint>): boolean {
  return a.size === b.size && [...a].every(([key, position]) => b.get(key) === position);
}
