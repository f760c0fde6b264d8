import { isNewLog, translate } from '../../mirror/translation.ts';
import { counted } from '../../model/figures.ts';
import type { Finding } from '../../model/finding.ts';
import { flowName } from '../../model/flow.ts';
import { greatest } from '../../model/offsets.ts';
import { costOf, offsetOf, proofOf } from '../../model/report.ts';
import type { AuditPolicy } from '../audit-policy.ts';
import { thresholdsFor } from '../audit-rules.ts';
import type { GroupState, JudgedGroup } from '../group-state.ts';
import { type Liveness, mirrorTime, workedUntil } from '../liveness.ts';
import { type FlowObservation, knownOf, type ObservedTargetGroup } from '../observation.ts';
import { skipsForCertain } from '../skipped-records.ts';
import { makeFinding } from './make-finding.ts';
import { sumOf, worstOf } from './worst-of.ts';

/** What is wrong with one group: each finding once per group, with the worst partition and the number of partitions. */
export function groupFindings(
  observation: FlowObservation,
  judged: JudgedGroup,
  liveness: Liveness,
  policy: AuditPolicy,
): Finding[] {
  const { pairs: states } = judged;
  const group = states[0]?.report.group ?? '';
  const context = { observation, group, judged, states, liveness, policy };
  const ofMm2 = [
    ...positionSkips(context),
    ...neverEmitted(context),
    ...checkpointBehind(context),
    ...syncRefused(context),
  ];
  return [
    ...targetGroupActive(context),
    ...recordsExpired(context),
    ...untranslatable(context),
    ...aheadOfReplication(context),
    ...rereadsMuch(context),
    // A restore replaces what MM2 left: then this is only worth knowing.
    ...(policy.positions === 'mm2' ? ofMm2 : ofMm2.map((one) => ({ ...one, severity: 'info' as const }))),
  ];
}

interface Context {
  readonly observation: FlowObservation;
  readonly group: string;
  readonly judged: JudgedGroup;
  /** All pairs of the group. */
  readonly states: readonly GroupState[];
  readonly liveness: Liveness;
  readonly policy: AuditPolicy;
}

/** States in which a group has no members, so that MM2 and a restore may write its offsets. */
const WITHOUT_MEMBERS = new Set(['Empty', 'Dead']);

function isActive(target: ObservedTargetGroup | undefined): boolean {
  if (target === undefined) return false;
  // Its coordinator is dead: AUDIT_INCOMPLETE reports that, and nobody can be a member.
  if (target.listing.state === 'Unknown' && target.committed.kind === 'unread') return false;
  // A KIP-848 group looks Dead to old requests: the reader gives its true state, or Unknown.
  return !WITHOUT_MEMBERS.has(target.listing.state);
}

function targetGroupActive({ observation, group }: Context): Finding[] {
  const target = observation.targetGroups.get(group);
  if (target === undefined || !isActive(target)) return [];
  return [
    makeFinding(
      'TARGET_GROUP_ACTIVE',
      { group, cluster: observation.flow.target },
      `${group} has live members on the target (${target.listing.state}): MM2 cannot write its offsets there`,
      { state: target.listing.state, type: target.listing.type },
    ),
  ];
}

function positionSkips({ observation, group, judged }: Context): Finding[] {
  // Records that expired on the target are lost at any position: they have a finding of their own.
  const skips = (s: GroupState) => (costOf(s.report.mm2)?.skipAtMost ?? 0n) - expiredOf(s);
  const possible = judged.skipping.filter((s) => skips(s) > 0n);
  const certain = possible.filter(skipsForCertain);
  const skipping = certain.length > 0 ? certain : possible;
  const worst = worstOf(skipping, skips);
  if (worst === null) return [];
  const { topic, partition } = worst.report;
  const [targetPosition, shouldBe] = [offsetOf(worst.report.mm2), offsetOf(worst.report.tidemark)];
  const records = skipping.reduce((sum, s) => sum + skips(s), 0n);
  return [
    makeFinding(
      'TARGET_POSITION_SKIPS',
      { group, topic, partition, cluster: observation.flow.target },
      `${group} ${certain.length > 0 ? 'would' : 'may'} skip up to ${counted(records, 'record')} after a failover: its position on the target is ${targetPosition}, but it has read only up to ${shouldBe}${certain.length > 0 ? '' : ', as far as is certain'}`,
      {
        records,
        partitions: skipping.length,
        targetPosition,
        shouldBe,
        source: worst.committed,
      },
      certain.length > 0 ? 'critical' : 'warning',
    ),
  ];
}

