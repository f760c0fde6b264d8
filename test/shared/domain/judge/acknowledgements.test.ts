import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FINDING_CODES, type FindingCode } from '../../../../shared/contract/finding-codes.ts';
import {
  applyAcknowledgements,
  closedAcknowledgements,
  covers,
  isInEffect,
} from '../../../../shared/domain/judge/acknowledgements.ts';
import { makeFinding } from '../../../../shared/domain/judge/findings/make-finding.ts';
import { judgeFlow } from '../../../../shared/domain/judge/judge-flow.ts';
import { withFinding } from '../../../../shared/domain/judge/weigh-findings.ts';
import type { Acknowledgement, Subject } from '../../../../shared/domain/model/finding.ts';
import type { FlowReport, Verdict } from '../../../../shared/domain/model/report.ts';
import { acknowledgement } from '../../../cli/verbs/sample-report.ts';
import { propertyRuns } from '../../../property-runs.ts';
import { anyFlow } from './any-flow.ts';
import { AT, type FlowCase } from './case-shapes.ts';
import { flowCase } from './flow-case.ts';
import { judge } from './judge-case.ts';

const of = (code: FindingCode, subject: Subject = {}, over: Partial<Acknowledgement> = {}) =>
  acknowledgement({ code, subject, until: null, at: AT - 1, ...over });
const known = (flow: FlowCase, ...all: Acknowledgement[]): FlowReport => {
  const { observation, states, policy } = flowCase(flow);
  return judgeFlow(observation, states, policy, undefined, all);
};

describe('an acknowledgement counts', () => {
  test.each<[string, Partial<Acknowledgement>, number, boolean]>([
    ['from its time on', { at: 5 }, 5, true],
    ['not before', { at: 5 }, 4, false],
    ['without an end for ever', { at: 0, until: null }, 9e12, true],
    ['before its end', { at: 0, until: 9 }, 8, true],
    ['not at its end', { at: 0, until: 9 }, 9, false],
    ['until it is withdrawn', { at: 0, until: null, ending: { kind: 'withdrawn', at: 7, by: 'b' } }, 6, true],
    ['not once it is withdrawn', { at: 0, until: null, ending: { kind: 'withdrawn', at: 7, by: 'b' } }, 7, false],
    ['not once its finding has closed', { at: 0, until: 99, ending: { kind: 'closed', at: 7 } }, 8, false],
  ])('%s', (_, over, now, expected) => {
    expect(isInEffect(acknowledgement(over), now)).toBe(expected);
  });
});

describe('an acknowledgement covers', () => {
  const stalled = makeFinding('MIRROR_STALLED', { topic: 't', partition: 3 }, 'm', {});
  const rereads = makeFinding('GROUP_REREADS_MUCH', { group: 'g', topic: 't', partition: 3 }, 'm', {});
  const active = makeFinding('TARGET_GROUP_ACTIVE', { group: 'g', cluster: 'B' }, 'm', {});
  test.each<[string, Acknowledgement, Parameters<typeof covers>[1], boolean]>([
    ['the finding it names', of('MIRROR_STALLED', { topic: 't' }), stalled, true],
    ['not another topic', of('MIRROR_STALLED', { topic: 'u' }), stalled, false],
    ['not another code', of('MIRROR_STOPPED', { topic: 't' }), stalled, false],
    ['the partition it is limited to', of('MIRROR_STALLED', { topic: 't', partition: 3 }), stalled, true],
    ['no other partition then', of('MIRROR_STALLED', { topic: 't', partition: 0 }), stalled, false],
    ['a group wherever it is worst', of('GROUP_REREADS_MUCH', { group: 'g' }), rereads, true],
    ['a group on one topic', of('GROUP_REREADS_MUCH', { group: 'g', topic: 't' }), rereads, true],
    ['not on another topic', of('GROUP_REREADS_MUCH', { group: 'g', topic: 'u' }), rereads, false],
    ['not another group', of('GROUP_REREADS_MUCH', { group: 'h' }), rereads, false],
    ['not on another cluster', of('TARGET_GROUP_ACTIVE', { group: 'g', cluster: 'A' }), active, false],
    ['the cluster it is limited to', of('TARGET_GROUP_ACTIVE', { group: 'g', cluster: 'B' }), active, true],
    ['no finding without a group if it names one', of('MIRROR_STALLED', { topic: 't', group: 'g' }), stalled, false],
  ])('%s', (_, one, finding, expected) => {
    expect(covers(one, finding)).toBe(expected);
  });

  test('of several the finding shows the one that lasts longest', () => {
    const all = [
      of('MIRROR_STALLED', { topic: 't' }, { id: 'open' }),
      of('MIRROR_STALLED', { topic: 't' }, { id: 'long', until: 9 }),
      of('MIRROR_STALLED', { topic: 't' }, { id: 'short', until: 5 }),
    ];
    expect(applyAcknowledgements([stalled], all)[0]?.acknowledged?.id).toBe('long');
    expect(applyAcknowledgements([stalled], [])).toEqual([stalled]);
    const elsewhere = of('MIRROR_STALLED', { topic: 'u' });
    expect(applyAcknowledgements([stalled], [elsewhere])).toStrictEqual([stalled]);
  });
});

