import { GroupCheckpoints } from '../domain/judge/group-checkpoints.ts';
import { MOST_AHEAD_MS } from '../domain/judge/liveness.ts';
import type { MirrorTopic, ObservedCheckpoints, ObservedHeartbeats } from '../domain/judge/observation.ts';
import { isOfAnotherFlow, positionsOfFlow } from '../domain/mirror/connect-positions.ts';
import { MalformedRecordError } from '../domain/mirror/records/byte-reader.ts';
import { decodeCheckpoint } from '../domain/mirror/records/checkpoint.ts';
import { decodeConnectOffset } from '../domain/mirror/records/connect-offset.ts';
import { decodeHeartbeat } from '../domain/mirror/records/heartbeat.ts';
import { decodeOffsetSync } from '../domain/mirror/records/offset-sync.ts';
import type { ObservedConnectOffset } from '../domain/mirror/replication.ts';
import { checkpointsTopic, HEARTBEATS_TOPIC, remoteTopic, syncsTopicOf } from '../domain/mirror/replication-policy.ts';
import type { ObservedSyncs } from '../domain/mirror/syncs/observed-syncs.ts';
import { SyncReading } from '../domain/mirror/syncs/sync-reading.ts';
import type { LogRecord, LogScan } from '../domain/model/cluster.ts';
import type { Flow } from '../domain/model/flow.ts';
import type { Unread } from '../domain/model/outcome.ts';
import type { PartitionMap } from '../domain/model/partition-map.ts';
import { timeOf } from '../domain/model/record-time.ts';
import type { LiveSide, Side } from './connect-side.ts';
import type { FlowMemory } from './flow-memory.ts';
import type { TopicTail } from './topic-tail.ts';

/** All offset syncs of the flow: those that an earlier audit knew, and what MM2 has written since. */
export async function readSyncs(
  flow: Flow,
  side: LiveSide,
  known: ObservedSyncs | null,
  isMixed: (topic: string) => boolean,
): Promise<MirrorTopic<ObservedSyncs>> {
  const topic = syncsTopicOf(flow);
  const syncs = new SyncReading(topic, side.metadata.topics.get(topic)?.id ?? null, known);
  const reading = await readTopic(side, topic, [0], {
    absent: flow.emitOffsetSyncs ? 'missing' : 'off',
    from: () => syncs.from,
    visit(record) {
      const { offset, key, value } = record;
      const sync = decoded(() => (key === null || value === null ? null : decodeOffsetSync(key, value)));
      const isOurs = sync === null || sync === 'malformed' || !isMixed(sync.topic);
      syncs.visit(offset, timeOf(record), isOurs ? sync : null);
    },
    value: ([scan]) => syncs.result(scan ?? { start: 0n, end: 0n, next: syncs.from }),
  });
  return reading.kind === 'read' || reading.kind === 'off' ? reading : { ...reading, known };
}

/** The latest checkpoint of every group and target partition. */
export async function readCheckpoints(
  flow: Flow,
  side: LiveSide,
  tail: FlowMemory['checkpoints'],
): Promise<MirrorTopic<ObservedCheckpoints>> {
  const topic = checkpointsTopic(flow.policy, flow.source);
  let malformed = 0;
  return await readOn(side, topic, [0], tail, {
    absent: flow.emitCheckpoints.enabled ? 'missing' : 'off',
    visit(record) {
      const checkpoint = decoded(() =>
        record.key === null || record.value === null ? null : decodeCheckpoint(record.key, record.value),
      );
      if (checkpoint === 'malformed') malformed++;
      else if (checkpoint !== null) {
        const { group, topic: targetTopic, partition, upstream, downstream } = checkpoint;
        const byGroup = tail.value;
        const partitions = byGroup.get(group) ?? new GroupCheckpoints();
        byGroup.set(group, partitions);
        partitions.set(targetTopic, partition, { upstream, downstream, timestamp: timeOf(record) });
      }
    },
    value: () => ({ topic, byGroup: tail.value, malformed }),
  });
}

/**
 * Heartbeats that were written on the source, by whichever flow into it, and mirrored to the target: `A.heartbeats` on
 * B. Only the end of the topic is read.
 *
 * @param now ms since the epoch: a heartbeat of an hour later is none
 */
