import { FINDINGS, type FindingCode } from '../../contract/finding-codes.ts';
import { sourceTopic } from '../mirror/replication-policy.ts';
import type { Finding, SuppressedFinding } from '../model/finding.ts';
import { type Flow, flowName } from '../model/flow.ts';
import { matchesGlob } from '../model/name-glob.ts';
import type { AuditPolicy, AuditRule, Thresholds } from './audit-policy.ts';

/** What a threshold is looked up for. */
export interface ThresholdSubject {
  /** `A->B` */
  readonly flow: string;
  readonly finding?: FindingCode;
  /** On the source. */
  readonly topic?: string;
  readonly group?: string;
}

/** The thresholds that hold for a subject: those of the policy, each replaced by the last matching rule that has it. */
export function thresholdsFor(policy: AuditPolicy, { flow, finding, topic, group }: ThresholdSubject): Thresholds {
  let found: Thresholds = policy;
  for (const rule of policy.rules) {
    if (rule.thresholds === undefined) continue;
    if (rule.finding !== undefined && rule.finding !== finding) continue;
    if (!matches(rule.flow, [flow])) continue;
    if (!matches(rule.topic, topic === undefined ? [] : [topic])) continue;
    if (!matches(rule.group, group === undefined ? [] : [group])) continue;
    found = { ...found, ...rule.thresholds };
  }
  return found;
}

/**
 * The policy with the thresholds of a flow as a whole. Those that can differ by topic or group are looked up with
 * `thresholdsFor` where a finding is computed.
 */
export function policyOfFlow(policy: AuditPolicy, flow: string): AuditPolicy {
  if (policy.rules.length === 0) return policy;
  return {
    ...policy,
    heartbeatStaleMs: thresholdsFor(policy, { flow, finding: 'HEARTBEAT_STALE' }).heartbeatStaleMs,
    mirrorStoppedMs: thresholdsFor(policy, { flow, finding: 'MIRROR_STOPPED' }).mirrorStoppedMs,
    maxLossRecords: thresholdsFor(policy, { flow, finding: 'LOSS_OVER_LIMIT' }).maxLossRecords,
    probeBudget: thresholdsFor(policy, { flow }).probeBudget,
  };
}

/** The policy without what its rules say of severities, for an audit that is asked for the findings themselves. */
export function withoutSeverities(policy: AuditPolicy): AuditPolicy {
  return { ...policy, rules: policy.rules.map(({ severity: _, ...rule }) => rule) };
}

/** What findings are matched by besides themselves. */
export interface RuleFacts {
  readonly flow: Flow;
  /** Source topics for which the group has commits in this flow. */
  readonly topicsOfGroup: (group: string) => readonly string[];
}

/** Findings with the severities of the rules, in the same order, and those that rules turned off. */
export function applyRules(
  findings: readonly Finding[],
  rules: readonly AuditRule[],
  facts: RuleFacts,
): { readonly findings: readonly Finding[]; readonly suppressed: readonly SuppressedFinding[] } {
  if (rules.every(({ severity }) => severity === undefined)) return { findings, suppressed: [] };
  const kept: Finding[] = [];
  const suppressed: SuppressedFinding[] = [];
  for (const finding of findings) {
    const { code, severity: was, subject } = finding;
    const index = rules.findLastIndex((rule) => rule.severity !== undefined && matchesFinding(rule, finding, facts));
    const severity = rules[index]?.severity ?? was;
    if (severity === 'off') suppressed.push({ code, severity: was, subject, rule: index });
    else kept.push(severity === was ? finding : { ...finding, severity, rule: { index, was } });
  }
  return { findings: kept, suppressed };
}

function matchesFinding(rule: AuditRule, finding: Finding, { flow, topicsOfGroup }: RuleFacts): boolean {
  const { code, subject } = finding;
  if (rule.finding !== undefined && rule.finding !== code) return false;
  if (!matches(rule.flow, [flowName(flow)])) return false;
  if (!matches(rule.group, subject.group === undefined ? [] : [subject.group])) return false;
  return rule.topic === undefined || matchesTopic(rule.topic, finding, flow, topicsOfGroup);
}

function matchesTopic(
  glob: string,
  { code, subject: { topic, group } }: Finding,
  flow: Flow,
  topicsOfGroup: RuleFacts['topicsOfGroup'],
): boolean {
  switch (FINDINGS[code].about) {
    case 'flow':
    case 'cluster':
      return false;
    case 'source-topic':
      return topic !== undefined && matchesGlob(glob, topic);
    case 'target-topic':
      return topic !== undefined && [topic, sourceTopic(flow.policy, flow.source, topic)].some(globbed(glob));
    case 'group':
      // The finding names its worst topic and counts the others, so that it is about all of them.
      return group !== undefined && matches(glob, topicsOfGroup(group));
  }
}

/** An absent matcher matches everything; one that is there matches if there are names and all of them fit. */
function matches(glob: string | undefined, names: readonly string[]): boolean {
  return glob === undefined || (names.length > 0 && names.every(globbed(glob)));
}

function globbed(glob: string): (name: string) => boolean {
  return (name) => matchesGlob(glob, name);
}
