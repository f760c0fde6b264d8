import type { FlowReport, Verdict } from '../../../shared/domain/model/report.ts';

/** What an audit of the period said of a flow, from the history. */
export interface AuditSample {
  /** When the audit began: ms since the epoch, as all times here. */
  readonly at: number;
  readonly report: FlowReport;
}

/** A time in which something was the same. */
export interface Stretch<T> {
  readonly from: number;
  readonly to: number;
  readonly is: T;
}

/** Whether an objective was kept; unknown if no audit ran, or none could say. */
export type Standing = 'kept' | 'broken' | 'unknown';

/** What changed, at the first audit that found it so. */
export type PeriodEvent =
  | { readonly kind: 'opened' | 'closed'; readonly at: number; readonly code: string }
  | { readonly kind: 'verdict'; readonly at: number; readonly verdict: Verdict };

export interface FlowPeriod {
  readonly verdicts: readonly Stretch<Verdict>[];
  /** Whether a failover would have lost no more records than the objective; empty if there is no objective. */
  readonly rpo: readonly Stretch<Standing>[];
  /** Records that a failover would have lost; null if unknown. Oldest first. */
  readonly losses: readonly { readonly at: number; readonly records: bigint | null }[];
  /** Oldest first. */
  readonly events: readonly PeriodEvent[];
}

export interface PeriodFacts {
  readonly from: number;
  readonly to: number;
  /** Oldest first; the first one may be from before the period, and then stands for its begin. */
  readonly samples: readonly AuditSample[];
  /** When no audit was recorded. */
  readonly gaps: readonly Pick<Stretch<unknown>, 'from' | 'to'>[];
  readonly rpoRecords: bigint | null;
}

/** Follows a flow through a period. What no audit looked at is unknown, never as it was before. */
export function flowPeriod({ from, to, samples, gaps, rpoRecords }: PeriodFacts): FlowPeriod {
  const over = <T>(of: (report: FlowReport) => T, unknown: T) => stretches({ from, to, samples, gaps }, of, unknown);
  return {
    verdicts: over(({ verdict }) => verdict, 'unknown'),
    rpo: rpoRecords === null ? [] : over((report) => standingOf(report, rpoRecords), 'unknown'),
    losses: samples.map(({ at, report: { loss } }) => {
      return { at: Math.max(at, from), records: loss.kind === 'known' ? loss.records : null };
    }),
    events: eventsOf(samples, from),
  };
}

/** The history keeps no counts of records: what it cannot tell apart from markers breaks no objective for certain. */
function standingOf({ loss, lossAtLeast }: FlowReport, rpoRecords: bigint): Standing {
  if (loss.kind === 'unknown') return 'unknown';
  if (loss.records <= rpoRecords) return 'kept';
  return (lossAtLeast ?? loss.records) > rpoRecords ? 'broken' : 'unknown';
}

function stretches<T>(
  { from, to, samples, gaps }: Pick<PeriodFacts, 'from' | 'to' | 'samples' | 'gaps'>,
  of: (report: FlowReport) => T,
  unknown: T,
): readonly Stretch<T>[] {
  const bounds = [from, to, ...samples.map(({ at }) => at), ...gaps.flatMap((gap) => [gap.from, gap.to])];
  const times = [...new Set(bounds.filter((time) => time >= from && time <= to))].sort((a, b) => a - b);
  const all: Stretch<T>[] = [];
  for (const [index, begin] of times.slice(0, -1).entries()) {
    const end = times[index + 1] ?? to;
    const sample = samples.findLast(({ at }) => at <= begin);
    const isGap = gaps.some((gap) => gap.from <= begin && end <= gap.to);
    const is = sample === undefined || isGap ? unknown : of(sample.report);
    const last = all.at(-1);
    if (last?.is === is) all[all.length - 1] = { ...last, to: end };
    else all.push({ from: begin, to: end, is });
  }
  return all;
}

function eventsOf(samples: readonly AuditSample[], from: number): readonly PeriodEvent[] {
  const events: PeriodEvent[] = [];
  let before: FlowReport | null = null;
  for (const { at, report } of samples) {
    const time = Math.max(at, from);
    const was: ReadonlySet<string> = new Set(before?.reasons);
    const are: ReadonlySet<string> = new Set(report.reasons);
    if (report.verdict !== before?.verdict) events.push({ kind: 'verdict', at: time, verdict: report.verdict });
    for (const code of are) if (!was.has(code)) events.push({ kind: 'opened', at: time, code });
    for (const code of was) if (!are.has(code)) events.push({ kind: 'closed', at: time, code });
    before = report;
  }
  return events;
}

/** How long what was so: ms. */
export function timeOf<T>(all: readonly Stretch<T>[], is: T): number {
  return all.reduce((sum, stretch) => sum + (stretch.is === is ? stretch.to - stretch.from : 0), 0);
}

/** A recorded state: from when to when audits found it. */
export interface RecordedSpan {
  readonly at: number;
  /** The last audit that found it so; null if that is not known. */
  readonly heldUntil: number | null;
  /** One snapshot is kept for each such time: ms. */
  readonly everyMs: number;
}

/** Audits come once a minute; a few that fail are no gap. */
const LEAST_GAP_MS = 600_000;

/** When no audit was recorded for longer than the history's resolution explains. @param spans oldest first */
export function gapsOf(
  spans: readonly RecordedSpan[],
  from: number,
  to: number,
): readonly Pick<Stretch<unknown>, 'from' | 'to'>[] {
  const gaps: { from: number; to: number }[] = [];
  const [first] = spans;
  if (first === undefined) return [{ from, to }];
  if (first.at > from) gaps.push({ from, to: first.at });
  for (const [index, { at, heldUntil, everyMs }] of spans.entries()) {
    const begin = Math.max(from, heldUntil ?? at);
    const end = Math.min(to, spans[index + 1]?.at ?? to);
    if (end - begin > Math.max(LEAST_GAP_MS, 2 * everyMs)) gaps.push({ from: begin, to: end });
  }
  return gaps;
}
