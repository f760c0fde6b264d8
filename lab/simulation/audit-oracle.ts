import type { Finding } from '../../shared/domain/model/finding.ts';
import { costOf, type FlowReport, type GroupReport, offsetOf } from '../../shared/domain/model/report.ts';
import { type AuditedMoment, MAX_LOSS } from './audited-world.ts';
import type { SimulatedWorld } from './simulated-world.ts';
import { costOfPosition, type TrueCost, truthOf, type WorldTruth } from './world-truth.ts';

/** How an audit's report differs from what is true; empty if it does not. */
export function judgeAudit(moment: AuditedMoment): string[] {
  const { world, report, asOf, faults } = moment;
  const truth = truthOf(world, !faults.has('connect-offsets'));
  // Commits that the audit did not read are older than those that the truth is about.
  const isThen = !faults.has('source-commits') && !faults.has('source-listing');
  return [
    ...(world.mm2.hidesLoss || isUnconfirmed(moment) ? [] : wrongLoss(report, truth)),
    ...report.groups.flatMap((group) => wrongCosts(world, group)),
    ...(isThen ? asOf.flatMap((group) => wrongCosts(world, group).map((wrong) => `from the history: ${wrong}`)) : []),
    ...report.findings.flatMap((finding) => falseFinding(moment, finding, truth)),
    ...wronglyReady(moment, truth),
    ...silent(moment, truth),
  ];
}

/** Without a look at any record, or without the syncs, nothing tells a topic that no audit has seen from another. */
function isUnconfirmed({ sourceIsUnseen, faults }: AuditedMoment): boolean {
  return sourceIsUnseen && (faults.has('records') || faults.has('syncs'));
}

function wrongLoss({ loss, partitions }: FlowReport, { waiting, never, unacknowledged }: WorldTruth): string[] {
  const wrong: string[] = [];
  const lost = BigInt(waiting + never);
  if (loss.kind === 'known' && loss.records < lost) {
    wrong.push(`loss: ${lost} are lost, ${loss.records} reported (${loss.basis})`);
  }
  for (const { lag, missing } of partitions) {
    if (lag.kind !== 'known') continue;
    if (lag.basis === 'proven' && lag.records < BigInt(waiting) - missing) {
      wrong.push(`lag: ${waiting} wait, ${lag.records} proven`);
    }
    // MM2's acknowledgements are late: until they arrive, a lag of what they leave open is right (decision 5). What was
    // cut off at the target's end counts as lag as well.
    if (lag.basis === 'proven' && lag.records > BigInt(unacknowledged + never)) {
      wrong.push(`lag: ${lag.records} proven, ${unacknowledged} offsets not acknowledged`);
    }
  }
  return wrong;
}

function wrongCosts(world: SimulatedWorld, { group, committed, tidemark, mm2 }: GroupReport): string[] {
  return [tidemark, mm2].flatMap((where) => {
    const position = offsetOf(where);
    const cost = costOf(where);
    if (position === null || cost === null) return [];
    const { rereads, skips } = costTo(world, group, committed, position);
    const at = `${group} at ${committed}, on the target ${position} (${where === mm2 ? 'MM2' : 'Tidemark'})`;
    return [
      ...(BigInt(skips) > cost.skipAtMost ? [`position: ${at} skips ${skips}, ${cost.skipAtMost} reported`] : []),
      ...(BigInt(rereads) > cost.rereadAtMost
        ? [`position: ${at} re-reads ${rereads}, ${cost.rereadAtMost} reported`]
        : []),
    ];
  });
}

/** What a position costs a group, also of the records that a cut took off the source since the group committed. */
function costTo(world: SimulatedWorld, group: string, committed: bigint, position: bigint): TrueCost {
  const upTo = BigInt(world.readUpTo(group, Number(committed)));
  const { rereads, skips, expired } = costOfPosition(world, upTo, position);
  return {
    rereads: rereads + world.rereadsCutOff(group, Number(position)),
    skips: skips + world.skipsCutOff(group, Number(position)),
    expired,
  };
}

/** A finding that pages someone must be true. */
function falseFinding(moment: AuditedMoment, finding: Finding, truth: WorldTruth): string[] {
  if (finding.severity !== 'critical' || isTrue(moment, finding, truth)) return [];
  return [`finding: ${finding.code} is not true: ${finding.message}`];
}