function expiredOf({ report: { tidemark } }: GroupState): bigint {
  return tidemark.kind === 'known' ? tidemark.skipAtMost : 0n;
}

/**
 * Whether the syncs show exactly where the group would be if the target had deleted nothing, and that MM2 wrote a record
 * there or behind it.
 */
function expiresForCertain({ state, committed, report }: GroupState): boolean {
  const { mapping, source } = state;
  // The source may have deleted them as well: nobody can look.
  if (mapping === null || source === null) return false;
  if (!mapping.oneCopyEach || !['exact', 'verified'].includes(proofOf(report.tidemark))) return false;
  const whole = translate(mapping.whole, greatest(committed, source.start));
  if (whole.kind !== 'interval' || whole.low !== whole.high || whole.low >= mapping.target.start) return false;
  return mapping.newest().downstream >= whole.low;
}

/** Records that the group has not read and that the source may still hold, but that the target no longer has. */
function recordsExpired({ observation, group, judged }: Context): Finding[] {
  const perhaps = judged.expired;
  const certain = perhaps.filter(expiresForCertain);
  const found = certain.length > 0 ? certain : perhaps;
  const expired = sumOf(found, expiredOf);
  if (expired === null) return [];
  const { records, partitions, worst } = expired;
  const { topic, partition } = worst.report;
  const start = worst.state.target?.start ?? null;
  return [
    makeFinding(
      'GROUP_RECORDS_EXPIRED',
      { group, topic, partition, cluster: observation.flow.target },
      `${group} has not read up to ${counted(records, 'record')} that the target no longer holds: its log of ${worst.state.topic.targetTopic}-${partition} starts at ${start}`,
      { records, partitions, targetStart: start, committed: worst.committed },
      found === certain ? 'critical' : 'warning',
    ),
  ];
}

function untranslatable({ observation, group, judged, liveness }: Context): Finding[] {
  if (liveness.state === 'never-started' || observation.targetDown !== null || knownOf(observation.syncs) === null)
    return [];
  const found = judged.untranslated.filter(({ state }) => !state.targetMissing && state.unread === null);
  const first = found[0]?.report;
  if (first?.tidemark.kind !== 'unknown') return [];
  const { topic, partition } = first;
  const { reason } = first.tidemark;
  return [
    makeFinding(
      'GROUP_UNTRANSLATABLE',
      { group, topic, partition },
      `${group} cannot be translated on ${counted(found.length, 'partition')}: ${reason}`,
      { partitions: found.length, committed: first.committed },
    ),
  ];
}

function aheadOfReplication({ group, states }: Context): Finding[] {
  const ahead = (s: GroupState) => {
    const to = s.state.replication?.replicatedTo ?? null;
    // If nothing waits, only markers lie in between: the group is not ahead of any record.
    const lag = s.state.replication?.lag;
    if (to === null || lag?.kind !== 'known' || lag.records === 0n) return 0n;
    return s.committed > to ? s.committed - to : 0n;
  };
  const found = states.filter((s) => ahead(s) > 0n);
  const worst = worstOf(found, ahead);
  if (worst === null) return [];
  const { topic, partition } = worst.report;
  return [
    makeFinding(
      'GROUP_AHEAD_OF_REPLICATION',
      { group, topic, partition },
      `${group} has read ${counted(ahead(worst), 'record that is', 'records that are')} not on the target yet`,
      {
        partitions: found.length,
        committed: worst.committed,
        replicatedTo: worst.state.replication?.replicatedTo ?? null,
      },
    ),
  ];
}

function rereadsMuch({ observation, group, states, policy }: Context): Finding[] {
  const rereads = (s: GroupState) => costOf(s.report[policy.positions])?.rereadAtMost ?? 0n;
  const of = { flow: flowName(observation.flow), finding: 'GROUP_REREADS_MUCH', group } as const;
  // Once for each topic: rules are matched by globs.
  const limits = new Map<string, bigint>();
  const most = ({ report: { topic } }: GroupState): bigint => {
    const limit = limits.get(topic) ?? thresholdsFor(policy, { ...of, topic }).maxGroupReread;
    limits.set(topic, limit);
    return limit;
  };
  const found = states.filter((s) => rereads(s) > most(s));
  const worst = worstOf(found, rereads);
  if (worst === null) return [];
  const { topic, partition } = worst.report;
  const [mm2, tidemark] = [offsetOf(worst.report.mm2), offsetOf(worst.report.tidemark)];
  const reread = costOf(worst.report.tidemark)?.rereadAtMost ?? 'an unknown number';
  return [
    makeFinding(
      'GROUP_REREADS_MUCH',
      { group, topic, partition },
      policy.positions === 'mm2'
        ? `${group} would read up to ${counted(rereads(worst), 'record')} of ${topic}-${partition} twice where MM2 put it; ${reread} at ${tidemark ?? 'no position'}`
        : `${group} would read up to ${counted(reread, 'record')} of ${topic}-${partition} twice at ${tidemark ?? 'no position'}, where a restore puts it`,
      { partitions: found.length, mm2, tidemark },
    ),
  ];
}

