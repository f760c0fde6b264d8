import type { FindingCode } from '../../shared/contract/finding-codes.ts';
import type { Finding } from '../../shared/domain/model/finding.ts';
import { type FlowReport, offsetOf, type Verdict } from '../../shared/domain/model/report.ts';
import type { JudgedPosition } from './position-judge.ts';

/** What the records themselves say about a flow, whatever the audit says. */
export interface FlowTruth {
  /** Records that a failover now would lose. */
  readonly lost: bigint;
  /** Of them, those that never come: MM2 is past them, or the source has deleted them. */
  readonly lostForGood: bigint;
  /** Records without a copy, by source topic. */
  readonly missingByTopic: ReadonlyMap<string, bigint>;
  /** Records that a group has not read and the target has deleted, by group. */
  readonly expiredByGroup: ReadonlyMap<string, bigint>;
  /** Groups without a position on the target where it holds records that they have not read. */
  readonly withoutPosition: ReadonlySet<string>;
}

/** What a scenario declares about the verdict; the rest follows from the records. */
export interface VerdictExpectation {
  /** The verdicts that are right. */
  readonly verdict?: readonly Verdict[];
  /** Nothing is wrong at all: the verdict is `ready`, without any warning. */
  readonly healthy?: boolean;
  /** MM2 is at work: a finding that says it is not is wrong. */
  readonly mm2?: 'alive';
  readonly expect?: readonly FindingCode[];
  readonly allow?: readonly FindingCode[];
}

/** Why a verdict is too good, and why a page is wrong; each empty if it is not. */
export interface JudgedVerdict {
  readonly falseReady: readonly string[];
  readonly falsePages: readonly string[];
}

/** Any of these tells the reader of an `at-risk` report of the harm. */
const EXPLAINS = {
  lost: [
    'RECORDS_NEVER_MIRRORED',
    'HEAD_NEVER_MIRRORED',
    'RECORDS_LOST_TO_RETENTION',
    'SOURCE_TOPIC_RECREATED',
    'TARGET_TOPIC_RECREATED',
    'SOURCE_LOG_CUT',
    'TARGET_LOG_CUT',
    'TOPIC_NOT_MIRRORED',
    'VERIFICATION_REFUTED',
    'LOSS_OVER_LIMIT',
  ],
  behind: ['LOSS_OVER_LIMIT', 'MIRROR_STOPPED', 'MIRROR_STALLED', 'HEARTBEAT_STALE', 'SOURCE_TRANSACTION_OPEN'],
  skips: ['TARGET_POSITION_SKIPS', 'VERIFICATION_REFUTED', 'SOURCE_TOPIC_RECREATED', 'TARGET_TOPIC_RECREATED'],
  expired: ['GROUP_RECORDS_EXPIRED'],
  unplaced: ['CHECKPOINT_NEVER_EMITTED', 'CHECKPOINTS_MISSING', 'GROUP_UNTRANSLATABLE', 'GROUP_SYNC_REFUSED'],
} as const satisfies Record<string, readonly FindingCode[]>;
/** Parts that could not be read make every claim incomplete, and these say so. */
const SAYS_UNREAD: readonly FindingCode[] = ['AUDIT_INCOMPLETE', 'PARTITIONS_UNREADABLE', 'CLUSTER_UNREACHABLE'];
const SAYS_DEAD: readonly FindingCode[] = [
  'MIRROR_STOPPED',
  'MIRROR_STALLED',
  'MIRROR_NEVER_STARTED',
  'HEARTBEAT_STALE',
];
/** Best first; `unknown` is neither better nor worse. */
const RANKS: readonly Verdict[] = ['ready', 'at-risk', 'not-ready'];

interface Harm {
  readonly kind: keyof typeof EXPLAINS;
  readonly what: string;
}

/**
 * Compares the verdict and the pages of a report with the truth.
 *
 * A verdict is a false ready if it is `ready` although a failover now would harm somebody, `at-risk` without a finding
 * that names that harm, or better than every verdict that the scenario declares.
 *
 * A finding is a false page if it is critical and the records refute it, or if the scenario does not know it and
 * nothing is wrong; on a flow that is declared healthy a warning is one, too. A verdict worse than every declared one is
 * a false page.
 *
 * @param maxLossRecords what the policy lets a running mirror be behind
 */
export function judgeVerdict(
  report: FlowReport,
  positions: readonly JudgedPosition[],
  truth: FlowTruth,
  expectation: VerdictExpectation,
  maxLossRecords: bigint,
): JudgedVerdict {
  const harms = harmsOf(positions, truth, maxLossRecords);
  return {
    falseReady: [...unexplained(report, harms), ...betterThanDeclared(report, expectation)],
    falsePages: [
      ...report.findings.flatMap((finding) =>
        whyFalse(finding, { report, positions, truth, expectation, isWell: harms.length === 0, maxLossRecords }),
      ),
      ...worseThanDeclared(report, expectation),
    ],
  };
}

