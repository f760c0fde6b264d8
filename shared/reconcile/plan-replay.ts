import type { IsolationLevel } from '../domain/model/cluster.ts';
import { counted } from '../domain/model/figures.ts';
import { partitionName } from '../domain/model/topic-partition.ts';
import { type ReplayPartition, type ReplayPlan, withoutOffsets } from '../domain/reconcile/replay-plan.ts';
import { lostRecords, type UnknownRange } from '../domain/reconcile/unmirrored.ts';
import type { ClusterReader, RecordWriter } from '../ports.ts';
import type { ListedPartition, UnmirroredList } from './list-unmirrored.ts';
import { RecordsDigest, recordsOf } from './lost-records.ts';
import { sizeOf } from './read-record.ts';
import { ReplayRefusedError } from './reconcile-errors.ts';

/** How long a plan may be carried out: later, the target may have newer records of more keys. */
export const REPLAY_VALID_MS = 24 * 60 * 60 * 1000;

export interface PlanReplayRequest {
  readonly list: UnmirroredList;
  readonly source: ClusterReader;
  readonly target: Pick<ClusterReader, 'alias'>;
  readonly isolation: IsolationLevel;
  /** Only asked what it can write. */
  readonly writer: Pick<RecordWriter, 'unwritable'>;
  readonly skipSuperseded: boolean;
  /** Also write records that something after the failover point equals. */
  readonly evenIfEqual: boolean;
  readonly now: number;
  readonly progress?: (step: string) => void;
}

/** A record that the replay leaves out. */
export interface LeftOut {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly reason: string;
}

/** A range of which the list does not know whether it is lost. A replay does not write it. */
export interface UnknownInPartition extends UnknownRange {
  readonly topic: string;
  readonly partition: number;
}

export interface PlannedReplay {
  readonly plan: ReplayPlan;
  /** Records that cannot be written as they are. */
  readonly leftOut: readonly LeftOut[];
  /** An empty plan beside these does not mean that nothing is lost. */
  readonly unknown: readonly UnknownInPartition[];
}

/** Decides what a replay of the listed records would write, and reads all of it once for its digest. Writes nothing. */
export async function planReplay(request: PlanReplayRequest): Promise<PlannedReplay> {
  const { list, source, target, skipSuperseded, now } = request;
  const partitions: ReplayPartition[] = [];
  const leftOut: LeftOut[] = [];
  refuse(request);
  for (const listed of list.partitions) {
    if (lostRecords(listed.found) === 0n) continue;
    const planned = await planPartition(request, listed);
    leftOut.push(...planned.leftOut);
    if (planned.partition.records > 0n) partitions.push(planned.partition);
  }
  const plan: ReplayPlan = {
    flow: list.flow,
    source: { alias: source.alias, clusterId: list.clusters.source ?? '' },
    target: { alias: target.alias, clusterId: list.clusters.target },
    failover: list.failover,
    skipSuperseded,
    madeAt: now,
    expiresAt: now + REPLAY_VALID_MS,
    partitions,
  };
  const unknown = list.partitions.flatMap(({ found: { topic, partition, unknown: ranges } }) =>
    ranges.map((range) => ({ topic, partition, ...range })),
  );
  return { plan, leftOut, unknown };
}

/** Everything that speaks against a plan, at once. */
function refuse({ list, skipSuperseded, evenIfEqual }: PlanReplayRequest): void {
  const reasons: string[] = [];
  if (list.clusters.source === null) {
    reasons.push('the source has no cluster id, by which a second replay would know its records');
  }
  for (const { found, superseded } of list.partitions) {
    if (lostRecords(found) === 0n) continue;
    const name = partitionName(found.topic, found.partition);
    if (found.target === null) reasons.push(`the target has no partition for ${name}`);
    if (skipSuperseded && superseded === null) reasons.push(`${name} has too many lost records to look up their keys`);
    if (found.equalAfterPoint > 0n && !evenIfEqual) {
      reasons.push(
        `${name}: the target was given ${counted(found.equalAfterPoint, 'record')} after the failover point that ${found.equalAfterPoint === 1n ? 'equals a lost one' : 'equal lost ones'}`,
      );
    }
  }
  if (reasons.length === 0) return;
  throw new ReplayRefusedError(
    'REPLAY_REFUSED',
    reasons,
    'Find out who wrote the equal records: --even-if-equal writes the lost ones as well. Or choose others by --topic and --partition.',
  );
}

async function planPartition(
  { list, source, isolation, writer, skipSuperseded, progress = () => {} }: PlanReplayRequest,
  { found, superseded }: ListedPartition,
): Promise<{ readonly partition: ReplayPartition; readonly leftOut: readonly LeftOut[] }> {
  const { topic, targetTopic, partition } = found;
  progress(`reading the lost records of ${partitionName(topic, partition)}`);
  const skipped = skipSuperseded ? (superseded ?? []).map(({ offset }) => offset) : [];
  const wanted = withoutOffsets(found.lost, skipped);
  const where = { topic, partition, isolation };
  const leftOut: LeftOut[] = [];
  for await (const records of recordsOf(source, where, wanted)) {
    for (const record of records) {
      const reason = writer.unwritable(record);
      if (reason !== null) leftOut.push({ topic, partition, offset: record.offset, reason });
    }
  }
  const ranges = withoutOffsets(
    wanted,
    leftOut.map(({ offset }) => offset),
  );
  const digest = new RecordsDigest();
  let bytes = 0n;
  for await (const records of recordsOf(source, where, ranges)) {
    for (const record of records) {
      digest.add(record);
      bytes += BigInt(sizeOf(record));
    }
  }
  const ids = list.topics.find((one) => one.topic === topic);
  return {
    leftOut,
    partition: {
      topic,
      targetTopic,
      sourceId: ids?.sourceId ?? null,
      targetId: ids?.targetId ?? null,
      partition,
      ranges,
      records: digest.records,
      bytes,
      digest: digest.value(),
      lookFrom: found.target?.end ?? 0n,
      superseded: skipSuperseded ? 0n : superseded === null ? null : BigInt(superseded.length),
    },
  };
}