function neverEmitted({ observation, group, states, liveness }: Context): Finding[] {
  if (observation.checkpoints.kind !== 'read' || !translates(liveness)) return [];
  const found = states.filter(
    (s) =>
      s.report.mm2.kind === 'none' &&
      s.report.tidemark.kind === 'known' &&
      // On a log without records every auto.offset.reset puts it at the start.
      !isNewLog(s.state.target),
  );
  const first = found[0];
  if (first === undefined) return [];
  const { topic, partition } = first.report;
  return [
    makeFinding(
      'CHECKPOINT_NEVER_EMITTED',
      { group, topic, partition },
      `MM2 has never translated ${group} on ${counted(found.length, 'partition')}: after a failover it starts where auto.offset.reset puts it`,
      { partitions: found.length, committed: first.committed },
    ),
  ];
}

/** A checkpoint that MM2 has owed for longer than it needs is one that it no longer writes. */
function checkpointBehind({ observation, group, states, liveness }: Context): Finding[] {
  const patience = 2 * observation.flow.emitCheckpoints.intervalMs + 10_000;
  if (!translates(liveness) || !steadyFor(liveness, mirrorTime(observation), patience)) return [];
  const until = workedUntil(liveness, mirrorTime(observation));
  const old = (timestamp: bigint) => until - Number(timestamp) > patience;
  const behind = (s: GroupState) => {
    if (s.checkpointOwed === 0n || s.checkpoint === null || !old(s.checkpoint.timestamp)) return 0n;
    const newest = s.state.mapping?.newestSync() ?? null;
    return newest === null || !old(newest.timestamp) ? 0n : s.checkpointOwed;
  };
  const found = states.filter((s) => behind(s) > 0n);
  const worst = worstOf(found, behind);
  if (worst === null) return [];
  const { topic, partition } = worst.report;
  return [
    makeFinding(
      'CHECKPOINT_BEHIND',
      { group, topic, partition },
      `MM2's checkpoint of ${group} is ${counted(behind(worst), 'record')} behind what its own syncs allow`,
      {
        partitions: found.length,
        checkpoint: worst.checkpointPosition,
        writtenMs: worst.checkpoint?.timestamp ?? null,
      },
    ),
  ];
}

function syncRefused({ observation, group, states, liveness }: Context): Finding[] {
  const { syncGroupOffsets } = observation.flow;
  const patience = 2 * syncGroupOffsets.intervalMs + 10_000;
  if (!syncGroupOffsets.enabled || !translates(liveness) || !steadyFor(liveness, mirrorTime(observation), patience))
    return [];
  // AUDIT_INCOMPLETE names commits that could not be read: it is not known whether they exist.
  if (observation.targetGroups.get(group)?.committed.kind === 'unread') return [];
  const until = workedUntil(liveness, mirrorTime(observation));
  const found = states.filter((s) => {
    const { checkpointPosition, targetCommit } = s;
    const isRefused = checkpointPosition !== null && (targetCommit === null || targetCommit < checkpointPosition);
    // Deleting a topic deletes its commits, and a missing topic has a finding of its own.
    return isRefused && !s.state.targetMissing && until - Number(s.checkpoint?.timestamp) > patience;
  });
  const first = found[0];
  if (first === undefined) return [];
  const { topic, partition } = first.report;
  const active = isActive(observation.targetGroups.get(group));
  return [
    makeFinding(
      'GROUP_SYNC_REFUSED',
      { group, topic, partition, cluster: observation.flow.target },
      active
        ? `MM2 translated ${group} but the target refuses its commits while the group is live there`
        : `MM2 translated ${group} but its commit did not reach the target`,
      { partitions: found.length, checkpoint: first.checkpointPosition, targetCommit: first.targetCommit },
    ),
  ];
}

/** Whether MM2 has had time for its periodic work since it last paused. */
function steadyFor(liveness: Liveness, at: number, patience: number): boolean {
  return liveness.steadySince === null || at - liveness.steadySince > patience;
}

function translates(liveness: Liveness): boolean {
  return liveness.state !== 'stopped' && liveness.state !== 'never-started';
}
