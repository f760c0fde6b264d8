import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FINDING_CODES, SEVERITIES } from '../../../../shared/contract/finding-codes.ts';
import {
  type AuditRule,
  DEFAULT_AUDIT_POLICY,
  THRESHOLD_SCOPES,
} from '../../../../shared/domain/judge/audit-policy.ts';
import {
  applyRules,
  policyOfFlow,
  thresholdsFor,
  withoutSeverities,
} from '../../../../shared/domain/judge/audit-rules.ts';
import { makeFinding } from '../../../../shared/domain/judge/findings/make-finding.ts';
import { weighFindings } from '../../../../shared/domain/judge/weigh-findings.ts';
import type { Finding } from '../../../../shared/domain/model/finding.ts';
import type { FlowReport, Verdict } from '../../../../shared/domain/model/report.ts';
import { propertyRuns } from '../../../property-runs.ts';
import { flowFixture } from '../model/flow-fixture.ts';
import { anyFlow } from './any-flow.ts';
import type { FlowCase } from './case-shapes.ts';
import { judge } from './judge-case.ts';

const FLOW = flowFixture({ source: 'A', target: 'B' });
const STOPPED = makeFinding('MIRROR_STOPPED', { cluster: 'B' }, 'm', {});
const STALLED = makeFinding('MIRROR_STALLED', { topic: 'orders', partition: 3 }, 'm', {});
const FOREIGN = makeFinding('FOREIGN_WRITES', { topic: 'A.orders', partition: 3 }, 'm', {});
const REREADS = makeFinding('GROUP_REREADS_MUCH', { group: 'billing', topic: 'orders', partition: 0 }, 'm', {});
const ACTIVE = makeFinding('TARGET_GROUP_ACTIVE', { group: 'billing', cluster: 'B' }, 'm', {});
const NO_SYNCS = makeFinding('SYNC_TOPIC_MISSING', { cluster: 'A', topic: 'mm2-offset-syncs.B.internal' }, 'm', {});
/** About a topic of the source that another cluster's mirror made there. */
const REMOTE = makeFinding('MIRROR_STALLED', { topic: 'A.orders', partition: 0 }, 'm', {});
const UNREACHABLE = makeFinding('CLUSTER_UNREACHABLE', { cluster: 'A' }, 'm', {});

function ruled(finding: Finding, rules: readonly AuditRule[], topics: readonly string[] = ['orders']): string {
  const { findings, suppressed } = applyRules([finding], rules, { flow: FLOW, topicsOfGroup: () => topics });
  const [kept] = findings;
  return kept === undefined ? `off by ${suppressed[0]?.rule}` : kept.severity;
}

