import type { FirstRecord, IsolationLevel, LogOffsets } from '../../../domain/model/cluster.ts';
import { type Outcome, unread } from '../../../domain/model/outcome.ts';
import { partitionName, type TopicPartition } from '../../../domain/model/topic-partition.ts';
import type { BrokerConnection } from '../connection/broker-connection.ts';
import { NONE, UNKNOWN_TOPIC_OR_PARTITION } from '../kafka-error-code.ts';
import {
  EARLIEST,
  EARLIEST_LOCAL,
  LATEST,
  LIST_OFFSETS,
  type ListedOffset,
  type ListOffsetsRequest,
  LOCAL_FROM,
} from '../wire/list-offsets.ts';
import { routeToLeaders } from './leader-route.ts';
import { failureOfCode, unreadOf } from './read-failure.ts';
import { type Reply, type RoutedReadContext, readRouted } from './routed-read.ts';
import { describePermission, type Topology } from './topology.ts';

/**
 * Start, high watermark and last stable offset of all partitions. Takes three requests per leader, for any number of
 * partitions. Under `read_uncommitted` it takes two: the last stable offset is then the high watermark.
 */
export function readOffsets(
  context: RoutedReadContext,
  topology: Topology,
  topics: readonly string[],
  isolation: IsolationLevel = 'read_committed',
): Promise<ReadonlyMap<string, readonly Outcome<LogOffsets>[]>> {
  return readPartitions(context, topology, topics, 'offsets', async (connection, partitions) => {
    // In this order, a last stable offset is never beyond the high watermark.
    const [starts, stables, ends] = await Promise.all([
      list(connection, partitions, 'read_uncommitted', EARLIEST),
      isolation === 'read_committed' ? list(connection, partitions, isolation, LATEST) : null,
      list(connection, partitions, 'read_uncommitted', LATEST),
    ]);
    return partitions.map((partition): Reply<LogOffsets> => {
      const start = starts(partition);
      const end = ends(partition);
      const stable = stables === null ? end : stables(partition);
      if (start === undefined || stable === undefined || end === undefined) return LEFT_OUT;
      const error = start.error || stable.error || end.error;
      if (error !== NONE) return { kind: 'refused', error };
      if (!isLog(start.offset, end.offset) || stable.offset < 0n) return NO_LOG;
      const log = { start: start.offset, highWatermark: end.offset, lastStableOffset: stable.offset };
      const value = end.leaderEpoch < 0 ? log : { ...log, leaderEpoch: end.leaderEpoch };
      return { kind: 'value', value };
    });
  });
}

/** The first record of each log, found as the first one at or after timestamp 0. */
export function readFirstRecords(
  context: RoutedReadContext,
  topology: Topology,
  topics: readonly string[],
): Promise<ReadonlyMap<string, readonly Outcome<FirstRecord | null>[]>> {
  return readPartitions(context, topology, topics, 'first record', async (connection, partitions) => {
    const first = await list(connection, partitions, 'read_uncommitted', 0n);
    return partitions.map((partition): Reply<FirstRecord | null> => {
      const found = first(partition);
      if (found === undefined) return LEFT_OUT;
      if (found.error !== NONE) return { kind: 'refused', error: found.error };
      const { offset, timestamp } = found;
      return { kind: 'value', value: offset < 0n ? null : { offset, timestamp } };
    });
  });
}

/** One partition's start and end, for a reader whose position is outside the log. */
export async function readBounds(
  connection: BrokerConnection,
  partition: TopicPartition,
): Promise<Reply<{ readonly start: bigint; readonly highWatermark: bigint }>> {
  const [starts, ends] = await Promise.all([
    list(connection, [partition], 'read_uncommitted', EARLIEST),
    list(connection, [partition], 'read_uncommitted', LATEST),
  ]);
  const start = starts(partition);
  const end = ends(partition);
  if (start === undefined || end === undefined) return LEFT_OUT;
  const error = start.error || end.error;
  if (error !== NONE) return { kind: 'refused', error };
  if (!isLog(start.offset, end.offset)) return NO_LOG;
  return { kind: 'value', value: { start: start.offset, highWatermark: end.offset } };
}

