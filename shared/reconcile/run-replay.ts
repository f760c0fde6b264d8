import type { IsolationLevel, LogOffsets, LogRecord } from '../domain/model/cluster.ts';
import { counted } from '../domain/model/figures.ts';
import { partitionName } from '../domain/model/topic-partition.ts';
import { REPLAY_HEADER, replayedOffset, replayHeaderValue } from '../domain/reconcile/replay-header.ts';
import { isInside, type ReplayPartition, type ReplayPlan } from '../domain/reconcile/replay-plan.ts';
import type { Clock, ClusterReader, NewRecord, RecordWriter } from '../ports.ts';
import { replayedIn } from './compare-logs.ts';
import { RecordsDigest, recordsOf } from './lost-records.ts';
import { sizeOf } from './read-record.ts';
import { ReplayRefusedError, UnreadLogError } from './reconcile-errors.ts';
import { compactsOf, topicSettings } from './topic-settings.ts';

export interface RunReplayRequest {
  readonly plan: ReplayPlan;
  /** Computed from the plan as it is now. */
  readonly hash: string;
  /** What a person has approved. */
  readonly approved: string;
  readonly isolation: IsolationLevel;
  readonly source: ClusterReader;
  readonly target: ClusterReader;
  readonly writer: RecordWriter;
  readonly clock: Clock;
  readonly progress?: (step: string) => void;
}

/** How one partition stands after a replay. */
export interface ReplayedPartition {
  readonly topic: string;
  readonly targetTopic: string;
  readonly partition: number;
  readonly planned: bigint;
  /** By this run. */
  readonly written: bigint;
  /** By an earlier run. */
  readonly already: bigint;
  /** Read back: planned records that the target does not have, and those that it has more than once; null if it was not read. */
  readonly missing: bigint | null;
  readonly twice: bigint | null;
  /** Why it is not complete; null if it is. */
  readonly failure: string | null;
}

/** Records of one request. Bytes bound it as well: a broker takes 1 MiB by default. */
const BATCH_RECORDS = 500;
const BATCH_BYTES = 512 * 1024;
/**
 * A request of a process that was killed may still be on its way to the broker. The broker has it within moments, so the log
 * is looked at twice before anything is written, with this long in between, in milliseconds.
 */
const SETTLE_MS = 2_000;

/**
 * Carries an approved plan out. What the target has already is found by the header that each record carries, and not written
 * again: so a run that was killed is simply run again. Partitions that fail do not stop the others.
 *
 * @throws ReplayRefusedError if it is not the plan that was approved, or if the world is not the one that it was made for
 */
export async function runReplay(request: RunReplayRequest): Promise<readonly ReplayedPartition[]> {
  const { plan, target, clock, progress = () => {} } = request;
  progress('checking the plan');
  const logs = await requireSameWorld(request);
  // Of all records before the first write: nothing is written of a plan that cannot be carried out as it was approved.
  for (const one of plan.partitions) await requireSameRecords(request, one);
  const ends = new Map<ReplayPartition, bigint>();
  const there = new Map<ReplayPartition, Set<bigint>>();
  const look = async (from: (one: ReplayPartition) => bigint, until: (one: ReplayPartition) => bigint) => {
    for (const one of plan.partitions) {
      progress(`looking what ${partitionName(one.targetTopic, one.partition)} has already`);
      const found = there.get(one) ?? new Set<bigint>();
      const where = { topic: one.targetTopic, partition: one.partition, from: from(one), until: until(one) };
      for (const offset of await replayedIn(target, where, originOf(plan, one))) found.add(offset);
      there.set(one, found);
      ends.set(one, until(one));
    }
  };
  await look(
    ({ lookFrom }) => lookFrom,
    (one) => logs.get(one)?.highWatermark ?? one.lookFrom,
  );
  await clock.pause?.(SETTLE_MS);
  const later = await targetLogs(request);
  await look(
    (one) => ends.get(one) ?? one.lookFrom,
    (one) => later.get(one)?.highWatermark ?? one.lookFrom,
  );
  const settingsOf = await topicSettings(
    target,
    plan.partitions.map(({ targetTopic }) => targetTopic),
  );
  const results: ReplayedPartition[] = [];
  for (const one of plan.partitions) {
    const compacts = compactsOf(settingsOf(one.targetTopic));
    results.push(await replayPartition(request, one, there.get(one) ?? new Set(), compacts));
  }
  return results;
}