describe('a rule', () => {
  test.each<[string, Finding, AuditRule, string]>([
    ['without matchers matches everything', STOPPED, { severity: 'info' }, 'info'],
    ['matches by the code', STOPPED, { finding: 'MIRROR_STOPPED', severity: 'off' }, 'off by 0'],
    ['not another code', STALLED, { finding: 'MIRROR_STOPPED', severity: 'off' }, 'critical'],
    ['by the flow', STOPPED, { flow: 'A->B', severity: 'warning' }, 'warning'],
    ['by a glob of flows', STOPPED, { flow: 'A->*', severity: 'warning' }, 'warning'],
    ['not another flow', STOPPED, { flow: 'B->A', severity: 'off' }, 'critical'],
    ['by the topic', STALLED, { topic: 'orders', severity: 'info' }, 'info'],
    ['by a glob of topics', STALLED, { topic: 'ord*', severity: 'info' }, 'info'],
    ['not another topic', STALLED, { topic: 'order', severity: 'info' }, 'critical'],
    ['by the source topic of a remote topic', FOREIGN, { topic: 'orders', severity: 'info' }, 'info'],
    ['by the remote topic itself', FOREIGN, { topic: 'A.orders', severity: 'info' }, 'info'],
    ['by a topic: no finding about the flow', STOPPED, { topic: '*', severity: 'off' }, 'critical'],
    ['by a topic: nor one that names a topic of MM2', NO_SYNCS, { topic: '*', severity: 'off' }, 'critical'],
    ['by a topic: no finding about a cluster', UNREACHABLE, { topic: '*', severity: 'off' }, 'critical'],
    ['not a remote topic of another source topic', FOREIGN, { topic: 'stock', severity: 'info' }, 'warning'],
    ['by a topic of the source: under its own name only', REMOTE, { topic: 'orders', severity: 'info' }, 'critical'],
    ['by the group', REREADS, { group: 'bill*', severity: 'critical' }, 'critical'],
    ['not another group', REREADS, { group: 'ship*', severity: 'critical' }, 'warning'],
    ['by a group: no finding about a topic', STALLED, { group: '*', severity: 'off' }, 'critical'],
    ['by group and topic', REREADS, { group: 'billing', topic: 'orders', severity: 'off' }, 'off by 0'],
    ['with all of its matchers or not at all', REREADS, { group: 'billing', topic: 'x', severity: 'off' }, 'warning'],
    ['with thresholds only leaves severities', STALLED, { thresholds: { mirrorStalledMs: 1 } }, 'critical'],
  ])('%s', (_, finding, rule, expected) => {
    expect(ruled(finding, [rule])).toBe(expected);
  });

  test('by a topic matches a finding about a group only if all topics of the group fit', () => {
    const rule = { topic: 'test-*', severity: 'off' } as const;
    expect(ruled(REREADS, [rule], ['test-a', 'test-b'])).toBe('off by 0');
    expect(ruled(REREADS, [rule], ['test-a', 'orders'])).toBe('warning');
    expect(ruled(REREADS, [rule], [])).toBe('warning');
    // It names no topic, and is about the group on all of them.
    expect(ruled(ACTIVE, [rule], ['test-a'])).toBe('off by 0');
  });

  test('that matches last wins, among those that set a severity', () => {
    const off = { finding: 'MIRROR_STALLED', severity: 'off' } as const;
    const warn = { topic: 'orders', severity: 'warning' } as const;
    const limit = { topic: 'orders', thresholds: { mirrorStalledMs: 1 } } as const;
    expect(ruled(STALLED, [off, warn])).toBe('warning');
    expect(ruled(STALLED, [warn, off])).toBe('off by 1');
    expect(ruled(STALLED, [warn, off, limit])).toBe('off by 1');
  });

  test('leaves a trace: what the severity was, and what was turned off', () => {
    const rules = [
      { finding: 'MIRROR_STOPPED', severity: 'info' },
      { finding: 'MIRROR_STALLED', severity: 'off' },
      { finding: 'FOREIGN_WRITES', severity: 'warning' },
    ] as const;
    const found = applyRules([STOPPED, STALLED, FOREIGN], rules, { flow: FLOW, topicsOfGroup: () => [] });
    expect(found).toEqual({
      findings: [{ ...STOPPED, severity: 'info', rule: { index: 0, was: 'critical' } }, FOREIGN],
      suppressed: [{ code: 'MIRROR_STALLED', severity: 'critical', subject: STALLED.subject, rule: 1 }],
    });
  });
});

describe('a rule by topic, in a whole report', () => {
  const severities = (topic: string) =>
    judge({ group: { stateOnTarget: 'Stable' }, policy: { rules: [{ topic, severity: 'info' }] } }).findings;

  test('knows the topics of each group by its commits', () => {
    expect(severities('orders')).toMatchObject([{ code: 'TARGET_GROUP_ACTIVE', severity: 'info' }]);
    expect(severities('stock')).toMatchObject([{ code: 'TARGET_GROUP_ACTIVE', severity: 'warning' }]);
  });

  test('does not match a group of which no commit is known', () => {
    const weights = { flow: FLOW, rules: [{ topic: '*', severity: 'info' }], acknowledgements: [] } as const;
    expect(weighFindings([ACTIVE], [], weights).findings).toEqual([ACTIVE]);
  });
});

