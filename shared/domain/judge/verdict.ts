import type { FindingCode } from '../../contract/finding-codes.ts';
import type { Finding } from '../model/finding.ts';
import type { Loss, Verdict } from '../model/report.ts';
import type { FlowObservation } from './observation.ts';

/** Whether the flow is ready for a failover now. */
export function verdictOf(observation: FlowObservation, loss: Loss, findings: readonly Finding[]): Verdict {
  // Nobody can fail over to a cluster that does not answer.
  if (observation.targetDown !== null) return 'not-ready';
  if (observation.sourceDown !== null) return verdictWithoutSource(observation, findings);
  if (findings.some(({ severity }) => severity === 'critical')) return 'not-ready';
  if (loss.kind === 'unknown') return 'unknown';
  return findings.some(({ severity }) => severity === 'warning') ? 'at-risk' : 'ready';
}

/**
 * The verdict from the target and from what earlier audits knew. It is never better than `at-risk`, because it is not
 * known what is lost.
 */
function verdictWithoutSource({ remembered }: FlowObservation, findings: readonly Finding[]): Verdict {
  if (remembered === null) return 'unknown';
  const others = findings.filter(({ code }) => code !== 'CLUSTER_UNREACHABLE');
  return others.some(({ severity }) => severity === 'critical') ? 'not-ready' : 'at-risk';
}

/** Codes of the findings that made the verdict; `findings` come worst first. */
export function reasonsOf(findings: readonly Finding[]): FindingCode[] {
  return [...new Set(findings.filter(({ severity }) => severity !== 'info').map(({ code }) => code))];
}
