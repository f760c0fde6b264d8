import { selectionOf } from '../domain/mirror/selection.ts';
import type { LogOffsets } from '../domain/model/cluster.ts';
import { counted } from '../domain/model/figures.ts';
import { type Flow, flowName } from '../domain/model/flow.ts';
import { greatest, least } from '../domain/model/offsets.ts';
import type { Outcome, Unread } from '../domain/model/outcome.ts';
import { partitionName } from '../domain/model/topic-partition.ts';
import type { AbsentRecord } from '../domain/reconcile/absent-records.ts';
import { lostRecords, type UnknownRange, type UnmirroredPartition } from '../domain/reconcile/unmirrored.ts';
import type { ClusterReader } from '../ports.ts';
import type { LiveSide } from '../survey/connect-side.ts';
import { mirroredTopics, type NamedTopic } from '../survey/mirrored-topics.ts';
import { internalTopicsOf, permissionsOf } from '../survey/required-permissions.ts';
import {
  type ComparedLogs,
  compareLogs,
  lastOfKeys,
  readWrittenSince,
  WINDOW,
  type WindowSize,
} from './compare-logs.ts';
import { UnreadLogError } from './reconcile-errors.ts';
import { compactsOf, type TopicSettings, topicSettings } from './topic-settings.ts';

/** Where the target's logs ended before applications wrote there, as a failover recorded it. */
export interface FailoverPoint {
  readonly run: string;
  /** Id of the cluster that the logs are of; null if it was not known. */
  readonly target: string | null;
  /** By the topic's name on the target, in the order of partitions. */
  readonly ends: ReadonlyMap<string, readonly bigint[]>;
}

export interface ListRequest {
  readonly flow: Flow;
  /** The caller closes them. */
  readonly source: ClusterReader;
  readonly target: ClusterReader;
  /** Of the newest failover of the flow; null if none was recorded. */
  readonly point: FailoverPoint | null;
  readonly topic?: (name: string) => boolean;
  readonly partition?: (number: number) => boolean;
  readonly window?: WindowSize;
  readonly progress?: (step: string) => void;
}

/** One partition, and its lost records that have newer ones of their key on the target; null if they are too many. */
export interface ListedPartition {
  readonly found: UnmirroredPartition;
  readonly superseded: readonly AbsentRecord[] | null;
}

export interface UnmirroredList {
  /** `A->B` */
  readonly flow: string;
  readonly clusters: { readonly source: string | null; readonly target: string | null };
  /** Ids of the topics by their names on either side; null if the brokers are too old to have them. */
  readonly topics: readonly {
    readonly topic: string;
    readonly targetTopic: string;
    readonly sourceId: string | null;
    readonly targetId: string | null;
  }[];
  readonly failover: string | null;
  readonly partitions: readonly ListedPartition[];
}

/**
 * Finds every source record that the target lacks, partition by partition, by comparing both logs as they are now. Only
 * reads; needs Describe and Read on the topics. What cannot be read is unknown, with its reason.
 *
 * @throws ClusterUnreachableError, AuthenticationError, AuthorizationError
 */
export async function listUnmirrored(request: ListRequest): Promise<UnmirroredList> {
  const { flow, source, target, topic, progress = () => {} } = request;
  const filter = topic === undefined ? {} : { topic };
  progress(`reading the topics of ${flowName(flow)}`);
  const [onSource, onTarget] = await Promise.all([sideOf(flow, source, filter), sideOf(flow, target, filter)]);
  const targetId = onTarget.metadata.clusterId;
  // Offsets of another cluster would cut the logs anywhere.
  const isOther = request.point !== null && request.point.target !== null && request.point.target !== targetId;
  const point = isOther ? null : request.point;
  const topics = mirroredTopics(flow, selectionOf(flow), filter, onSource, onTarget, null);
  // Kafka leaves out topics that we may not see: one that is kept from us must not pass for one that is not there.
  const unseen = topics.filter((one) => one.targetId === null).map(({ targetTopic }) => targetTopic);
  await target.requirePermissions(
    unseen.map((resourceName) => ({ operation: 'Describe', resourceType: 'Topic', resourceName })),
  );
  const sourceLogs = await source.offsets(
    topics.map((one) => one.topic),
    flow.isolationLevel,
  );
  // Read after the source: what is mirrored in between is not missed.
  const present = topics.filter(({ targetTopic }) => onTarget.metadata.topics.has(targetTopic));
  const names = present.map(({ targetTopic }) => targetTopic);
  const targetLogs = await target.offsets(names, 'read_uncommitted');
  const settingsOf = await topicSettings(target, names);
  const partitions: ListedPartition[] = [];
  for (const named of topics) {
    const settings = settingsOf(named.targetTopic);
    for (let partition = 0; partition < named.partitions; partition++) {
      if (request.partition?.(partition) === false) continue;
      const logs = {
        source: sourceLogs.get(named.topic)?.[partition],
        target: targetLogs.get(named.targetTopic)?.[partition],
      };
      const clusterId = onSource.metadata.clusterId;
      const origin = clusterId === null ? null : { clusterId, topic: named.topic, partition };
      partitions.push(await listPartition(request, { named, partition, origin, ...logs, settings, point }));
    }
  }
  return {
    flow: flowName(flow),
    clusters: { source: onSource.metadata.clusterId, target: targetId },
    topics: topics.map(({ partitions: _, ...one }) => one),
    failover: point?.run ?? null,
    partitions,
  };
}

