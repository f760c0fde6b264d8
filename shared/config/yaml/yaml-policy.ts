import { FINDING_CODES, type FindingCode, isFindingCode } from '../../contract/finding-codes.ts';
import {
  type AuditPolicy,
  type AuditRule,
  DEFAULT_AUDIT_POLICY,
  THRESHOLD_SCOPES,
  type Thresholds,
} from '../../domain/judge/audit-policy.ts';
import { type Flow, flowName } from '../../domain/model/flow.ts';
import { matchesGlob } from '../../domain/model/name-glob.ts';
import { closestName } from '../closest-name.ts';
import type { RuleYaml, ThresholdsYaml, TidemarkYaml } from './tidemark-yaml-schema.ts';
import type { FaultAt } from './yaml-connection.ts';
import type { YamlPath } from './yaml-document.ts';
import { milliseconds } from './yaml-flow.ts';

/** `policy` and `failover`, on top of the defaults. */
export function policyFromYaml(
  { policy, failover }: Pick<TidemarkYaml, 'policy' | 'failover'>,
  flows: readonly Flow[],
  faultAt: FaultAt,
): AuditPolicy {
  const { rules = [], ...thresholds } = policy ?? {};
  return {
    ...DEFAULT_AUDIT_POLICY,
    ...thresholdsFromYaml(thresholds),
    rules: rulesFromYaml(rules, flows, faultAt),
    ...(failover?.positions === undefined ? {} : { positions: failover.positions }),
  };
}

/** The thresholds that are written, in the units of the audit. */
function thresholdsFromYaml(yaml: ThresholdsYaml): Partial<Thresholds> {
  const written = {
    heartbeatStaleMs: milliseconds(yaml.heartbeatStaleSeconds),
    mirrorStoppedMs: milliseconds(yaml.mirrorStoppedSeconds),
    mirrorStalledMs: milliseconds(yaml.mirrorStalledSeconds),
    maxLossRecords: yaml.maxLossRecords === undefined ? undefined : BigInt(yaml.maxLossRecords),
    maxGroupReread: yaml.maxGroupReread === undefined ? undefined : BigInt(yaml.maxGroupReread),
    probeBudget: yaml.probeBudget,
  };
  return Object.fromEntries(Object.entries(written).filter(([, value]) => value !== undefined));
}

/**
 * `policy.rules`. A rule that could never have an effect is a fault: an unknown finding or flow, nothing to do, or a
 * threshold that the matchers exclude.
 */
function rulesFromYaml(rules: readonly RuleYaml[], flows: readonly Flow[], faultAt: FaultAt): AuditRule[] {
  return rules.flatMap((rule, index) => {
    const path = ['policy', 'rules', index];
    const finding = findingOf(rule, path, faultAt);
    requireEffect(rule, path, faultAt);
    requireFlow(rule, flows, path, faultAt);
    if (finding === null) return [];
    for (const key of Object.keys(rule.thresholds ?? {})) {
      requireScope(key, rule, finding, [...path, 'thresholds', key], faultAt);
    }
    return [
      {
        ...(finding === undefined ? {} : { finding }),
        ...(rule.flow === undefined ? {} : { flow: rule.flow }),
        ...(rule.topic === undefined ? {} : { topic: rule.topic }),
        ...(rule.group === undefined ? {} : { group: rule.group }),
        ...(rule.severity === undefined ? {} : { severity: rule.severity }),
        ...(rule.thresholds === undefined ? {} : { thresholds: thresholdsFromYaml(rule.thresholds) }),
      },
    ];
  });
}

function findingOf({ finding }: RuleYaml, path: YamlPath, faultAt: FaultAt): FindingCode | undefined | null {
  if (finding === undefined || isFindingCode(finding)) return finding;
  const near = closestName(finding, FINDING_CODES);
  return faultAt([...path, 'finding'], {
    message: `"${finding}" is not the code of a finding`,
    remedy: near === null ? 'docs/runbook.md has a section for each code' : `did you mean ${near}?`,
  });
}

function requireEffect({ severity, thresholds }: RuleYaml, path: YamlPath, faultAt: FaultAt): void {
  if (severity !== undefined || Object.keys(thresholds ?? {}).length > 0) return;
  faultAt(path, { message: 'changes nothing', remedy: 'add severity: off, info, warning or critical; or thresholds' });
}

function requireFlow({ flow }: RuleYaml, flows: readonly Flow[], path: YamlPath, faultAt: FaultAt): void {
  const names = flows.map(flowName);
  // Without flows the configuration has another fault.
  if (flow === undefined || names.length === 0 || names.some((name) => matchesGlob(flow, name))) return;
  const near = closestName(flow, names);
  faultAt([...path, 'flow'], {
    message: `"${flow}" matches no flow`,
    remedy: near === null ? `known are: ${names.join(', ')}` : `did you mean ${near}?`,
  });
}

/** `heartbeatStaleSeconds` → `heartbeatStaleMs`. */
function requireScope(
  key: string,
  rule: RuleYaml,
  finding: FindingCode | undefined,
  path: YamlPath,
  faultAt: FaultAt,
): void {
  const { findings, by } = THRESHOLD_SCOPES[key.replace(/Seconds$/, 'Ms') as keyof Thresholds];
  if (finding !== undefined && !findings.includes(finding)) {
    const remedy = findings.length === 0 ? 'remove finding from this rule' : `it decides ${findings.join(' and ')}`;
    faultAt(path, { message: `does not decide ${finding}`, remedy });
  }
  for (const matcher of ['topic', 'group'] as const) {
    if (rule[matcher] === undefined || by.includes(matcher)) continue;
    faultAt(path, {
      message: `cannot differ by ${matcher}`,
      remedy: `remove ${matcher} from this rule, or give the threshold a rule of its own`,
    });
  }
}
