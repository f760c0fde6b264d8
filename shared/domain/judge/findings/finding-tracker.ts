import type { Finding } from '../../model/finding.ts';
import type { FlowReport } from '../../model/report.ts';
import { findingIdentity } from './finding-identity.ts';

/** A finding that audits go on finding. */
export interface OpenFinding {
  /** As the newest audit that found it says. */
  readonly finding: Finding;
  /** When the first audit that found it began: ms since the epoch. */
  readonly openedAt: number;
  /** Whether nobody had looked before: it may have been there for longer. */
  readonly sinceBefore: boolean;
}

export interface FindingChanges {
  readonly opened: readonly OpenFinding[];
  readonly closed: readonly OpenFinding[];
}

/**
 * Follows the findings of one flow from audit to audit. A finding is the same one while its `findingIdentity` is. It
 * closes when an audit that could have found it no longer does: not while a part of the flow could not be read that may
 * be readable again.
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
