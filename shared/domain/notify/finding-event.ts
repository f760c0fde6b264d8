import type { FindingCode, Severity } from '../../contract/finding-codes.ts';
import type { Subject } from '../model/finding.ts';
import type { Basis, Verdict } from '../model/report.ts';

export const FINDING_EVENT_KINDS = ['opened', 'changed', 'closed'] as const;

/**
 * What happened to a finding of a flow: it opened, its severity or acknowledgement changed, or it closed. Counts are
 * decimal strings and times are ms since the epoch, so that it is the same as JSON.
 */
export interface FindingEvent {
  readonly kind: (typeof FINDING_EVENT_KINDS)[number];
  /** The same however often the event is delivered. */
  readonly id: string;
  /** The same for all events of one finding, from its opening to its closing. */
  readonly findingId: string;
  /** `A->B` */
  readonly flow: string;
  /** When the audit began that saw it. */
  readonly at: number;
  /** When the first audit began that found it. */
  readonly since: number;
  /** Whether no audit had run before: the finding may be older. */
  readonly sinceBefore: boolean;
  readonly finding: AnnouncedFinding;
  /** The finding before it changed; null if it opened or closed. */
  readonly was: Standing | null;
  readonly failover: FailoverNow;
}

/** What decides whether a finding pages. */
export interface Standing {
  readonly severity: Severity;
  /** Who said why that it is known; null if nobody has. */
  readonly acknowledged: { readonly by: string; readonly reason: string } | null;
}

/** A finding as events and the outbox carry it. */
export interface AnnouncedFinding extends Standing {
  readonly code: FindingCode;
  readonly subject: Subject;
  readonly message: string;
}

/** What a failover of the flow would do at the time of the audit. */
export interface FailoverNow {
  readonly verdict: Verdict;
  readonly loss:
    | {
        readonly kind: 'known';
        /** At most, if the basis is `estimated`. */
        readonly records: string;
        readonly basis: Basis;
        readonly seconds: number | null;
      }
    | { readonly kind: 'unknown'; readonly reason: string };
  /** Group positions that cost something, or whose cost is unknown. */
  readonly groups: {
    readonly count: number;
    readonly affected: number;
    /** The first few of them, worst first. */
    readonly worst: readonly AffectedGroup[];
  };
}

/** A group that would skip or re-read records; null if the number is unknown. */
export interface AffectedGroup {
  readonly group: string;
  readonly skipAtMost: string | null;
  readonly rereadAtMost: string | null;
}

/** An event that reached people cannot be longer than what carries it. */
const LONGEST_TEXT = 1_000;

/** A text that an event may carry: a longer one ends in an ellipsis, never in half a character. */
export function clipped(text: string, longest = LONGEST_TEXT): string {
  if (text.length <= longest) return text;
  return `${text.slice(0, longest - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}