/** The start of the leader's local log, or null if the broker does not know it: then it has no tiered storage. */
export async function readLocalStart(
  connection: BrokerConnection,
  partition: TopicPartition,
): Promise<Reply<bigint | null>> {
  if ((connection.version(LIST_OFFSETS) ?? 0) < LOCAL_FROM) return { kind: 'value', value: null };
  const answers = await list(connection, [partition], 'read_uncommitted', EARLIEST_LOCAL);
  const local = answers(partition);
  if (local === undefined) return LEFT_OUT;
  if (local.error !== NONE) return { kind: 'refused', error: local.error };
  return { kind: 'value', value: local.offset };
}

async function readPartitions<T>(
  context: RoutedReadContext,
  topology: Topology,
  topics: readonly string[],
  what: string,
  ask: (connection: BrokerConnection, partitions: readonly TopicPartition[]) => Promise<readonly Reply<T>[]>,
): Promise<ReadonlyMap<string, readonly Outcome<T>[]>> {
  const metadata = await topology.require(topics);
  const names = [...new Set(topics)];
  const items = names.flatMap((topic) => {
    const leaders = metadata.topics.get(topic)?.leaders ?? [];
    return leaders.map((_leader, partition): TopicPartition => ({ topic, partition }));
  });
  const outcomes = await readRouted<TopicPartition, T>(context, {
    items,
    what: ({ topic, partition }) => `${what} of ${partitionName(topic, partition)}`,
    permission: describePermission,
    route: (partitions, attempt) => routeToLeaders(topology, partitions, attempt),
    ask,
  });
  const byTopic = new Map<string, readonly Outcome<T>[]>();
  let next = 0;
  for (const topic of names) {
    const known = metadata.topics.get(topic);
    if (known === undefined) {
      // An absent topic has no known partitions. Return one failure for it, because no result at all would look like
      // success.
      const failure = failureOfCode(UNKNOWN_TOPIC_OR_PARTITION, `cluster ${context.alias}`);
      byTopic.set(topic, [unread(unreadOf(context.alias, `${what} of ${topic}`, failure))]);
      continue;
    }
    byTopic.set(topic, outcomes.slice(next, next + known.leaders.length));
    next += known.leaders.length;
  }
  return byTopic;
}

async function list(
  connection: BrokerConnection,
  partitions: readonly TopicPartition[],
  isolation: ListOffsetsRequest['isolation'],
  timestamp: bigint,
): Promise<(partition: TopicPartition) => ListedOffset | undefined> {
  const topics = new Map<string, number[]>();
  for (const { topic, partition } of partitions) {
    const known = topics.get(topic);
    if (known === undefined) topics.set(topic, [partition]);
    else known.push(partition);
  }
  const answers = new Map<string, ListedOffset[]>();
  for (const listed of await connection.send(LIST_OFFSETS, { isolation, timestamp, topics })) {
    let byPartition = answers.get(listed.topic);
    if (byPartition === undefined) {
      byPartition = [];
      answers.set(listed.topic, byPartition);
    }
    byPartition[listed.partition] = listed;
  }
  return ({ topic, partition }) => answers.get(topic)?.[partition];
}

/** Whether these can be the start and end of a log. For what they do not know, brokers answer -1 with an error. */
function isLog(start: bigint, end: bigint): boolean {
  return start >= 0n && start <= end;
}

export const NO_LOG: Reply<never> = {
  kind: 'failed',
  failure: {
    error: 'MALFORMED_RESPONSE',
    message: 'the broker answered with impossible offsets',
    retriable: true,
    again: false,
  },
};

export const LEFT_OUT: Reply<never> = {
  kind: 'failed',
  failure: {
    error: 'MALFORMED_RESPONSE',
    message: 'the broker left it out of its answer',
    retriable: true,
    again: false,
  },
};