async function sideOf(
  flow: Flow,
  reader: ClusterReader,
  filter: { readonly topic?: (name: string) => boolean },
): Promise<LiveSide> {
  const internal = new Set(internalTopicsOf(flow).map(({ topic }) => topic));
  const needed = permissionsOf(flow, reader.alias, filter).filter(
    ({ resourceType, resourceName }) => resourceType === 'Topic' && !internal.has(resourceName),
  );
  const [metadata] = await Promise.all([reader.metadata(), reader.requirePermissions(needed)]);
  return { kind: 'up', reader, metadata };
}

interface PartitionToList {
  readonly named: NamedTopic;
  readonly partition: number;
  readonly origin: ComparedLogs['origin'];
  readonly source: Outcome<LogOffsets> | undefined;
  readonly target: Outcome<LogOffsets> | undefined;
  /** Settings of the target's topic; null if they could not be read. */
  readonly settings: TopicSettings;
  readonly point: FailoverPoint | null;
}

async function listPartition(request: ListRequest, one: PartitionToList): Promise<ListedPartition> {
  const { flow, source, target, progress = () => {} } = request;
  const { named, partition, settings } = one;
  const { topic, targetTopic } = named;
  const name = partitionName(topic, partition);
  if (one.source === undefined) throw new Error(`a read of offsets must answer for ${name}`);
  if (one.source.kind === 'unread') return unreadPartition(one, one.source.unread);
  if (one.target?.kind === 'unread') return unreadPartition(one, one.target.unread);
  const log = one.source.value;
  const onTarget = one.target?.value ?? null;
  const { until, boundary } = boundaryOf(one, onTarget);
  const logs: ComparedLogs = {
    topic,
    targetTopic,
    partition,
    source: { start: log.start, end: log.lastStableOffset },
    target: { start: onTarget?.start ?? 0n, until, end: onTarget?.highWatermark ?? 0n },
    isolation: flow.isolationLevel,
    origin: one.origin,
  };
  try {
    const compared = await compareLogs(
      logs,
      source,
      target,
      (done, of) => progress(`comparing ${name}: ${done} of ${counted(of, 'offset')}`),
      request.window ?? WINDOW,
    );
    const { absent } = compared;
    const compacts = compactsOf(settings);
    const lastOfKey = await lastOfKeys(logs, target, absent.keysToLookUp(compacts));
    const classified = absent.classified({
      start: logs.target.start,
      compacts,
      firstCopied: compared.firstCopied,
      lastOfKey,
    });
    const doubt = doubtOf(compared, settings);
    const lost = doubt === null ? classified.lost : [];
    const unknown: UnknownRange[] = [
      ...classified.unknown,
      ...(doubt === null
        ? []
        : classified.lost.map(({ from, until: to, records }) => ({ from, until: to, records, reason: doubt }))),
      ...(log.lastStableOffset < log.highWatermark ? [openTransaction(log)] : []),
    ];
    const held = lost.flatMap((range) => absent.heldIn(range));
    const since = await readWrittenSince(logs, target, {
      keys: new Set(held.flatMap(({ key }) => (key === null ? [] : [key]))),
      identities: new Set(held.map(identityOfHeld)),
    });
    const superseded = absent.superseded(lost, since.keys);
    const all = absent.held === null ? null : held;
    const found: UnmirroredPartition = {
      topic,
      targetTopic,
      partition,
      source: { ...logs.source, records: absent.records },
      target: onTarget === null ? null : logs.target,
      boundary,
      copied: absent.copied,
      withoutRecord: logs.source.end - logs.source.start - absent.records,
      lost,
      unknown: unknown.toSorted((a, b) => (a.from < b.from ? -1 : 1)),
      compacted: classified.compacted,
      replayed: absent.replayed,
      equalAfterPoint: BigInt(held.filter((record) => since.identities.has(identityOfHeld(record))).length),
      keys: {
        distinct: all === null ? null : BigInt(new Set(all.flatMap(({ key }) => (key === null ? [] : [key]))).size),
        without: all === null ? null : BigInt(all.filter(({ key }) => key === null).length),
        superseded: superseded === null ? null : BigInt(superseded.length),
      },
      notes: notesOf(one, logs, compared, boundary),
    };
    if (lostRecords(found) > 0n && all === null) {
      return { found: { ...found, notes: [...found.notes, TOO_MANY] }, superseded };
    }
    return { found, superseded };
  } catch (error) {
    if (!(error instanceof UnreadLogError)) throw error;
    return unreadPartition(one, error.unread);
  }
}

