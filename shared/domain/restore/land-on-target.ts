import { type GroupState, judgeGroups } from '../judge/group-state.ts';
import type { FlowObservation, ObservedGroup } from '../judge/observation.ts';
import type { PartitionState } from '../judge/partition-state.ts';
import { expiredUnread } from '../mirror/translation.ts';
import type { Commit } from '../model/cluster.ts';
import { read } from '../model/outcome.ts';
import type { PartitionMap } from '../model/partition-map.ts';
import type { Landing } from './landing.ts';

/**
 * The positions on the target that correspond to earlier source commits. It uses the code that judges an audit, so a
 * restore and an audit of the same commits cannot disagree.
 * @param commits of source topics by group
 * @param states by source topic and partition
 */
export function landOnTarget(
  observation: FlowObservation,
  states: PartitionMap<PartitionState>,
  commits: ReadonlyMap<string, PartitionMap<Commit>>,
): ReadonlyMap<string, readonly Landing[]> {
  const groups = [...commits].map(([group, committed]) => asObserved(group, committed));
  const landings = new Map<string, readonly Landing[]>();
  for (const { pairs } of judgeGroups({ ...observation, groups }, states)) {
    const [first] = pairs;
    if (first !== undefined) landings.set(first.report.group, pairs.map(landingOf));
  }
  return landings;
}

/** The group as an audit would have observed it at that time. */
export function asObserved(group: string, committed: PartitionMap<Commit>): ObservedGroup {
  const offsets = [...committed.entries()].map(([topic, partition, commit]) => ({ topic, partition, ...commit }));
  const listing = { group, state: 'Unknown', type: 'unknown', protocolType: '' } as const;
  return { listing, committed: read(offsets), checkedAt: null };
}

function landingOf({ state, report, committed }: GroupState): Landing {
  const { topic, partition, target } = state;
  const { tidemark } = report;
  if (tidemark.kind === 'unknown' || target === null) {
    const why = state.targetMissing ? 'missing' : target === null ? 'log-unread' : 'unknown';
    return {
      kind: 'nowhere',
      topic,
      partition,
      why,
      reason: tidemark.reason ?? 'the corresponding position is not known',
    };
  }
  const { position, proof, rereadAtMost, skipAtMost, reason } = tidemark;
  const place = { kind: 'at', topic, partition, log: target, position, rereadAtMost, skipAtMost, proof } as const;
  // Also what the source has deleted since: a restore promises the position that the group had.
  const unreadLoss = state.mapping === null || position > target.start ? 0n : expiredUnread(state.mapping, committed);
  if (unreadLoss === 0n) return { ...place, reason, clamped: null, unreadLoss };
  const gone = `the log now starts at ${target.start}: earlier records were deleted`;
  return {
    ...place,
    clamped: 'start',
    unreadLoss,
    reason: reason === null ? gone : `${gone}; ${reason}`,
  };
}
