import type { GroupListing } from '../model/cluster.ts';
import type { Outcome } from '../model/outcome.ts';
import type { PartitionMap } from '../model/partition-map.ts';
import type { Refusal } from './refusal.ts';

/** The current state of a group on the cluster that the restore writes to. */
export interface PresentGroup {
  /** Null if no broker lists it. An outcome, because a broker that did not answer may have the group. */
  readonly listing: Outcome<GroupListing | null>;
  readonly committed: Outcome<PartitionMap<bigint>>;
}

/**
 * Why the group's offsets cannot be changed, or null. Kafka accepts such commits only while the group has no members.
 * Consumers that use `assign()` are not members, so this check cannot see them.
 */
export function refusalOfGroup(group: string, cluster: string, present: PresentGroup | undefined): Refusal | null {
  const subject = { group, cluster };
  const remedy = 'Try again when all brokers answer.';
  if (present === undefined) {
    return { code: 'GROUP_UNREAD', subject, reason: 'the cluster did not return the state of this group', remedy };
  }
  const { listing, committed } = present;
  if (listing.kind === 'unread') return { code: 'GROUP_UNREAD', subject, reason: listing.unread.message, remedy };
  if (committed.kind === 'unread') return { code: 'GROUP_UNREAD', subject, reason: committed.unread.message, remedy };
  const listed = listing.value;
  if (listed === null) return null;
  if (listed.type === 'share' || listed.protocolType === 'connect') {
    const kind = listed.type === 'share' ? 'a share group' : "Kafka Connect's own group";
    return {
      code: 'GROUP_NOT_A_CONSUMER',
      subject,
      reason: `it is ${kind} and has no committed positions`,
      remedy: 'Leave it out with --exclude.',
    };
  }
  if (listed.state === 'Empty' || listed.state === 'Dead') return null;
  if (listed.state === 'Unknown' || listed.state === '') {
    return {
      code: 'GROUP_UNREAD',
      subject,
      reason: 'the cluster does not report whether the group has members',
      remedy,
    };
  }
  const protocol = listed.type === 'unknown' ? '' : ` (${listed.type} protocol)`;
  return {
    code: 'GROUP_LIVE',
    subject,
    reason: `the group has members${protocol}: its state is ${listed.state}`,
    remedy: 'Stop its consumers, and wait until the group is Empty.',
  };
}
