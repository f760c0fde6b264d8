import type { Acknowledgement, Finding } from '../model/finding.ts';
import type { FlowReport } from '../model/report.ts';
import { findingIdentity } from './findings/finding-identity.ts';

/** Whether an acknowledgement counts at a time: ms since the epoch. */
export function isInEffect({ at, until, ending }: Acknowledgement, now: number): boolean {
  if (at > now || (until !== null && until <= now)) return false;
  return ending === null || ending.at > now;
}

/** Whether an acknowledgement of the same flow is about a finding: about what it is about, and what it names besides. */
export function covers(acknowledgement: Acknowledgement, finding: Pick<Finding, 'code' | 'subject'>): boolean {
  if (findingIdentity(acknowledgement) !== findingIdentity(finding)) return false;
  const { cluster, topic, partition, group } = acknowledgement.subject;
  const { subject } = finding;
  return (
    (cluster === undefined || cluster === subject.cluster) &&
    (topic === undefined || topic === subject.topic) &&
    (partition === undefined || partition === subject.partition) &&
    (group === undefined || group === subject.group)
  );
}

/** The findings, each with the acknowledgement that covers it; of several, the one that lasts longest. */
export function applyAcknowledgements(
  findings: readonly Finding[],
  inEffect: readonly Acknowledgement[],
): readonly Finding[] {
  if (inEffect.length === 0) return findings;
  return findings.map((finding) => {
    const [longest] = inEffect.filter((one) => covers(one, finding)).toSorted((a, b) => endOf(b) - endOf(a));
    return longest === undefined ? finding : { ...finding, acknowledged: longest };
  });
}

/** One without a time ends with its finding, which nobody can foresee: a time that is fixed lasts longer for sure. */
function endOf({ until }: Acknowledgement): number {
  return until ?? 0;
}

/** The findings that count for verdict, reasons, exit code and metrics: nobody has acknowledged them. */
export function countedFindings(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter(({ acknowledged }) => acknowledged === undefined);
}

/**
 * Acknowledgements that end with this audit: they have no time of their own, and an audit that began after they were
 * made could have found their finding and did not. A finding that a rule turned off is still there.
 * @param at when the audit of the whole flow began: ms since the epoch
 */
export function closedAcknowledgements(
  { findings, suppressed, unread }: Pick<FlowReport, 'findings' | 'suppressed' | 'unread'>,
  inEffect: readonly Acknowledgement[],
  at: number,
): readonly Acknowledgement[] {
  if (unread.some(({ retriable }) => retriable)) return [];
  const found = new Set([...findings, ...suppressed].map(findingIdentity));
  return inEffect.filter((one) => one.until === null && one.at < at && !found.has(findingIdentity(one)));
}