describe('an acknowledged finding', () => {
  const GROUP: FlowCase = { group: { stateOnTarget: 'Stable' } };

  test('stays in the report and does not count for verdict and reasons', () => {
    const plain = judge(GROUP);
    const one = of('TARGET_GROUP_ACTIVE', { group: 'g' });
    const group = plain.findings.find(({ code }) => code === 'TARGET_GROUP_ACTIVE')?.subject.group ?? '';
    const report = known(GROUP, { ...one, subject: { group } });
    expect([plain.verdict, plain.reasons]).toEqual(['at-risk', ['TARGET_GROUP_ACTIVE']]);
    expect([report.verdict, report.reasons]).toEqual(['ready', []]);
    expect(report.findings).toEqual(
      plain.findings.map((finding) => ({ ...finding, acknowledged: { ...one, subject: { group } } })),
    );
  });

  test.each<[string, FlowCase, Acknowledgement, Verdict]>([
    ['a target that is down', { down: 'target' }, of('CLUSTER_UNREACHABLE', { cluster: 'B' }), 'not-ready'],
    ['a source that is down', { down: 'source' }, of('CLUSTER_UNREACHABLE', { cluster: 'A' }), 'unknown'],
    ['groups that could not be read', { group: { unread: 'source' } }, of('AUDIT_INCOMPLETE'), 'at-risk'],
  ])('%s is not ready, whoever knows about it', (_, flow, one, verdict) => {
    const report = known(flow, one);
    expect([report.verdict, report.reasons]).toEqual([verdict, []]);
    expect(report.findings.filter(({ acknowledged }) => acknowledged === undefined)).toEqual([]);
  });

  test('found late does not count either, and one that counts never improves the verdict', () => {
    const late = makeFinding('HISTORY_NOT_RECORDED', {}, 'm', {});
    const { observation } = flowCase({});
    const weights = { flow: observation.flow, rules: [], acknowledgements: [] };
    const plain = judge({});
    expect(withFinding(plain, late, weights)).toMatchObject({ verdict: 'at-risk', reasons: ['HISTORY_NOT_RECORDED'] });
    const one = of('HISTORY_NOT_RECORDED');
    expect(withFinding(plain, late, { ...weights, acknowledgements: [one] })).toMatchObject({
      verdict: 'ready',
      reasons: [],
    });
    const off = [{ finding: 'HISTORY_NOT_RECORDED', severity: 'off' }] as const;
    expect(withFinding(plain, late, { ...weights, rules: off })).toMatchObject({
      verdict: 'ready',
      suppressed: [{ rule: 0 }],
    });
    const lowered = withFinding(judge(GROUP), late, { ...weights, rules: [{ severity: 'info' }] });
    expect(lowered.verdict).toBe('at-risk');
    expect(lowered.findings.map(({ code }) => code)).toEqual(['TARGET_GROUP_ACTIVE', 'HISTORY_NOT_RECORDED']);
    expect(withFinding(plain, late, { ...weights, rules: [{ severity: 'info' }] }).verdict).toBe('ready');
    const raised = [{ severity: 'critical' }] as const;
    expect(withFinding(plain, late, { ...weights, rules: raised }).verdict).toBe('not-ready');
    expect(withFinding(judge({ down: 'target' }), late, weights).verdict).toBe('not-ready');
    expect(withFinding(judge({ down: 'source' }), late, weights).verdict).toBe('unknown');
  });
});

