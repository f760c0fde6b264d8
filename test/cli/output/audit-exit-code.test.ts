import { expect, test } from '@jest/globals';
import { auditExitCode, type FailOn } from '../../../cli/output/audit-exit-code.ts';
import type { FlowReport } from '../../../shared/domain/model/report.ts';
import { acknowledgement, finding, flow, report, snapshot, suppressed } from '../verbs/sample-report.ts';

const warning = finding({ code: 'HEARTBEAT_STALE', severity: 'warning' });
const known = { acknowledged: acknowledgement() };
const ready = { verdict: 'ready', reasons: [] } as const;

test.each<[string, Partial<FlowReport>, FailOn, number]>([
  ['a critical finding', {}, 'critical', 1],
  ['never', {}, 'never', 0],
  ['nothing found', { ...ready, findings: [] }, 'info', 0],
  ['a warning that counts', { verdict: 'at-risk', findings: [warning] }, 'warning', 1],
  ['a warning, from criticals on', { verdict: 'at-risk', findings: [warning] }, 'critical', 0],
  ['an acknowledged critical', { ...ready, findings: [finding(known)] }, 'info', 0],
  [
    'an acknowledged one beside one that counts',
    { verdict: 'at-risk', findings: [finding(known), warning] },
    'warning',
    1,
  ],
  ['a finding that a rule turned off', { ...ready, findings: [], suppressed: [suppressed()] }, 'info', 0],
  ['a target that is down, with its finding turned off', { findings: [], suppressed: [suppressed()] }, 'critical', 1],
  ['a target that is down, with its finding acknowledged', { findings: [finding(known)] }, 'critical', 1],
  ['at risk by what could not be read alone', { verdict: 'at-risk', findings: [] }, 'warning', 1],
  ['the same, from criticals on', { verdict: 'at-risk', findings: [] }, 'critical', 0],
  ['nothing judged', { verdict: 'unknown', findings: [] }, 'critical', 3],
  [
    'judged, with everything turned off',
    { verdict: 'unknown', findings: [], suppressed: [suppressed()] },
    'critical',
    0,
  ],
  ['a reason of the past', { verdict: 'unknown', findings: [], snapshot: snapshot() }, 'critical', 3],
  [
    'a warning of the past, of a code that is critical elsewhere',
    { verdict: 'at-risk', reasons: ['LOSS_OVER_LIMIT'], findings: [], snapshot: snapshot() },
    'critical',
    0,
  ],
  [
    'a warning of the past, from warnings on',
    { verdict: 'ready', reasons: ['LOSS_OVER_LIMIT'], findings: [], snapshot: snapshot() },
    'warning',
    1,
  ],
  [
    'a source that was down then',
    { verdict: 'at-risk', reasons: ['CLUSTER_UNREACHABLE'], findings: [], snapshot: snapshot() },
    'critical',
    1,
  ],
  ['a verdict of the past', { verdict: 'not-ready', findings: [], snapshot: snapshot() }, 'critical', 1],
])('%s', (_, over, failOn, code) => {
  expect(auditExitCode(report(flow(over)), failOn)).toBe(code);
});
