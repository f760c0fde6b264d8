import type { ClusterMetadata, LogRecord, LogScan } from '../domain/cluster-data.ts';
import type { Flow } from '../domain/flow.ts';
import type {
  MirrorTopic,
  ObservedCheckpoint,
  ObservedCheckpoints,
  ObservedConnectOffset,
  ObservedHeartbeats,
  ObservedSyncs,
} from '../domain/observation.ts';
import { PartitionMap } from '../domain/partition-map.ts';
import { MalformedRecordError } from '../domain/records/byte-reader.ts';
import { decodeCheckpoint } from '../domain/records/checkpoint.ts';
import { decodeConnectOffset } from '../domain/records/connect-offset.ts';
import { decodeHeartbeat } from '../domain/records/heartbeat.ts';
import { decodeOffsetSync } from '../domain/records/offset-sync.ts';
import { checkpointsTopic, HEARTBEATS_TOPIC, offsetSyncsTopic, remoteTopic } from '../domain/replication-policy.ts';
import { addSync, SyncHistory } from '../domain/sync-history.ts';
import { SyncLogHoles } from '../domain/sync-log-holes.ts';
import type { Unread } from '../domain/unread.ts';
import type { ClusterReader } from '../ports.ts';

/** One side of a flow: its reader, and what topics it has. */
export interface Side {
  readonly reader: ClusterReader;
  readonly metadata: ClusterMetadata;
}

/**
 * All offset syncs of the flow, in the order in which MM2 wrote them: those that an earlier audit knew, and what the
 * topic has got since. What was lost in between (deleted, or with the topic itself) shows as holes.
 */
export async function readSyncs(
  flow: Flow,
  side: Side,
  known: ObservedSyncs | null = null,
): Promise<MirrorTopic<ObservedSyncs>> {
  const topic = syncsTopicOf(flow);
  const topicId = side.metadata.topics.get(topic)?.id ?? null;
  const isAnother = known !== null && topicId !== null && known.topicId !== null && topicId !== known.topicId;
  const from = known === null || isAnother ? 0n : known.readTo;
  const histories = known?.histories.map((history) => history.copy()) ?? new PartitionMap<SyncHistory>();
  const seen = new SyncLogHoles(from, isAnother);
  let malformed = 0;
  const reading = await readTopic(side, topic, [0], {
    absent: flow.emitOffsetSyncs ? 'missing' : 'off',
    from,
    visit(record) {
      const sync = decoded(() =>
        record.key === null || record.value === null ? null : decodeOffsetSync(record.key, record.value),
      );
      seen.visit(record.offset);
      if (sync === 'malformed') malformed++;
      else if (sync !== null) {
        const { upstream, downstream } = sync;
        const history = histories.getOrCreate(sync.topic, sync.partition, () => new SyncHistory());
        const hole = seen.holeBefore(sync.topic, sync.partition, record.offset);
        addSync(history, { timestamp: record.timestamp, upstream, downstream, hole });
      }
    },
    value: ([scan]) => {
      const lost = isAnother || (scan !== undefined && (scan.start > from || scan.end < from));
      if (known !== null && lost) {
        for (const [name, partition, history] of histories.entries()) {
          if (!seen.has(name, partition)) history.breakBeforeNext('hole');
        }
      }
      return { topic, topicId, readTo: scan?.next ?? from, histories, malformed };
    },
  });
  return reading.kind === 'read' || reading.kind === 'off' || known === null ? reading : { ...reading, known };
}

/** Name of the flow's offset-syncs topic, on the cluster that `offset-syncs.topic.location` says. */
export function syncsTopicOf(flow: Flow): string {
  return offsetSyncsTopic(flow.policy, flow.offsetSyncsLocation === 'source' ? flow.target : flow.source);
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
  value(scans: readonly LogScan[]): T;
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
  return { kind: 'read', value: reading.value(scans.flatMap((scan) => (scan.kind === 'read' ? [scan.value] : []))) };
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