describe('an acknowledgement without a time', () => {
  const stalled = makeFinding('MIRROR_STALLED', { topic: 't', partition: 3 }, 'm', {});
  const one = of('MIRROR_STALLED', { topic: 't' });
  const none = { findings: [], suppressed: [], unread: [] };
  const unread = (retriable: boolean) => ({ what: 'w', cluster: 'A', error: 'E', message: 'm', retriable });
  test.each<[string, Parameters<typeof closedAcknowledgements>[0], Acknowledgement, boolean]>([
    ['ends when an audit no longer finds its finding', none, one, true],
    ['not while the finding is there', { ...none, findings: [stalled] }, one, false],
    [
      'not while another partition is its worst',
      { ...none, findings: [stalled] },
      { ...one, subject: { topic: 't', partition: 0 } },
      false,
    ],
    ['not while a rule turns it off', { ...none, suppressed: [{ ...stalled, rule: 0 }] }, one, false],
    ['not while a part may be readable again', { ...none, unread: [unread(true)] }, one, false],
    ['in spite of a part that never is readable', { ...none, unread: [unread(false)] }, one, true],
    ['not by an audit that began before it', none, { ...one, at: AT }, false],
    ['not if it has a time', none, { ...one, until: AT + 1 }, false],
  ])('%s', (_, report, acknowledged, expected) => {
    expect(closedAcknowledgements(report, [acknowledged], AT)).toEqual(expected ? [acknowledged] : []);
  });
});

const RANK: Record<Verdict, number> = { ready: 0, 'at-risk': 1, unknown: 2, 'not-ready': 3 };

test('whatever is acknowledged, numbers and findings stay, and nothing unknown or unreachable becomes ready', () => {
  const anyAcknowledgement = fc
    .record({
      code: fc.constantFrom(...FINDING_CODES),
      topic: fc.constantFrom('t0', 't1', 'A.t0'),
      group: fc.constantFrom('g0', 'g1'),
    })
    .map(({ code, topic, group }) => [
      of(code, { topic }),
      of(code, { group }),
      of(code),
      of(code, { cluster: 'A' }),
      of(code, { cluster: 'B' }),
    ])
    .chain((all) => fc.constantFrom(...all));
  fc.assert(
    fc.property(anyFlow, fc.array(anyAcknowledgement, { maxLength: 30 }), fc.boolean(), (flow, all, isDown) => {
      const asked: FlowCase = isDown ? { ...flow, down: 'target' } : flow;
      const [plain, report] = [judge(asked), known(asked, ...all)];
      expect({
        ...report,
        verdict: 0,
        reasons: 0,
        findings: report.findings.map(({ acknowledged: _, ...rest }) => rest),
      }).toEqual({ ...plain, verdict: 0, reasons: 0 });
      expect(RANK[report.verdict]).toBeLessThanOrEqual(RANK[plain.verdict]);
      if (isDown) expect(report.verdict).toBe('not-ready');
      if (report.loss.kind === 'unknown' || asked.down !== undefined) expect(report.verdict).not.toBe('ready');
    }),
    { numRuns: propertyRuns(300) },
  );
});