function harmsOf(positions: readonly JudgedPosition[], truth: FlowTruth, maxLossRecords: bigint): Harm[] {
  const harms: Harm[] = [];
  if (truth.lostForGood > 0n) harms.push({ kind: 'lost', what: `${truth.lostForGood} records will never be mirrored` });
  if (truth.lost > maxLossRecords) {
    harms.push({ kind: 'behind', what: `a failover loses ${truth.lost} records, more than ${maxLossRecords}` });
  }
  for (const { group, mm2 } of positions) {
    // A checkpoint is only an offer: consumers start at the group's own offset.
    if (group.mm2.kind !== 'at' || group.mm2.from !== 'group-offset' || mm2 === null || mm2.skips === 0n) continue;
    harms.push({ kind: 'skips', what: `${group.group} skips ${mm2.skips} records of ${group.topic}` });
  }
  for (const [group, records] of truth.expiredByGroup) {
    if (records > 0n)
      harms.push({ kind: 'expired', what: `${records} records that ${group} has not read are deleted` });
  }
  for (const group of truth.withoutPosition) {
    harms.push({ kind: 'unplaced', what: `${group} has no position on the target` });
  }
  return harms;
}

function unexplained({ verdict, findings }: FlowReport, harms: readonly Harm[]): string[] {
  if (verdict === 'ready') return harms.map(({ what }) => `ready, but ${what}`);
  if (verdict !== 'at-risk') return [];
  const told = new Set(findings.filter(({ severity }) => severity !== 'info').map(({ code }) => code));
  if (SAYS_UNREAD.some((code) => told.has(code))) return [];
  return harms
    .filter(({ kind }) => !EXPLAINS[kind].some((code) => told.has(code)))
    .map(({ what }) => `at-risk without a finding that says so: ${what}`);
}

function betterThanDeclared({ verdict }: FlowReport, expectation: VerdictExpectation): string[] {
  const declared = declaredIn(expectation);
  if (declared.length === 0 || declared.includes(verdict) || verdict === 'unknown') return [];
  const known = declared.filter((one) => one !== 'unknown');
  const isBetter = known.every((one) => RANKS.indexOf(verdict) < RANKS.indexOf(one));
  // Where only `unknown` is right, `ready` claims to know.
  return isBetter && (known.length > 0 || verdict === 'ready') ? [`${verdict}, expected ${declared.join(' or ')}`] : [];
}

function worseThanDeclared({ verdict }: FlowReport, expectation: VerdictExpectation): string[] {
  const declared = declaredIn(expectation);
  if (declared.length === 0 || declared.includes(verdict)) return [];
  const isWorse = declared.every((one) => one !== 'unknown' && RANKS.indexOf(verdict) > RANKS.indexOf(one));
  return verdict === 'unknown' || isWorse ? [`${verdict}, expected ${declared.join(' or ')}`] : [];
}

function declaredIn({ verdict, healthy = false }: VerdictExpectation): readonly Verdict[] {
  return verdict ?? (healthy ? ['ready'] : []);
}

interface PageContext {
  readonly report: FlowReport;
  readonly positions: readonly JudgedPosition[];
  readonly truth: FlowTruth;
  readonly expectation: VerdictExpectation;
  readonly isWell: boolean;
  readonly maxLossRecords: bigint;
}

function whyFalse({ code, severity, subject, message }: Finding, context: PageContext): string[] {
  const { report, positions, truth, expectation, isWell, maxLossRecords } = context;
  const { expect = [], allow = [], healthy = false, mm2 } = expectation;
  if (severity === 'info') return [];
  const because = (why: string): string[] => [`${code} (${severity}): ${message}, but ${why}`];
  if (healthy) return because('nothing is wrong');
  if (mm2 === 'alive' && SAYS_DEAD.includes(code)) return because('MM2 is at work');
  if (severity !== 'critical') return [];
  const { group = '' } = subject;
  switch (code) {
    case 'LOSS_OVER_LIMIT':
      return truth.lost > maxLossRecords ? [] : because(`a failover loses ${truth.lost} records`);
    case 'RECORDS_NEVER_MIRRORED':
    case 'HEAD_NEVER_MIRRORED':
      return truth.missingByTopic.get(subject.topic ?? '') === 0n ? because('every record is on the target') : [];
    case 'TARGET_POSITION_SKIPS':
      return positions.some((position) => position.group.group === group && maySkip(position, report))
        ? []
        : because('it skips no record');
    case 'GROUP_RECORDS_EXPIRED':
      return (truth.expiredByGroup.get(group) ?? 0n) > 0n ? [] : because('no record that it has not read is deleted');
    default:
      return isWell && !expect.includes(code) && !allow.includes(code) ? because('nobody would be harmed') : [];
  }
}

/** A position beyond the log's end skips the records that are still to come. */
function maySkip({ group, mm2 }: JudgedPosition, { partitions }: FlowReport): boolean {
  const log = partitions.find(({ topic, partition }) => topic === group.topic && partition === group.partition);
  const at = offsetOf(group.mm2);
  const isBeyond = at !== null && log?.targetEnd != null && at > log.targetEnd;
  return mm2 === null || mm2.skips > 0n || isBeyond;
}