function originOf({ source }: ReplayPlan, { topic, partition }: ReplayPartition) {
  return { clusterId: source.clusterId, topic, partition };
}

async function targetLogs({ plan, target }: RunReplayRequest): Promise<Map<ReplayPartition, LogOffsets>> {
  const names = [...new Set(plan.partitions.map(({ targetTopic }) => targetTopic))];
  const found = await target.offsets(names, 'read_uncommitted');
  const logs = new Map<ReplayPartition, LogOffsets>();
  for (const one of plan.partitions) {
    const log = found.get(one.targetTopic)?.[one.partition];
    if (log === undefined) throw new Error(`a read of offsets must answer for ${one.targetTopic}`);
    if (log.kind === 'unread') throw new UnreadLogError(log.unread);
    logs.set(one, log.value);
  }
  return logs;
}

/** The approval, the clusters and the topics are those of the plan, and an earlier run's records can still be seen. */
async function requireSameWorld(request: RunReplayRequest): Promise<Map<ReplayPartition, LogOffsets>> {
  const { plan, hash, approved, source, target, clock } = request;
  const again = 'Make a new plan, look at it, and approve its hash.';
  if (approved !== hash) {
    throw new ReplayRefusedError('HASH_DIFFERS', ['what was approved is not this plan'], again);
  }
  if (clock.now() > plan.expiresAt) {
    throw new ReplayRefusedError(
      'PLAN_EXPIRED',
      ['the plan is too old: the target may have newer records by now'],
      again,
    );
  }
  const [onSource, onTarget] = await Promise.all([source.metadata(), target.metadata()]);
  const reasons: string[] = [];
  if (onSource.clusterId !== plan.source.clusterId) reasons.push(`${source.alias} is another cluster`);
  if (onTarget.clusterId !== plan.target.clusterId) reasons.push(`${target.alias} is another cluster`);
  for (const { topic, targetTopic, sourceId, targetId, partition } of plan.partitions) {
    if ((onSource.topics.get(topic)?.id ?? null) !== sourceId)
      reasons.push(`${topic} was created again on ${source.alias}`);
    const there = onTarget.topics.get(targetTopic);
    if ((there?.id ?? null) !== targetId) reasons.push(`${targetTopic} was created again on ${target.alias}`);
    if (partition >= (there?.leaders.length ?? 0))
      reasons.push(`${target.alias} has no partition ${partition} of ${targetTopic}`);
  }
  if (reasons.length > 0) throw new ReplayRefusedError('WORLD_CHANGED', [...new Set(reasons)], again);
  const logs = await targetLogs(request);
  for (const one of plan.partitions) {
    if ((logs.get(one)?.start ?? 0n) > one.lookFrom) {
      const name = partitionName(one.targetTopic, one.partition);
      reasons.push(`${name} has deleted records since, so that it does not show what an earlier run has written`);
    }
    if ((logs.get(one)?.highWatermark ?? 0n) < one.lookFrom) {
      reasons.push(`${partitionName(one.targetTopic, one.partition)} has lost its end since`);
    }
  }
  if (reasons.length > 0) throw new ReplayRefusedError('WORLD_CHANGED', reasons, again);
  return logs;
}

async function requireSameRecords(request: RunReplayRequest, one: ReplayPartition): Promise<void> {
  const { source, isolation, progress = () => {} } = request;
  const { topic, partition } = one;
  progress(`checking the records of ${partitionName(topic, partition)}`);
  const digest = new RecordsDigest();
  for await (const records of recordsOf(source, { topic, partition, isolation }, one.ranges)) {
    for (const record of records) digest.add(record);
  }
  if (digest.records === one.records && digest.value() === one.digest) return;
  const reason = `the records of ${partitionName(topic, partition)} are not those that were approved`;
  throw new ReplayRefusedError('WORLD_CHANGED', [reason], 'Make a new plan, look at it, and approve its hash.');
}