function isTrue({ world, report, faults }: AuditedMoment, finding: Finding, truth: WorldTruth): boolean {
  const { events } = world;
  switch (finding.code) {
    case 'RECORDS_NEVER_MIRRORED':
    case 'HEAD_NEVER_MIRRORED':
      // Until MM2 writes or commits anything after it began again, nothing shows that it did.
      return truth.never > 0 || truth.passed > 0;
    case 'RECORDS_LOST_TO_RETENTION':
      // MM2 had mirrored them to a target log that is gone: they are lost in the same way.
      return (['deleted-before-mirrored', 'target-recreated', 'target-cut'] as const).some((event) =>
        events.has(event),
      );
    case 'SOURCE_LOG_CUT':
      return events.has('source-cut');
    case 'TARGET_LOG_CUT':
      return events.has('target-cut');
    // Without an earlier audit, a cut log and a recreated one look the same. The finding says so.
    case 'SOURCE_TOPIC_RECREATED':
      return events.has('source-recreated') || events.has('source-cut');
    case 'TARGET_TOPIC_RECREATED':
      return events.has('target-recreated') || events.has('target-cut');
    case 'LOSS_OVER_LIMIT':
      return (
        BigInt(truth.unacknowledged + truth.never + world.mm2.goneEverywhere) > MAX_LOSS ||
        events.has('deleted-before-mirrored')
      );
    case 'MIRROR_STALLED':
      // After a cut, nothing shows whether MM2 is past the records that wait.
      return truth.unacknowledged > 0 || (truth.never > 0 && events.has('source-cut'));
    case 'SYNC_TOPIC_UNREADABLE':
      return faults.has('syncs');
    case 'TARGET_POSITION_SKIPS':
      return groupsOf(report, finding).some(({ group, committed, mm2 }) => {
        const position = offsetOf(mm2);
        if (position === null) return false;
        const { skips, expired } = costTo(world, group, committed, position);
        // Beyond the end, the group misses what MM2 is about to write.
        return skips > expired || position > world.mm2.targetEnd;
      });
    case 'GROUP_RECORDS_EXPIRED':
      // No audit knows what compaction has removed from the source since.
      return groupsOf(report, finding).some(({ committed }) => world.mm2.hasExpiredUnread(Number(committed)));
    case 'VERIFICATION_REFUTED':
      return isRefuted(world, finding);
    default:
      return false;
  }
}

/** Whether the position that the finding calls wrong skips records, or has the group read more than the syncs allow. */
function isRefuted(world: SimulatedWorld, { evidence }: Finding): boolean {
  const { upstream, said, found } = evidence;
  // An earlier audit's refutation was judged at that audit.
  if (typeof upstream !== 'bigint' || typeof said !== 'bigint' || typeof found !== 'bigint') return true;
  const { mm2, events } = world;
  // A pair that an earlier audit found equal was cut off on one side.
  if (events.has('target-cut') || mm2.targetRecords[Number(found)]?.epoch === -2) return true;
  const isWrong = (sync: (typeof mm2.syncLog)[number]) => {
    if (sync === null) return false;
    const there = mm2.targetRecords[Number(sync.downstream)];
    return there == null || there.epoch !== mm2.sourceEpoch || there.source !== Number(sync.upstream);
  };
  if (mm2.syncLog.some(isWrong)) return true;
  const { rereads, skips, expired } = costOfPosition(world, upstream, said);
  return skips > expired || rereads > 0;
}

function groupsOf({ groups }: FlowReport, { subject }: Finding): readonly GroupReport[] {
  return groups.filter(({ group }) => group === subject.group);
}

/** A flow must not be reported ready if a failover now loses too much, or if it is not known. */
function wronglyReady({ world, report, faults }: AuditedMoment, { waiting, never }: WorldTruth): string[] {
  if (report.verdict !== 'ready') return [];
  const wrong: string[] = [];
  if (!world.mm2.hidesLoss && BigInt(waiting + never) > MAX_LOSS)
    wrong.push(`verdict: ready, but ${waiting + never} records are lost`);
  const parts = [...faults].filter((fault) => isPart(world, fault));
  if (parts.length > 0) wrong.push(`verdict: ready, but not read: ${parts.join(', ')}`);
  for (const [group, committed] of world.commits.source) {
    // MM2 writes the groups' commits. Where it has not yet, nobody stands on a checkpoint.
    const position = world.commits.target.get(group);
    if (position === undefined) continue;
    const { skips, expired } = costOfPosition(world, BigInt(committed), BigInt(position));
    if (skips > 0) wrong.push(`verdict: ready, but ${group} skips ${skips} records, ${expired} of them expired`);
  }
  return wrong;
}

/** Whether a fault leaves out a part of the flow. Single records only improve proofs. */
function isPart(
  { terms, commits }: SimulatedWorld,
  fault: AuditedMoment['faults'] extends ReadonlySet<infer F> ? F : never,
) {
  switch (fault) {
    case 'records':
      return false;
    case 'connect-offsets':
      return terms.connect;
    case 'source-commits':
      return commits.source.size > 0;
    case 'target-commits':
      return [...commits.source.keys()].some((group) => commits.target.has(group));
    default:
      return true;
  }
}

/**
 * After a few audits of a world at rest, records that MM2 will never mirror must be reported. If a clock is ahead, nothing
 * shows yet that a record waits for too long, or that MM2 has written nothing since.
 */
function silent({ world, report, atRest }: AuditedMoment, { neverAndCommitted: never }: WorldTruth): string[] {
  if (
    atRest < 3 ||
    world.terms.ahead.producers > 0 ||
    world.terms.ahead.mm2 > 0 ||
    never === 0 ||
    world.mm2.hidesLoss ||
    report.loss.kind === 'unknown' ||
    // The report counts them. A look cannot tell which offsets of a stretch are missing if the source deleted some.
    report.findings.some(({ code }) => code === 'RECORDS_UNACCOUNTED')
  )
    return [];
  return report.verdict === 'ready' ? [`verdict: ready, and ${never} records will never be mirrored`] : [];
}
