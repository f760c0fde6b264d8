import type { AuthenticationError, AuthorizationError } from '../model/errors.ts';
import { flowName } from '../model/flow.ts';
import type { FlowReport } from '../model/report.ts';
import { countedFindings } from './acknowledgements.ts';
import { makeFinding } from './findings/make-finding.ts';
import { reasonsOf } from './verdict.ts';
import { type FindingWeights, weighFindings } from './weigh-findings.ts';

/** The report of a flow that could not be audited because a cluster refused the credentials or a permission. */
export function refusedFlow(error: AuthenticationError | AuthorizationError, weights: FindingWeights): FlowReport {
  const { cluster, code, message } = error;
  const finding = makeFinding('ACCESS_REFUSED', { cluster }, message, { error: code });
  const { findings, suppressed } = weighFindings([finding], [], weights);
  return {
    flow: flowName(weights.flow),
    verdict: 'unknown',
    reasons: reasonsOf(countedFindings(findings)),
    loss: { kind: 'unknown', reason: message },
    partitions: [],
    groups: [],
    findings,
    suppressed,
    unread: [{ what: `cluster ${cluster}`, cluster, error: code, message, retriable: false }],
    snapshot: null,
  };
}
