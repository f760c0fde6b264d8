import { describe, expect, test } from '@jest/globals';
import type { JudgedPosition } from '../../../lab/truth/position-judge.ts';
import { type FlowTruth, judgeVerdict, type VerdictExpectation } from '../../../lab/truth/verdict-judge.ts';
import type { FindingCode, Severity } from '../../../shared/contract/finding-codes.ts';
import { makeFinding } from '../../../shared/domain/judge/findings/make-finding.ts';
import type { Subject } from '../../../shared/domain/model/finding.ts';
import type { FlowReport, GroupReport, Verdict } from '../../../shared/domain/model/report.ts';

const LIMIT = 100n;
const WELL: FlowTruth = {
  lost: 0n,
  lostForGood: 0n,
  missingByTopic: new Map([['t', 0n]]),
  expiredByGroup: new Map(),
  withoutPosition: new Set(),
};

function reportWith(verdict: Verdict, ...codes: [FindingCode, Severity?, Subject?][]): FlowReport {
  return {
    flow: 'A->B',
    verdict,
    reasons: [],
    loss: { kind: 'known', records: 0n, seconds: 0, basis: 'proven' },
    partitions: [],
    groups: [],
    findings: codes.map(([code, severity, subject = {}]) => makeFinding(code, subject, 'said', {}, severity)),
    unread: [],
    suppressed: [],
    snapshot: null,
  };
}

/** A group at 10 that MM2 put where it skips this many records. */
function skipping(skips: bigint, from: 'group-offset' | 'checkpoint' = 'group-offset'): JudgedPosition {
  const group: GroupReport = {
    group: 'g',
    topic: 't',
    partition: 0,
    committed: 10n,
    commitCheckedAt: 0,
    mm2: { kind: 'at', position: 10n + skips, from, cost: { kind: 'known', rereadAtMost: 0n, skipAtMost: skips } },
    tidemark: { kind: 'unknown', reason: 'not asked' },
  };
  return { group, outcome: 'held', tidemark: null, mm2: { rereads: 0n, skips }, faults: [] };
}

function judge(
  report: FlowReport,
  truth: Partial<FlowTruth> = {},
  expectation: VerdictExpectation = {},
  positions: readonly JudgedPosition[] = [],
) {
  const { falseReady, falsePages } = judgeVerdict(report, positions, { ...WELL, ...truth }, expectation, LIMIT);
  return { ready: falseReady.length > 0, page: falsePages.length > 0 };
}
const RIGHT = { ready: false, page: false };
const FALSE_READY = { ready: true, page: false };
const FALSE_PAGE = { ready: false, page: true };

describe('a verdict is a false ready', () => {
  test.each<[string, Partial<FlowTruth>]>([
    ['records that never come', { lost: 1n, lostForGood: 1n }],
    ['a loss over the limit', { lost: LIMIT + 1n }],
    ['unread records deleted on the target', { expiredByGroup: new Map([['g', 1n]]) }],
    ['a group without a position', { withoutPosition: new Set(['g']) }],
  ])('GIVEN %s WHEN it is ready, or at-risk for another reason', (_, truth) => {
    expect(judge(reportWith('ready'), truth)).toEqual(FALSE_READY);
    expect(judge(reportWith('at-risk', ['FOREIGN_WRITES']), truth)).toEqual(FALSE_READY);
    expect(judge(reportWith('not-ready', ['CLUSTER_UNREACHABLE']), truth)).toEqual(RIGHT);
    expect(judge(reportWith('unknown'), truth)).toEqual(RIGHT);
  });

  test('GIVEN a group that skips where its own commit stands, not where MM2 only offers a checkpoint', () => {
    expect(judge(reportWith('ready'), {}, {}, [skipping(1n)])).toEqual(FALSE_READY);
    expect(judge(reportWith('ready'), {}, {}, [skipping(1n, 'checkpoint')])).toEqual(RIGHT);
    expect(judge(reportWith('ready'), {}, {}, [skipping(0n)])).toEqual(RIGHT);
    expect(judge(reportWith('at-risk', ['TARGET_POSITION_SKIPS', 'warning']), {}, {}, [skipping(1n)])).toEqual(RIGHT);
  });

  test('GIVEN a harm that only an info tells of', () => {
    const report = reportWith('at-risk', ['RECORDS_UNACCOUNTED'], ['FOREIGN_WRITES']);
    expect(judge(report, { lost: 1n, lostForGood: 1n })).toEqual(FALSE_READY);
  });

  test('GIVEN a lag within the limit THEN ready is right', () => {
    expect(judge(reportWith('ready'), { lost: LIMIT })).toEqual(RIGHT);
  });

  test('GIVEN parts that could not be read THEN at-risk says enough', () => {
    expect(judge(reportWith('at-risk', ['AUDIT_INCOMPLETE']), { lost: 1n, lostForGood: 1n })).toEqual(RIGHT);
  });

  test.each<[Verdict, Verdict[], object]>([
    ['ready', ['not-ready'], FALSE_READY],
    ['ready', ['at-risk', 'not-ready'], FALSE_READY],
    ['ready', ['unknown'], FALSE_READY],
    ['at-risk', ['not-ready'], FALSE_READY],
    ['at-risk', ['not-ready', 'unknown'], FALSE_READY],
    ['at-risk', ['unknown'], RIGHT],
    ['unknown', ['unknown', 'not-ready'], RIGHT],
    ['at-risk', ['at-risk'], RIGHT],
    ['not-ready', ['at-risk', 'ready'], FALSE_PAGE],
    ['at-risk', ['ready'], FALSE_PAGE],
    ['unknown', ['ready'], FALSE_PAGE],
  ])('GIVEN %s where the scenario declares %j', (verdict, declared, judged) => {
    expect(judge(reportWith(verdict), {}, { verdict: declared })).toEqual(judged);
  });
});