async function replayPartition(
  request: RunReplayRequest,
  one: ReplayPartition,
  there: ReadonlySet<bigint>,
  compacts: boolean | null,
): Promise<ReplayedPartition> {
  const { plan, source, target, writer, isolation, progress = () => {} } = request;
  const { topic, targetTopic, partition, records: planned } = one;
  const name = partitionName(targetTopic, partition);
  const origin = originOf(plan, one);
  // Compaction may have removed a replayed record in favour of a later one. They are written in order: all before it were.
  const reached = compacts === false ? -1n : [...there].reduce((most, offset) => (offset > most ? offset : most), -1n);
  let written = 0n;
  let already = 0n;
  let failure: string | null = null;
  const write = async (batch: readonly NewRecord[]): Promise<boolean> => {
    if (batch.length === 0) return true;
    const failed = await writer.write(targetTopic, partition, batch);
    if (failed !== null) {
      failure = `${failed.error}: ${failed.message}`;
      return false;
    }
    written += BigInt(batch.length);
    // Where nobody looks, each step is a line of a log.
    const done = ((already + written) * 10n) / planned;
    progress(`writing ${name}: ${done}0 % of ${counted(planned, 'record')}`);
    return true;
  };
  try {
    let batch: NewRecord[] = [];
    let bytes = 0;
    reading: for await (const records of recordsOf(source, { topic, partition, isolation }, one.ranges)) {
      for (const record of records) {
        if (compacts === null && record.offset < reached && !there.has(record.offset)) {
          failure = `offset ${record.offset} was replayed and compacted, or never was: only DescribeConfigs on ${targetTopic} shows which`;
          break reading;
        }
        if (there.has(record.offset) || record.offset < reached) {
          already++;
          continue;
        }
        batch.push(marked(record, replayHeaderValue(origin, record.offset)));
        bytes += sizeOf(record);
        if (batch.length < BATCH_RECORDS && bytes < BATCH_BYTES) continue;
        if (!(await write(batch))) break reading;
        [batch, bytes] = [[], 0];
      }
    }
    if (failure === null) await write(batch);
  } catch (error) {
    if (!(error instanceof UnreadLogError)) throw error;
    failure = error.message;
  }
  progress(`reading ${name} back`);
  const counts = await readBack(target, one, origin);
  const missing = counts === null || compacts === true ? null : planned - BigInt(counts.size);
  const twice = counts === null ? null : BigInt([...counts.values()].filter((count) => count > 1).length);
  const complete = already + written === planned && (missing ?? 0n) === 0n && twice === 0n;
  if (!complete && failure === null) failure = 'what was read back is not what was planned';
  return { topic, targetTopic, partition, planned, written, already, missing, twice, failure };
}

/** How often the target has each planned record now; null if it could not be read. */
async function readBack(
  target: ClusterReader,
  one: ReplayPartition,
  origin: ReturnType<typeof originOf>,
): Promise<ReadonlyMap<bigint, number> | null> {
  const counts = new Map<bigint, number>();
  const { targetTopic: topic, partition, lookFrom: from, ranges } = one;
  const scan = await target.scan(
    { topic, partition, from, isolation: 'read_uncommitted' },
    ({ headers }: LogRecord) => {
      const offset = replayedOffset(headers, origin);
      if (offset !== null && isInside(ranges, offset)) counts.set(offset, (counts.get(offset) ?? 0) + 1);
    },
  );
  return scan.kind === 'read' ? counts : null;
}

/** The record as it was, with the header behind its own. */
function marked({ key, value, timestamp, headers }: LogRecord, mark: string): NewRecord {
  return { key, value, timestamp, headers: [...headers, { key: REPLAY_HEADER, value: Buffer.from(mark) }] };
}
