import type { HistoryState } from '../domain/history/history-state.ts';
import type { KnownFlow } from '../domain/history/known-flow.ts';
import type { Flow } from '../domain/model/flow.ts';

/** Where audits are kept, so that the next one, in this process or another, goes on from them. */
export interface AuditHistory {
  /** Never throws: without its history an audit still has an answer. */
  open(flow: Flow): Promise<FlowHistory>;
}

/** One flow's history, for the time of one audit. */
export interface FlowHistory {
  /** What earlier audits left; null where there is none, or it cannot be read. */
  readonly known: KnownFlow | null;
  /** Keeps what the audit found. Never throws. */
  record(state: HistoryState): Promise<Recording>;
}

export interface Recording {
  /** The state as it is kept, to go on from; null where it was not. */
  readonly known: KnownFlow | null;
  /** Why it was not kept; null where it was, or another process is keeping this flow's history at the moment. */
  readonly failure: string | null;
}