const TOO_MANY = 'there are too many absent records to look up their keys on the target';

function identityOfHeld({ content, timestamp }: AbsentRecord): string {
  return `${content}${timestamp}`;
}

/**
 * Applications write to topics of their own name after a failover. So what lies behind the failover point is no copy
 * there; in a topic that only MM2 writes to, it is.
 */
function boundaryOf(
  { named, partition, point }: PartitionToList,
  onTarget: LogOffsets | null,
): { readonly until: bigint; readonly boundary: UnmirroredPartition['boundary'] } {
  const end = onTarget?.highWatermark ?? 0n;
  const recorded = named.topic === named.targetTopic ? point?.ends.get(named.targetTopic)?.[partition] : undefined;
  if (recorded === undefined || onTarget === null) return { until: end, boundary: 'log-end' };
  return { until: greatest(onTarget.start, least(end, recorded)), boundary: 'failover-point' };
}

/** Why records without a copy may have one after all, all of them; null if nothing speaks for that. */
function doubtOf(
  {
    recognised,
    timeDiffers,
    openFrom,
  }: { readonly recognised: number; readonly timeDiffers: number; readonly openFrom: bigint | null },
  settings: ReadonlyMap<string, string> | null,
): string | null {
  const stamps = settings?.get('message.timestamp.type') === 'LogAppendTime';
  if (timeDiffers > 0 && (stamps || recognised === 0)) {
    return 'the target stamps records with its own time, so that equal records cannot be distinguished';
  }
  return openFrom === null ? null : `a transaction on the target is open from offset ${openFrom} on`;
}

function openTransaction({ lastStableOffset, highWatermark }: LogOffsets): UnknownRange {
  const reason = 'a transaction on the source is open: MirrorMaker cannot read these before it ends';
  return { from: lastStableOffset, until: highWatermark, records: null, reason };
}

function notesOf(
  { named, point, settings, target }: PartitionToList,
  logs: ComparedLogs,
  compared: { readonly headersDiffer: number },
  boundary: UnmirroredPartition['boundary'],
): string[] {
  const notes: string[] = [];
  if (target === undefined) notes.push(`the target has no such partition of ${logs.targetTopic}`);
  if (logs.source.start > 0n)
    notes.push(`the source has deleted its records before offset ${logs.source.start}: the list does not have them`);
  if (compared.headersDiffer > 0) {
    notes.push(
      `${compared.headersDiffer} copies have other headers than their originals: they were recognised by key, value and time`,
    );
  }
  if (boundary === 'log-end' && named.topic === named.targetTopic) {
    const why = point === null ? 'no failover point is recorded' : 'the failover point does not have this partition';
    notes.push(
      `${why}: a record that an application wrote to the target counts as a copy if it equals one of the source`,
    );
  }
  if (settings === null && named.targetId !== null)
    notes.push('the settings of the topic on the target could not be read');
  return notes;
}

function unreadPartition({ named, partition, source, target }: PartitionToList, reason: Unread): ListedPartition {
  const { topic, targetTopic } = named;
  const log = source?.kind === 'read' ? source.value : null;
  const from = log?.start ?? 0n;
  const until = log?.highWatermark ?? 0n;
  const there = target?.kind === 'read' ? target.value : null;
  const found: UnmirroredPartition = {
    topic,
    targetTopic,
    partition,
    source: null,
    target: there === null ? null : { start: there.start, until: there.highWatermark, end: there.highWatermark },
    boundary: 'log-end',
    copied: 0n,
    withoutRecord: 0n,
    lost: [],
    unknown: [{ from, until, records: null, reason: `${reason.cluster}: ${reason.message}` }],
    compacted: 0n,
    replayed: 0n,
    equalAfterPoint: 0n,
    keys: { distinct: null, without: null, superseded: null },
    notes: [],
  };
  return { found, superseded: null };
}
