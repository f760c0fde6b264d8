import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { ConfigurationError } from '../../../../shared/config/configuration-error.ts';
import { loadTidemarkYaml } from '../../../../shared/config/yaml/tidemark-yaml.ts';
import type { AuditRule } from '../../../../shared/domain/judge/audit-policy.ts';

const folder = mkdtempSync(join(tmpdir(), 'tidemark-rules-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function load(rules: string) {
  const file = join(folder, 'tidemark.yaml');
  const clusters = 'clusters: { A: { bootstrapServers: "a:1" }, B: { bootstrapServers: "b:1" } }';
  writeFileSync(file, `${clusters}\nflows: [{ flow: A->B }]\npolicy:\n  rules:\n${rules}`);
  return loadTidemarkYaml(file, {}).config.policy.rules;
}

function faultOf(rule: string): string {
  try {
    load(`    - ${rule}\n`);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.faults.map(({ key, line, message, remedy }) => `${key}:${line} ${message} → ${remedy}`).join('\n');
  }
  return 'no fault';
}

describe('policy.rules', () => {
  test.each<[string, AuditRule]>([
    ['{ severity: off }', { severity: 'off' }],
    ['{ finding: GROUP_SYNC_OFF, severity: critical }', { finding: 'GROUP_SYNC_OFF', severity: 'critical' }],
    [
      '{ flow: "A->*", topic: "batch-*", group: "g?", severity: info }',
      { flow: 'A->*', topic: 'batch-*', group: 'g?', severity: 'info' },
    ],
    [
      '{ thresholds: { heartbeatStaleSeconds: 1.5, mirrorStoppedSeconds: 2, mirrorStalledSeconds: 3, maxLossRecords: 4, maxGroupReread: 5, probeBudget: 6 } }',
      {
        thresholds: {
          heartbeatStaleMs: 1_500,
          mirrorStoppedMs: 2_000,
          mirrorStalledMs: 3_000,
          maxLossRecords: 4n,
          maxGroupReread: 5n,
          probeBudget: 6,
        },
      },
    ],
    [
      '{ finding: MIRROR_STALLED, topic: batch, thresholds: { mirrorStalledSeconds: 3600 } }',
      { finding: 'MIRROR_STALLED', topic: 'batch', thresholds: { mirrorStalledMs: 3_600_000 } },
    ],
  ])('%s', (written, rule) => {
    expect(load(`    - ${written}\n`)).toEqual([rule]);
  });

  test('stay in their order, for the last one that matches wins', () => {
    const rules = load('    - { severity: off }\n    - { finding: MIRROR_STOPPED, severity: critical }\n');
    expect(rules.map(({ severity }) => severity)).toEqual(['off', 'critical']);
  });

  test.each([
    [
      '{ finding: MIRROR_STOPED, severity: off }',
      'policy.rules[0].finding:5 "MIRROR_STOPED" is not the code of a finding → did you mean MIRROR_STOPPED?',
    ],
    [
      '{ finding: mirror_stopped, severity: off }',
      'policy.rules[0].finding:5 "mirror_stopped" is not the code of a finding → did you mean MIRROR_STOPPED?',
    ],
    [
      '{ finding: NONSENSE, severity: off }',
      'policy.rules[0].finding:5 "NONSENSE" is not the code of a finding → docs/runbook.md has a section for each code',
    ],
    ['{ flow: A->C, severity: off }', 'policy.rules[0].flow:5 "A->C" matches no flow → did you mean A->B?'],
    ['{ flow: "C*", severity: off }', 'policy.rules[0].flow:5 "C*" matches no flow → known are: A->B'],
    [
      '{ finding: MIRROR_STOPPED }',
      'policy.rules[0]:5 changes nothing → add severity: off, info, warning or critical; or thresholds',
    ],
    [
      '{ severity: mild }',
      'policy.rules[0].severity:5 is not one of the known values → write one of off, info, warning, critical',
    ],
    ['{ severety: off }', 'policy.rules[0].severety:5 is not a known key → did you mean severity?'],
    [
      '{ thresholds: { maxLossRecord: 1 } }',
      'policy.rules[0].thresholds.maxLossRecord:5 is not a known key → did you mean maxLossRecords?',
    ],
    [
      '{ topic: t, thresholds: { maxLossRecords: 1 } }',
      'policy.rules[0].thresholds.maxLossRecords:5 cannot differ by topic → remove topic from this rule, or give the threshold a rule of its own',
    ],
    [
      '{ group: g, thresholds: { mirrorStalledSeconds: 1 } }',
      'policy.rules[0].thresholds.mirrorStalledSeconds:5 cannot differ by group → remove group from this rule, or give the threshold a rule of its own',
    ],
    [
      '{ finding: MIRROR_STOPPED, thresholds: { maxGroupReread: 1 } }',
      'policy.rules[0].thresholds.maxGroupReread:5 does not decide MIRROR_STOPPED → it decides GROUP_REREADS_MUCH',
    ],
    [
      '{ finding: MIRROR_STOPPED, thresholds: { probeBudget: 1 } }',
      'policy.rules[0].thresholds.probeBudget:5 does not decide MIRROR_STOPPED → remove finding from this rule',
    ],
    ['{ group: "", severity: off }', 'policy.rules[0].group:5 is empty → docs/configuration.md describes every key'],
  ])('%s is a fault', (rule, fault) => {
    expect(faultOf(rule)).toBe(fault);
  });
});

describe('what a threshold decides', () => {
  test.each([
    ['heartbeatStaleSeconds', ['HEARTBEAT_STALE'], []],
    ['mirrorStoppedSeconds', ['MIRROR_STOPPED'], []],
    ['mirrorStalledSeconds', ['MIRROR_STALLED', 'SOURCE_TRANSACTION_OPEN'], ['topic']],
    ['maxLossRecords', ['LOSS_OVER_LIMIT'], []],
    ['maxGroupReread', ['GROUP_REREADS_MUCH'], ['topic', 'group']],
    ['probeBudget', [], []],
  ] as const)('%s decides only %j, and can differ by %j', (threshold, findings, by) => {
    const limit = `thresholds: { ${threshold}: 1 }`;
    for (const finding of findings) expect(faultOf(`{ finding: ${finding}, ${limit} }`)).toBe('no fault');
    const remedy = findings.length === 0 ? 'remove finding from this rule' : `it decides ${findings.join(' and ')}`;
    expect(faultOf(`{ finding: FOREIGN_WRITES, ${limit} }`)).toMatch(new RegExp(` → ${remedy}$`));
    for (const matcher of ['topic', 'group']) {
      const fault = by.some((one) => one === matcher) ? /^no fault$/ : new RegExp(`cannot differ by ${matcher} → `);
      expect(faultOf(`{ ${matcher}: batch, ${limit} }`)).toMatch(fault);
    }
  });
});
