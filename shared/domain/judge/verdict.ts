import type { FindingCode, Severity } from '../../contract/finding-codes.ts';
import type { Finding } from '../model/finding.ts';
import { costOf, type GroupReport, type Loss, type Verdict } from '../model/report.ts';
import { type FlowObservation, isNotAttempted } from './observation.ts';

/**
 * Whether the flow is ready for a failover now. What could not be read or is unknown holds whatever rules and
 * acknowledgements say of the findings about it.
 * @param findings those that count
 */
export function verdictOf(
  observation: FlowObservation,
  loss: Loss,
  findings: readonly Finding[],
  groups: readonly Pick<GroupReport, 'mm2' | 'tidemark'>[],
): Verdict {
  const { sourceDown, targetDown } = observation;
  // An audit that reaches neither side knows nothing of the flow: the network around it may be the cause.
  if (sourceDown !== null && targetDown !== null) return 'unknown';
  if (isNotAttempted(sourceDown) || isNotAttempted(targetDown)) return 'unknown';
  // Nobody can fail over to a cluster that does not answer.
  if (targetDown !== null) return 'not-ready';
  if (sourceDown !== null) return verdictWithoutSource(observation, loss, findings, groups);
  if (findings.some(({ severity }) => severity === 'critical')) return 'not-ready';
  if (loss.kind === 'unknown') return 'unknown';
  if (hasUnreadPart(observation)) return 'at-risk';
  return findings.some(({ severity }) => severity === 'warning') ? 'at-risk' : 'ready';
}

/** The verdict after a finding that came up later: it never improves. */
export function worsened(verdict: Verdict, severity: Severity): Verdict {
  if (severity === 'critical') return 'not-ready';
  return severity === 'warning' && verdict === 'ready' ? 'at-risk' : verdict;
}

/** Whether a part that the verdict needs could not be read. */
function hasUnreadPart(observation: FlowObservation): boolean {
  const { syncs, checkpoints, heartbeat, connectOffsets, connectors, topics, groups, targetGroups } = observation;
  if (!observation.listingComplete || connectors?.kind === 'unread') return true;
  if ([syncs, checkpoints, heartbeat, connectOffsets].some(isUnread)) return true;
  if ([...groups, ...targetGroups.values()].some(({ committed }) => isUnread(committed))) return true;
  return topics.some(({ source, target }) => [...source, ...(target ?? [])].some(isUnread));
}

function isUnread({ kind }: { readonly kind: string }): boolean {
  return kind === 'unread';
}

/**
 * The verdict from the target and from what earlier audits knew. It is never better than `at-risk`, because it is not
 * known what is lost. If no position is known either, nothing supports a verdict.
 */
function verdictWithoutSource(
  { remembered }: FlowObservation,
  loss: Loss,
  findings: readonly Finding[],
  groups: readonly Pick<GroupReport, 'mm2' | 'tidemark'>[],
): Verdict {
  if (remembered === null) return 'unknown';
  const others = findings.filter(({ code }) => code !== 'CLUSTER_UNREACHABLE');
  if (others.some(({ severity }) => severity === 'critical')) return 'not-ready';
  const knows = groups.some(({ mm2, tidemark }) => costOf(mm2) !== null || costOf(tidemark) !== null);
  return loss.kind === 'unknown' && !knows ? 'unknown' : 'at-risk';
}

/** Codes of the findings that made the verdict; `findings` come worst first. */
export function reasonsOf(findings: readonly Finding[]): FindingCode[] {
  return [...new Set(findings.filter(({ severity }) => severity !== 'info').map(({ code }) => code))];
}
