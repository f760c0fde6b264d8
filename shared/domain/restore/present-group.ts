import type { GroupListing } from '../model/cluster.ts';
import type { Outcome } from '../model/outcome.ts';
import type { PartitionMap } from '../model/partition-map.ts';
import type { Refusal } from './refusal.ts';

/** A group on the cluster that is written to, as it is now. */
export interface PresentGroup {
  /** Null where the cluster does not list it; an outcome, for a broker that did not answer may have it. */
  readonly listing: Outcome<GroupListing | null>;
  readonly committed: Outcome<PartitionMap<bigint>>;
}

/**
 * Why a group cannot be written to, or null. Kafka takes commits from outside only while a group has no members; one
 * whose consumers assign partitions to themselves has none, so that nobody can see them.
 */
export function refusalOfGroup(group: string, cluster: string, present: PresentGroup | undefined): Refusal | null {
  const subject = { group, cluster };
  const { listing, committed } = present ?? { listing: null, committed: null };
  const failed = listing?.kind === 'unread' ? listing.unread : committed?.kind === 'unread' ? committed.unread : null;
  if (listing === null || committed === null || failed !== null) {
    const reason = failed?.message ?? 'the cluster did not answer for it';
    return { code: 'GROUP_UNREAD', subject, reason, remedy: 'Try again when all brokers answer.' };
  }
  const listed = listing.kind === 'read' ? listing.value : null;
  if (listed === null) return null;
  if (listed.type === 'share' || listed.protocolType === 'connect') {
    const kind = listed.type === 'share' ? 'a share group' : "Kafka Connect's own group";
    return {
      code: 'GROUP_NOT_A_CONSUMER',
      subject,
      reason: `it is ${kind}: it has no committed positions`,
      remedy: 'Leave it out.',
    };
  }
  if (listed.state === 'Empty' || listed.state === 'Dead') return null;
  if (listed.state === 'Unknown' || listed.state === '') {
    return {
      code: 'GROUP_UNREAD',
      subject,
      reason: 'the cluster does not tell whether it has members',
      remedy: 'Try again when all brokers answer.',
    };
  }
  const protocol = listed.type === 'unknown' ? '' : ` (${listed.type} protocol)`;
  return {
    code: 'GROUP_LIVE',
    subject,
    reason: `it has members${protocol}: its state is ${listed.state}`,
    remedy: 'Stop its consumers, and wait until the group is Empty.',
  };
}
