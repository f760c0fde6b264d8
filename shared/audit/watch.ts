import { FindingTracker, type OpenFinding } from '../domain/judge/findings/finding-tracker.ts';
import { TidemarkError } from '../domain/model/errors.ts';
import type { AuditReport, FlowReport } from '../domain/model/report.ts';
import type { Clock } from '../ports.ts';

export interface WatchRequest {
  /** Runs one audit. */
  readonly audit: () => Promise<AuditReport>;
  /** From the start of one audit to the start of the next one. */
  readonly intervalMs: number;
  /** Number of audits; unlimited if absent. */
  readonly count?: number;
  readonly clock: Clock;
  readonly wait: (ms: number) => Promise<void>;
}

/** An event of a watch; `at` is when the audit began, ms since the epoch. */
export type WatchEvent =
  | { readonly kind: 'audit'; readonly at: number; readonly report: FlowReport }
  | { readonly kind: 'opened'; readonly at: number; readonly flow: string; readonly open: OpenFinding }
  | { readonly kind: 'closed'; readonly at: number; readonly flow: string; readonly open: OpenFinding }
  /** No flow could be audited. Open findings stay open. */
  | { readonly kind: 'failed'; readonly at: number; readonly error: TidemarkError };

/**
 * Audits on an interval, one audit at a time. If an audit takes longer than the interval, the missed starts are
 * skipped. A failed audit is an event, and the watch continues. Two things end it: a defect, and a first audit that
 * fails with an error that a retry cannot fix (credentials, permissions).
 *
 * @throws AuthenticationError, AuthorizationError from the first audit
 */
export async function* watch({ audit, intervalMs, count, clock, wait }: WatchRequest): AsyncGenerator<WatchEvent> {
  const trackers = new Map<string, FindingTracker>();
  let next = clock.now();
  for (let done = 0; count === undefined || done < count; done++) {
    const ahead = next - clock.now();
    if (ahead > 0) await wait(ahead);
    const at = clock.now();
    const outcome = await audit().catch((error: unknown) => {
      if (!(error instanceof TidemarkError) || (done === 0 && !error.retriable)) throw error;
      return error;
    });
    if (outcome instanceof TidemarkError) yield { kind: 'failed', at, error: outcome };
    else for (const report of outcome.flows) yield* eventsOf(report, outcome.at, trackers);
    next += intervalMs * Math.max(1, Math.ceil((clock.now() - next) / intervalMs));
  }
}

function* eventsOf(report: FlowReport, at: number, trackers: Map<string, FindingTracker>): Generator<WatchEvent> {
  const { flow } = report;
  let tracker = trackers.get(flow);
  if (tracker === undefined) {
    tracker = new FindingTracker();
    trackers.set(flow, tracker);
  }
  const { opened, closed } = tracker.follow(report, at);
  yield { kind: 'audit', at, report };
  for (const open of opened) yield { kind: 'opened', at, flow, open };
  for (const open of closed) yield { kind: 'closed', at, flow, open };
}
