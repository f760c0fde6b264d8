import type { Finding } from '../../model/finding.ts';
import type { FlowReport } from '../../model/report.ts';
import { findingIdentity } from './finding-identity.ts';

/** A finding that audits keep finding. */
export interface OpenFinding {
  /** As the newest audit that found it reports it. */
  readonly finding: Finding;
  /** When the first audit that found it began: ms since the epoch. */
  readonly openedAt: number;
  /** Whether no audit had run before: the finding may be older. */
  readonly sinceBefore: boolean;
}

export interface FindingChanges {
  readonly opened: readonly OpenFinding[];
  readonly closed: readonly OpenFinding[];
}

/**
 * Follows the findings of one flow from audit to audit. A finding is the same one as long as its `findingIdentity` is
 * the same. It closes when an audit that could have found it no longer does. While a part of the flow could not be read
 * and a retry may read it, no finding closes.
 */
export class FindingTracker {
  #open: Map<string, OpenFinding> | null = null;

  get open(): readonly OpenFinding[] {
    return [...(this.#open?.values() ?? [])];
  }

  /** @param at when the audit began: ms since the epoch */
  follow(report: Pick<FlowReport, 'findings' | 'unread'>, at: number): FindingChanges {
    const before = this.#open;
    const open = new Map<string, OpenFinding>();
    const opened: OpenFinding[] = [];
    for (const finding of report.findings) {
      const key = findingIdentity(finding);
      if (open.has(key)) continue;
      const known = before?.get(key);
      const now = known === undefined ? { finding, openedAt: at, sinceBefore: before === null } : { ...known, finding };
      open.set(key, now);
      if (known === undefined) opened.push(now);
    }
    const isWhole = !report.unread.some(({ retriable }) => retriable);
    const closed: OpenFinding[] = [];
    for (const [key, one] of before ?? []) {
      if (open.has(key)) continue;
      if (isWhole) closed.push(one);
      else open.set(key, one);
    }
    this.#open = open;
    return { opened, closed };
  }
}
