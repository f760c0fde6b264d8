import type { AuthenticationError, AuthorizationError } from '../model/errors.ts';
import { type Flow, flowName } from '../model/flow.ts';
import type { FlowReport } from '../model/report.ts';
import { makeFinding } from './findings/make-finding.ts';

/** The report of a flow that could not be audited because a cluster refused the credentials or a permission. */
export function refusedFlow(flow: Flow, error: AuthenticationError | AuthorizationError): FlowReport {
  const { cluster, code, message } = error;
  const finding = makeFinding('ACCESS_REFUSED', { cluster }, message, { error: code });
  return {
    flow: flowName(flow),
    verdict: 'unknown',
    reasons: [finding.code],
    loss: { kind: 'unknown', reason: message },
    partitions: [],
    groups: [],
    findings: [finding],
    unread: [{ what: `cluster ${cluster}`, cluster, error: code, message, retriable: false }],
    snapshot: null,
  };
}
