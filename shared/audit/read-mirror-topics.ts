import type { ClusterMetadata, LogRecord } from '../domain/cluster-data.ts';
import type { Flow } from '../domain/flow.ts';
import type {
  MirrorTopic,
  ObservedCheckpoint,
  ObservedCheckpoints,
  ObservedConnectOffset,
  ObservedHeartbeats,
  ObservedSyncs,
} from '../domain/observation.ts';
import { OffsetGaps } from '../domain/offset-gaps.ts';
import { PartitionMap } from '../domain/partition-map.ts';
import { MalformedRecordError } from '../domain/records/byte-reader.ts';
import { decodeCheckpoint } from '../domain/records/checkpoint.ts';
import { decodeConnectOffset } from '../domain/records/connect-offset.ts';
import { decodeHeartbeat } from '../domain/records/heartbeat.ts';
import { decodeOffsetSync } from '../domain/records/offset-sync.ts';
import { checkpointsTopic, HEARTBEATS_TOPIC, offsetSyncsTopic, remoteTopic } from '../domain/replication-policy.ts';
import { SyncHistory } from '../domain/sync-history.ts';
import type { Unread } from '../domain/unread.ts';
import type { ClusterReader } from '../ports.ts';

/** One side of a flow: its reader, and what topics it has. */
export interface Side {
  readonly reader: ClusterReader;
  readonly metadata: ClusterMetadata;
}

/** All offset syncs of the flow, in the order in which MM2 wrote them. */
export async function readSyncs(flow: Flow, side: Side): Promise<MirrorTopic<ObservedSyncs>> {
  const other = flow.offsetSyncsLocation === 'source' ? flow.target : flow.source;
  const topic = offsetSyncsTopic(flow.policy, other);
  const histories = new PartitionMap<SyncHistory>();
  const gaps = new OffsetGaps();
  let malformed = 0;
  return await readTopic(side, topic, [0], {
    absent: flow.emitOffsetSyncs ? 'missing' : 'off',
    visit(record) {
      gaps.visit(record.offset);
      const sync = decoded(() =>
        record.key === null || record.value === null ? null : decodeOffsetSync(record.key, record.value),
      );
      if (sync === 'malformed') malformed++;
      else if (sync !== null) {
        histories
          .getOrCreate(sync.topic, sync.partition, () => new SyncHistory())
          .push({
            logOffset: record.offset,
            timestamp: record.timestamp,
            upstream: sync.upstream,
            downstream: sync.downstream,
          });
      }
    },
    value: () => ({ topic, histories, gaps, malformed }),
  });
}

/** The latest checkpoint of every group and target partition. */
export async function readCheckpoints(flow: Flow, side: Side): Promise<MirrorTopic<ObservedCheckpoints>> {
  const topic = checkpointsTopic(flow.policy, flow.source);
  const byGroup = new Map<string, PartitionMap<ObservedCheckpoint>>();
  let malformed = 0;
  return await readTopic(side, topic, [0], {
    absent: flow.emitCheckpoints.enabled ? 'missing' : 'off',
    visit(record) {
      const checkpoint = decoded(() =>
        record.key === null || record.value === null ? null : decodeCheckpoint(record.key, record.value),
      );
      if (checkpoint === 'malformed') malformed++;
      else if (checkpoint !== null) {
        const { group, topic: targetTopic, partition, upstream, downstream } = checkpoint;
        const partitions = byGroup.get(group) ?? new PartitionMap<ObservedCheckpoint>();
        byGroup.set(group, partitions);
        partitions.set(targetTopic, partition, { upstream, downstream, timestamp: record.timestamp });
      }
    },
    value: () => ({ topic, byGroup, malformed }),
  });
}

/**
 * Heartbeats that were written on the source, by whichever flow into it, and mirrored to the target: `A.heartbeats` on
 * B. Only the end of the topic is read.
 */
export async function readHeartbeat(flow: Flow, side: Side): Promise<MirrorTopic<ObservedHeartbeats | null>> {
  const topic = remoteTopic(flow.policy, flow.source, HEARTBEATS_TOPIC);
  const absent = flow.emitHeartbeats.enabled && flow.heartbeatsReplication ? 'missing' : 'off';
  if (!side.metadata.topics.has(topic)) return absent === 'off' ? { kind: 'off' } : { kind: 'missing', topic };
  const offsets = (await side.reader.offsets([topic])).get(topic)?.[0];
  const end = offsets?.kind === 'read' ? offsets.value.highWatermark : 0n;
  const from = end > HEARTBEATS_READ ? end - HEARTBEATS_READ : 0n;
  const pause = BigInt(Math.max(5_000, 5 * flow.emitHeartbeats.intervalMs));
  let newest: bigint | null = null;
  let steadySince: bigint | null = null;
  return await readTopic(side, topic, [0], {
    absent,
    from,
    visit(record) {
      const heartbeat = decoded(() =>
        record.key === null || record.value === null ? null : decodeHeartbeat(record.key, record.value),
      );
      if (heartbeat === null || heartbeat === 'malformed' || heartbeat.target !== flow.source) return;
      const { timestamp } = heartbeat;
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
  side: Side | null,
): Promise<MirrorTopic<PartitionMap<ObservedConnectOffset>>> {
  if (flow.connectOffsets === null || side === null) return { kind: 'off' };
  const { topic } = flow.connectOffsets;
  const partitions = side.metadata.topics.get(topic)?.leaders.map((_, partition) => partition) ?? [];
  const positions = new PartitionMap<ObservedConnectOffset>();
  return await readTopic(side, topic, partitions, {
    absent: 'missing',
    visit(record) {
      const position = decoded(() => (record.key === null ? null : decodeConnectOffset(record.key, record.value)));
      if (position === null || position === 'malformed' || position.cluster !== flow.source) return;
      if (!belongsTo(flow, position.connector)) return;
      if (position.offset === null) positions.delete(position.topic, position.partition);
      else positions.set(position.topic, position.partition, { offset: position.offset, timestamp: record.timestamp });
    },
    value: () => positions,
  });
}

/** Strimzi names connectors `A->B.MirrorSourceConnector`; elsewhere the name tells no flow. */
function belongsTo(flow: Flow, connector: string): boolean {
  return !connector.includes('->') || connector.startsWith(`${flow.source}->${flow.target}.`);
}

interface TopicReading<T> {
  /** What it means that the topic is not there. */
  readonly absent: 'missing' | 'off';
  readonly from?: bigint;
  visit(record: LogRecord): void;
  value(): T;
}

async function readTopic<T>(
  side: Side,
  topic: string,
  partitions: readonly number[],
  reading: TopicReading<T>,
): Promise<MirrorTopic<T>> {
  if (!side.metadata.topics.has(topic)) {
    return reading.absent === 'off' ? { kind: 'off' } : { kind: 'missing', topic };
  }
  const scans = await Promise.all(
    partitions.map((partition) =>
      side.reader.scan({ topic, partition, from: reading.from ?? 0n, isolation: 'read_committed' }, reading.visit),
    ),
  );
  const failed: Unread | undefined = scans.flatMap((scan) => (scan.kind === 'unread' ? [scan.unread] : []))[0];
  if (failed !== undefined) return { kind: 'unread', topic, unread: failed };
  return { kind: 'read', value: reading.value() };
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
