import { findingIdentity } from '../judge/findings/finding-identity.ts';
import { worstFirst } from '../judge/findings/make-finding.ts';
import type { Finding } from '../model/finding.ts';
import type { FlowReport } from '../model/report.ts';
import { type AnnouncedFinding, clipped, type FailoverNow, type FindingEvent, type Standing } from './finding-event.ts';

/** A finding whose opening was announced, and whose closing was not. */
export interface OpenFinding {
  /** That of its events. */
  readonly findingId: string;
  /** As last announced. */
  readonly finding: AnnouncedFinding;
  /** When the first audit began that found it: ms since the epoch. */
  readonly since: number;
  readonly sinceBefore: boolean;
  /** How many events it has had. */
  readonly events: number;
}

/** Most events of one audit: DynamoDB writes at most 100 items at once. The next audits announce the others. */
export const EVENTS_AT_ONCE = 80;
/** Most characters of the events of one audit, as JSON: a transaction of DynamoDB has 4 MB. */
const EVENT_CHARACTERS = 800_000;
/** Most characters of what is open, as JSON: an item of DynamoDB has 400 KB, and a character at most three bytes. */
const OPEN_AT_MOST = 120_000;

/** What an audit announces. */
export interface Announcement {
  /** What is open afterwards. */
  readonly open: readonly OpenFinding[];
  readonly events: readonly FindingEvent[];
}

export interface FollowRequest {
  /** What was open after the last announcement; null if there was none. */
  readonly before: readonly OpenFinding[] | null;
  readonly report: Pick<FlowReport, 'flow' | 'findings' | 'unread'>;
  /** Whether a cluster refused the audit, which then could not have found what is open. */
  readonly isRefused: boolean;
  /** When the audit began: ms since the epoch. */
  readonly at: number;
  readonly failover: FailoverNow;
  /** A short hash of a text. */
  readonly digest: (text: string) => string;
}

/**
 * Decides which findings opened, changed or closed since the last announcement. A finding closes when an audit that
 * could have found it no longer does: while a cluster refuses, or a part could not be read that a retry may read, none closes.
 * Ids depend only on what was announced and on the time of the audit. What does not fit into one announcement stays
 * unannounced: a later audit finds it again.
 */
export function followFindings(request: FollowRequest): Announcement {
  const { before, report, at, failover, digest } = request;
  const known = new Map((before ?? []).map((one) => [findingIdentity(one.finding), one]));
  const open = new Map(known);
  const events: FindingEvent[] = [];
  let characters = 0;
  const announce = (kind: FindingEvent['kind'], one: OpenFinding, was: Standing | null) => {
    const { findingId, finding, since, sinceBefore } = one;
    const id = `${findingId}-${one.events - 1}`;
    const event = { kind, id, findingId, flow: report.flow, at, since, sinceBefore, finding, was, failover };
    events.push(event);
    characters += JSON.stringify(event).length;
  };
  const isFull = () => events.length >= EVENTS_AT_ONCE || characters >= EVENT_CHARACTERS;

  const found = new Set<string>();
  const isWhole = !request.isRefused && !report.unread.some(({ retriable }) => retriable);
  const current = uniqueByIdentity(worstFirst(report.findings));
  for (const [identity] of current) found.add(identity);
  for (const [identity, one] of known) {
    if (found.has(identity) || !isWhole || isFull()) continue;
    open.delete(identity);
    announce('closed', { ...one, events: one.events + 1 }, null);
  }
  let size = [...open.values()].reduce((sum, one) => sum + sizeOf(one), 0);
  for (const [identity, raw] of current) {
    if (isFull()) break;
    const finding = announced(raw);
    const was = known.get(identity);
    if (was !== undefined && isSameStanding(was.finding, finding)) continue;
    const next: OpenFinding =
      was === undefined
        ? {
            findingId: digest(JSON.stringify([report.flow, identity, at])),
            finding,
            since: at,
            sinceBefore: before === null,
            events: 1,
          }
        : { ...was, finding, events: was.events + 1 };
    const grown = size + sizeOf(next) - (was === undefined ? 0 : sizeOf(was));
    if (was === undefined && grown > OPEN_AT_MOST) continue;
    size = grown;
    open.set(identity, next);
    if (was === undefined) announce('opened', next, null);
    else announce('changed', next, { severity: was.finding.severity, acknowledged: was.finding.acknowledged });
  }
  return { open: [...open.values()], events };
}

function uniqueByIdentity(findings: readonly Finding[]): Map<string, Finding> {
  const unique = new Map<string, Finding>();
  for (const finding of findings) {
    const identity = findingIdentity(finding);
    if (!unique.has(identity)) unique.set(identity, finding);
  }
  return unique;
}

function announced({ code, severity, subject, message, acknowledged }: Finding): AnnouncedFinding {
  const known =
    acknowledged === undefined ? null : { by: clipped(acknowledged.by), reason: clipped(acknowledged.reason) };
  return { code, severity, subject, message: clipped(message), acknowledged: known };
}

/** The numbers in a finding's message change with every audit; people hear of what matters. */
function isSameStanding(a: Standing, b: Standing): boolean {
  return a.severity === b.severity && (a.acknowledged === null) === (b.acknowledged === null);
}

function sizeOf(one: OpenFinding): number {
  return JSON.stringify(one).length;
}