describe('a threshold', () => {
  const policy = {
    ...DEFAULT_AUDIT_POLICY,
    rules: [
      { topic: 'batch-*', thresholds: { mirrorStalledMs: 1 } },
      { topic: 'batch-*', finding: 'SOURCE_TRANSACTION_OPEN', thresholds: { mirrorStalledMs: 2 } },
      { flow: 'A->*', thresholds: { maxLossRecords: 3n, heartbeatStaleMs: 4 } },
      { group: 'replay', thresholds: { maxGroupReread: 5n } },
      { group: 'replay', topic: 'batch-*', thresholds: { maxGroupReread: 6n } },
      { flow: 'A->B', severity: 'info', thresholds: { heartbeatStaleMs: 7, probeBudget: 8 } },
    ],
  } as const;
  const of = (subject: Partial<Parameters<typeof thresholdsFor>[1]>) =>
    thresholdsFor(policy, { flow: 'A->B', ...subject });

  test('is that of the last matching rule which has it, else that of the policy', () => {
    expect(of({ topic: 'orders' }).mirrorStalledMs).toBe(120_000);
    expect(of({ topic: 'batch-1', finding: 'MIRROR_STALLED' }).mirrorStalledMs).toBe(1);
    expect(of({ topic: 'batch-1', finding: 'SOURCE_TRANSACTION_OPEN' }).mirrorStalledMs).toBe(2);
    expect(of({ group: 'billing', topic: 'batch-1' }).maxGroupReread).toBe(100_000n);
    expect(of({ group: 'replay', topic: 'orders' }).maxGroupReread).toBe(5n);
    expect(of({ group: 'replay', topic: 'batch-1' }).maxGroupReread).toBe(6n);
  });

  test('of a rule about topics or groups holds for no subject without one', () => {
    const rules: AuditRule[] = [
      { topic: '*', thresholds: { mirrorStalledMs: 1 } },
      { group: '*', thresholds: { maxGroupReread: 2n } },
    ];
    const found = thresholdsFor({ ...DEFAULT_AUDIT_POLICY, rules }, { flow: 'A->B' });
    expect(found).toMatchObject({ mirrorStalledMs: 120_000, maxGroupReread: 100_000n });
  });

  test.each(Object.entries(THRESHOLD_SCOPES).filter(([, { by }]) => by.length === 0))(
    '%s of a flow as a whole may be that of a rule for the one finding',
    (name, { findings: [finding] }) => {
      const value = name === 'maxLossRecords' ? 6n : 6;
      const rule: AuditRule = { ...(finding !== undefined && { finding }), thresholds: { [name]: value } };
      expect(policyOfFlow({ ...DEFAULT_AUDIT_POLICY, rules: [rule] }, 'A->B')).toMatchObject({ [name]: value });
    },
  );

  test('of a flow as a whole comes from the rules of that flow', () => {
    const whole = { heartbeatStaleMs: 7, probeBudget: 8, maxLossRecords: 3n, mirrorStoppedMs: 30_000 };
    expect(policyOfFlow(policy, 'A->B')).toMatchObject({ ...whole, mirrorStalledMs: 120_000 });
    expect(policyOfFlow(policy, 'A->C')).toMatchObject({ ...whole, heartbeatStaleMs: 4, probeBudget: 500 });
    expect(policyOfFlow(policy, 'B->A')).toEqual({ ...DEFAULT_AUDIT_POLICY, rules: policy.rules });
  });

  test('stays if the severities of the rules are left out', () => {
    const { rules } = withoutSeverities(policy);
    expect(rules.map(({ thresholds }) => thresholds)).toEqual(policy.rules.map(({ thresholds }) => thresholds));
    expect(rules.some((rule) => 'severity' in rule)).toBe(false);
  });

  test.each<[string, FlowCase, AuditRule, string]>([
    [
      'of lost records',
      { partition: { source: [0n, 20_000n] } },
      { thresholds: { maxLossRecords: 50_000n } },
      'LOSS_OVER_LIMIT',
    ],
    [
      'of the age of heartbeats',
      { heartbeat: { agoMs: 20_000 } },
      { thresholds: { heartbeatStaleMs: 25_000 } },
      'HEARTBEAT_STALE',
    ],
    [
      'of a stopped mirror',
      { heartbeat: { agoMs: 60_000 } },
      { thresholds: { mirrorStoppedMs: 70_000 } },
      'MIRROR_STOPPED',
    ],
  ])('%s decides a finding of the flow', (_, of, rule, code) => {
    const codes = (rules: readonly AuditRule[]) => judge({ ...of, policy: { rules } }).findings.map((one) => one.code);
    expect(codes([])).toContain(code);
    expect(codes([{ ...rule, flow: 'A->B' }])).not.toContain(code);
    expect(codes([{ ...rule, flow: 'B->A' }])).toContain(code);
  });

  test('of re-reads decides the finding of a group, topic by topic', () => {
    const of = { position: { committed: 1_000n, onTarget: 1n, checkpoint: 1n } };
    const codes = (...rules: AuditRule[]) => judge({ ...of, policy: { rules } }).findings.map((one) => one.code);
    const limit = { thresholds: { maxGroupReread: 10n } };
    expect(codes()).not.toContain('GROUP_REREADS_MUCH');
    expect(codes({ ...limit, topic: 'ord*' })).toContain('GROUP_REREADS_MUCH');
    expect(codes({ ...limit, topic: 'other' })).not.toContain('GROUP_REREADS_MUCH');
    expect(codes({ ...limit, group: 'nobody' })).not.toContain('GROUP_REREADS_MUCH');
  });
});

const RUNS = { numRuns: propertyRuns(300) };
const RANK: Record<Verdict, number> = { ready: 0, 'at-risk': 1, unknown: 2, 'not-ready': 3 };
const LEVELS = ['off', ...[...SEVERITIES].reverse()] as const;
const anyMatcher = {
  finding: fc.constantFrom(undefined, ...FINDING_CODES),
  flow: fc.constantFrom(undefined, 'A->B', '*', 'B->A'),
  topic: fc.constantFrom(undefined, undefined, 't*', 't0'),
  group: fc.constantFrom(undefined, undefined, 'g*', 'g0'),
};
const anyRule = fc
  .record({ ...anyMatcher, severity: fc.constantFrom(...LEVELS) })
  .map((rule) => Object.fromEntries(Object.entries(rule).filter(([, value]) => value !== undefined)) as AuditRule);
