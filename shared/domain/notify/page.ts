import { isAsBadAs, type Severity } from '../../contract/finding-codes.ts';
import type { FindingEvent, Standing } from './finding-event.ts';

/** What an event asks of people: `page` to act, `resolved` that nothing is left to do, null for nothing. */
export type PageKind = 'page' | 'resolved' | null;

/**
 * Whether an event pages. A finding pages while it is at least this severe and nobody has acknowledged it. It pages once
 * when that begins, and says once that it is over.
 */
export function pageKindOf({ kind, finding, was }: FindingEvent, least: Severity): PageKind {
  const counts = (standing: Standing) => standing.acknowledged === null && isAsBadAs(standing.severity, least);
  switch (kind) {
    case 'opened':
      return counts(finding) ? 'page' : null;
    case 'closed':
      return counts(finding) ? 'resolved' : null;
    case 'changed': {
      const before = was !== null && counts(was);
      if (counts(finding) === before) return null;
      return before ? 'resolved' : 'page';
    }
  }
}