export async function readHeartbeat(
  flow: Flow,
  side: LiveSide,
  now: number,
): Promise<MirrorTopic<ObservedHeartbeats | null>> {
  const topic = remoteTopic(flow.policy, flow.source, HEARTBEATS_TOPIC);
  const absent = flow.emitHeartbeats.enabled && flow.heartbeatsReplication ? 'missing' : 'off';
  if (!side.metadata.topics.has(topic))
    return absent === 'off' ? { kind: 'off' } : { kind: 'missing', topic, known: null };
  const offsets = (await side.reader.offsets([topic], 'read_uncommitted')).get(topic)?.[0];
  const end = offsets?.kind === 'read' ? offsets.value.highWatermark : 0n;
  const from = end > HEARTBEATS_READ ? end - HEARTBEATS_READ : 0n;
  const pause = BigInt(Math.max(5_000, 5 * flow.emitHeartbeats.intervalMs));
  const latest = BigInt(now + MOST_AHEAD_MS);
  let newest: bigint | null = null;
  let steadySince: bigint | null = null;
  return await readTopic(side, topic, [0], {
    absent,
    from: () => from,
    visit(record) {
      const heartbeat = decoded(() =>
        record.key === null || record.value === null ? null : decodeHeartbeat(record.key, record.value),
      );
      if (heartbeat === null || heartbeat === 'malformed' || heartbeat.target !== flow.source) return;
      const { timestamp } = heartbeat;
      // It would say for hours, or for ever, that MM2 is alive.
      if (timestamp < 0n || timestamp > latest) return;
      if (newest === null) steadySince = from > 0n ? null : timestamp;
      else if (timestamp - newest > pause) steadySince = timestamp;
      if (newest === null || timestamp > newest) newest = timestamp;
    },
    value: () => (newest === null ? null : { newest, steadySince }),
  });
}

/** Enough for minutes of steadiness, and to find one among those of every flow into the source. */
const HEARTBEATS_READ = 200n;

/** Connect's committed source position of every mirrored partition of the flow. */
export async function readConnectOffsets(
  flow: Flow,
  side: Side,
  tail: FlowMemory['connectOffsets'],
): Promise<MirrorTopic<PartitionMap<ObservedConnectOffset>>> {
  if (flow.connectOffsets === null || side.kind === 'down') return { kind: 'off' };
  const { topic } = flow.connectOffsets;
  const partitions = side.metadata.topics.get(topic)?.leaders.map((_, partition) => partition) ?? [];
  return await readOn(side, topic, partitions, tail, {
    absent: 'missing',
    visit(record) {
      const position = decoded(() => (record.key === null ? null : decodeConnectOffset(record.key, record.value)));
      if (position === null || position === 'malformed' || position.cluster !== flow.source) return;
      const { connector, offset } = position;
      if (isOfAnotherFlow(flow, connector)) return;
      const positions = tail.value.getOrCreate(position.topic, position.partition, () => new Map());
      if (offset === null) positions.delete(connector);
      else positions.set(connector, { offset, timestamp: timeOf(record) });
    },
    value: () => positionsOfFlow(flow, tail.value),
  });
}

interface TopicReading<T> {
  /** What it means that the topic is not there. */
  readonly absent: 'missing' | 'off';
  readonly from?: (partition: number) => bigint;
  visit(record: LogRecord): void;
  value(scans: readonly LogScan[]): T;
}

async function readTopic<T>(
  side: LiveSide,
  topic: string,
  partitions: readonly number[],
  reading: TopicReading<T>,
): Promise<MirrorTopic<T>> {
  if (!side.metadata.topics.has(topic)) {
    return reading.absent === 'off' ? { kind: 'off' } : { kind: 'missing', topic, known: null };
  }
  const scans = await Promise.all(
    partitions.map((partition) =>
      side.reader.scan(
        { topic, partition, from: reading.from?.(partition) ?? 0n, isolation: 'read_committed' },
        reading.visit,
      ),
    ),
  );
  const failed: Unread | undefined = scans.flatMap((scan) => (scan.kind === 'unread' ? [scan.unread] : []))[0];
  if (failed !== undefined) return { kind: 'unread', topic, unread: failed, known: null };
  return { kind: 'read', value: reading.value(scans.flatMap((scan) => (scan.kind === 'read' ? [scan.value] : []))) };
}

/** Reads on from where the tail is; from the begin where what lay in between is lost. */
async function readOn<T, V>(
  side: LiveSide,
  topic: string,
  partitions: readonly number[],
  tail: TopicTail<V>,
  reading: Omit<TopicReading<T>, 'from'>,
): Promise<MirrorTopic<T>> {
  tail.meet(side.metadata.topics.get(topic)?.id ?? null);
  const once = async (): Promise<{ readonly result: MirrorTopic<T>; readonly missed: boolean }> => {
    let missed = false;
    const result = await readTopic(side, topic, partitions, {
      ...reading,
      from: (partition) => tail.from(partition),
      value(scans) {
        missed = partitions.some((partition, i) => scans[i] !== undefined && tail.missed(partition, scans[i]));
        for (const [i, partition] of partitions.entries()) {
          if (scans[i] !== undefined && !missed) tail.advance(partition, scans[i]);
        }
        return reading.value(scans);
      },
    });
    return { result, missed };
  };
  const first = await once();
  if (!first.missed) return first.result;
  tail.forget();
  return (await once()).result;
}

/** A record of another shape is counted, not fatal: one bad record must not hide all the good ones. */
function decoded<T>(decode: () => T): T | 'malformed' {
  try {
    return decode();
  } catch (error) {
    if (error instanceof MalformedRecordError) return 'malformed';
    throw error;
  }
}