const ALL_OFF: AuditRule[] = [{ severity: 'off' }];
const anyRules = fc.oneof(
  { weight: 4, arbitrary: fc.array(anyRule, { maxLength: 6 }) },
  { weight: 1, arbitrary: fc.constant(ALL_OFF) },
);
const ruledBy = (of: FlowCase, rules: readonly AuditRule[]): FlowReport => judge({ ...of, policy: { rules } });

describe('whatever the rules say', () => {
  test('no number changes, and every finding is either there or reported as turned off', () => {
    fc.assert(
      fc.property(anyFlow, anyRules, (of, rules) => {
        const [plain, report] = [judge(of), ruledBy(of, rules)];
        expect([report.loss, report.partitions, report.groups]).toEqual([plain.loss, plain.partitions, plain.groups]);
        const keys = (all: readonly Pick<Finding, 'code' | 'subject'>[]) =>
          all.map(({ code, subject }) => JSON.stringify([code, subject])).sort();
        expect(keys([...report.findings, ...report.suppressed])).toEqual(keys(plain.findings));
        for (const { rule } of report.suppressed) expect(rules[rule]?.severity).toBe('off');
        const order = report.findings.map(({ severity }) => SEVERITIES.indexOf(severity));
        expect(order).toEqual(order.toSorted((a, b) => a - b));
        const counted = new Set(report.findings.filter(({ severity }) => severity !== 'info').map(({ code }) => code));
        expect(new Set(report.reasons)).toEqual(counted);
      }),
      RUNS,
    );
  });

  test('a target that is down is not ready, and an unknown loss is never ready', () => {
    fc.assert(
      fc.property(anyFlow, anyRules, (of, rules) => {
        expect(ruledBy({ ...of, down: 'target' }, rules).verdict).toBe('not-ready');
        const { verdict, loss } = ruledBy(of, rules);
        if (loss.kind === 'unknown') expect(['unknown', 'not-ready']).toContain(verdict);
        if (of.down === 'source') expect(verdict).not.toBe('ready');
      }),
      RUNS,
    );
  });

  test.each<[string, FlowCase, Verdict]>([
    ["a group's commits on the source", { group: { unread: 'source' } }, 'at-risk'],
    ["a group's commits on the target", { group: { unread: 'target' } }, 'at-risk'],
    ['the heartbeats', { heartbeat: 'unread' }, 'at-risk'],
    ["Connect's offsets", { connectOffsets: 'unread' }, 'at-risk'],
    ['the checkpoints', { checkpoints: 'unread' }, 'at-risk'],
    ['the offset syncs', { syncs: 'unread', syncsKnown: true }, 'at-risk'],
    ['some of the groups', { listingIncomplete: true }, 'at-risk'],
    ['a partition of the target', { partitions: [{}, { target: 'unread' }] }, 'unknown'],
    ['a partition of the source', { partitions: [{}, { source: 'unread' }] }, 'unknown'],
    ['the target', { down: 'target' }, 'not-ready'],
    ['the source', { down: 'source' }, 'unknown'],
  ])('with everything turned off, %s that cannot be read is not ready', (_, of, expected) => {
    const { verdict, findings, reasons, suppressed } = ruledBy(of, ALL_OFF);
    expect([findings, reasons, suppressed.length > 0]).toEqual([[], [], true]);
    expect(verdict).toBe(expected);
  });

  test('to raise the severity of a rule never improves the verdict', () => {
    fc.assert(
      fc.property(anyFlow, anyRules, fc.nat(), fc.constantFrom(...SEVERITIES), (of, rules, pick, severity) => {
        const at = rules.length === 0 ? -1 : pick % rules.length;
        const was = rules[at]?.severity ?? 'critical';
        if (LEVELS.indexOf(severity) <= LEVELS.indexOf(was)) return;
        const raised = rules.map((rule, i) => (i === at ? { ...rule, severity } : rule));
        expect(RANK[ruledBy(of, raised).verdict]).toBeGreaterThanOrEqual(RANK[ruledBy(of, rules).verdict]);
      }),
      RUNS,
    );
  });

  test('one more rule that turns findings off never worsens the verdict', () => {
    fc.assert(
      fc.property(anyFlow, anyRules, anyRule, (of, rules, rule) => {
        const more: AuditRule[] = [...rules, { ...rule, severity: 'off' }];
        expect(RANK[ruledBy(of, more).verdict]).toBeLessThanOrEqual(RANK[ruledBy(of, rules).verdict]);
      }),
      RUNS,
    );
  });
});
