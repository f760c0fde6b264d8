import type { WriteFailure } from '../../../domain/model/partition-write.ts';
import type { Permission } from '../../../domain/model/permission.ts';
import { partitionName, type TopicPartition } from '../../../domain/model/topic-partition.ts';
import { GROUP_AUTHORIZATION_FAILED, kafkaErrorCode, TOPIC_AUTHORIZATION_FAILED } from '../kafka-error-code.ts';
import type { ReadFailure } from '../reading/read-failure.ts';

/**
 * Errors that brokers return to a non-member while the group has members. A classic group returns UNKNOWN_MEMBER_ID or
 * REBALANCE_IN_PROGRESS, a KIP-848 group UNKNOWN_MEMBER_ID or an epoch's error. OffsetDelete returns the last two of
 * this list.
 */
const HAS_MEMBERS: ReadonlySet<string> = new Set([
  'UNKNOWN_MEMBER_ID',
  'ILLEGAL_GENERATION',
  'REBALANCE_IN_PROGRESS',
  'FENCED_INSTANCE_ID',
  'FENCED_MEMBER_EPOCH',
  'STALE_MEMBER_EPOCH',
  'NON_EMPTY_GROUP',
  'GROUP_SUBSCRIBED_TO_TOPIC',
]);

/** The two kinds of write. Each needs its own permission on the group. */
export type WriteKind = 'commit' | 'delete';

/** Describes a broker's refusal. */
export function failureOfRefusal(
  error: number,
  kind: WriteKind,
  group: string,
  at: TopicPartition,
  broker: string,
): WriteFailure {
  const { name, retriable } = kafkaErrorCode(error);
  const live = HAS_MEMBERS.has(name);
  const denied = missingPermission(error, kind, group, at);
  const answered = `${broker} answered ${name} for group ${group}, ${partitionName(at.topic, at.partition)}`;
  const why = live
    ? ': the group has members, and only they may write; stop its consumers first'
    : denied !== null
      ? `: ${denied.operation} on ${denied.resourceType} "${denied.resourceName}" is missing`
      : '';
  return { error: name, message: `${answered}${why}`, retriable, live };
}

/**
 * What Kafka's `KafkaApis` requires: OffsetCommit needs Read on the group and Read on the topic. OffsetDelete needs
 * Delete on the group and Read on the topic. Null if the error is about something else.
 */
export function missingPermission(
  error: number,
  kind: WriteKind,
  group: string,
  at: TopicPartition,
): Permission | null {
  if (error === TOPIC_AUTHORIZATION_FAILED) {
    return { operation: 'Read', resourceType: 'Topic', resourceName: at.topic };
  }
  if (error !== GROUP_AUTHORIZATION_FAILED) return null;
  return { operation: kind === 'commit' ? 'Read' : 'Delete', resourceType: 'Group', resourceName: group };
}

/** A request that was never sent: a retry is harmless. */
export function notSent({ error, message, retriable }: ReadFailure): WriteFailure {
  return { error, message: `nothing was written: ${message}`, retriable, live: false };
}

/** A request without an answer: the broker may have taken it. */
export function unclear({ error, message }: Pick<ReadFailure, 'error' | 'message'>): WriteFailure {
  return { error, message: `it may have been written; read it back: ${message}`, retriable: true, live: false };
}
