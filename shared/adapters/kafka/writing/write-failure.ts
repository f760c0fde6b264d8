import type { WriteFailure } from '../../../domain/model/partition-write.ts';
import type { Permission } from '../../../domain/model/permission.ts';
import { partitionName, type TopicPartition } from '../../../domain/model/topic-partition.ts';
import { GROUP_AUTHORIZATION_FAILED, kafkaErrorCode, TOPIC_AUTHORIZATION_FAILED } from '../kafka-error-code.ts';
import type { ReadFailure } from '../reading/read-failure.ts';

/**
 * What brokers say to one who is no member while the group has members: of a classic group UNKNOWN_MEMBER_ID, or
 * REBALANCE_IN_PROGRESS; of a KIP-848 group UNKNOWN_MEMBER_ID or an epoch's error; to OffsetDelete the last two.
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

/** The two writes, with the permission on the group that each of them takes. */
export type WriteKind = 'commit' | 'delete';

/** A broker's refusal, in words. */
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
 * What Kafka's `KafkaApis` asks for: OffsetCommit wants Read on the group and Read on the topic, OffsetDelete wants Delete
 * on the group and Read on the topic. Null where the error is about something else.
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

/** A request that never left: trying again is harmless. */
export function notSent({ error, message, retriable }: ReadFailure): WriteFailure {
  return { error, message: `nothing was written: ${message}`, retriable, live: false };
}

/** A request without an answer: the broker may have taken it. */
export function unclear({ error, message }: Pick<ReadFailure, 'error' | 'message'>): WriteFailure {
  return { error, message: `it may have been written, read it back: ${message}`, retriable: true, live: false };
}