describe('a finding is a false page', () => {
  test('GIVEN a healthy flow WHEN it is a warning or a page, not an info', () => {
    const healthy = { healthy: true } as const;
    expect(judge(reportWith('ready', ['GROUP_SYNC_OFF']), {}, healthy)).toEqual(RIGHT);
    expect(judge(reportWith('at-risk', ['FOREIGN_WRITES']), {}, healthy)).toEqual(FALSE_PAGE);
    expect(judge(reportWith('not-ready', ['POLICY_MISMATCH']), {}, healthy)).toEqual(FALSE_PAGE);
  });

  test('GIVEN MM2 at work WHEN it says that MM2 is dead', () => {
    const expectation = { mm2: 'alive', allow: ['HEARTBEAT_STALE', 'MIRROR_STOPPED'] } as const;
    expect(judge(reportWith('not-ready', ['MIRROR_STOPPED']), {}, expectation)).toEqual(FALSE_PAGE);
    expect(judge(reportWith('at-risk', ['HEARTBEAT_STALE']), {}, expectation)).toEqual(FALSE_PAGE);
  });

  test('GIVEN a page that the records refute, whatever the scenario allows', () => {
    const subject = { topic: 't', group: 'g' };
    for (const code of [
      'LOSS_OVER_LIMIT',
      'RECORDS_NEVER_MIRRORED',
      'HEAD_NEVER_MIRRORED',
      'TARGET_POSITION_SKIPS',
      'GROUP_RECORDS_EXPIRED',
    ] as const) {
      const report = reportWith('not-ready', [code, 'critical', subject]);
      expect(judge(report, {}, { expect: [code] }, [skipping(0n)])).toEqual(FALSE_PAGE);
      const truth = {
        lost: LIMIT + 1n,
        missingByTopic: new Map([['t', 1n]]),
        expiredByGroup: new Map([['g', 1n]]),
      };
      expect(judge(report, truth, {}, [skipping(1n)])).toEqual(RIGHT);
    }
  });

  test('GIVEN any other page where nobody would be harmed, unless the scenario knows it', () => {
    const report = reportWith('not-ready', ['SOURCE_LOG_CUT']);
    expect(judge(report)).toEqual(FALSE_PAGE);
    expect(judge(report, {}, { expect: ['SOURCE_LOG_CUT'] })).toEqual(RIGHT);
    expect(judge(report, {}, { allow: ['SOURCE_LOG_CUT'] })).toEqual(RIGHT);
    expect(judge(report, { lost: 1n, lostForGood: 1n })).toEqual(RIGHT);
  });

  test('GIVEN a warning where nobody calls the flow healthy THEN it is none', () => {
    expect(judge(reportWith('at-risk', ['FOREIGN_WRITES']))).toEqual(RIGHT);
  });
});
