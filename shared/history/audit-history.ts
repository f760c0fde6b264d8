import type { HistoryState } from '../domain/history/history-state.ts';
import type { KnownFlow } from '../domain/history/known-flow.ts';
import type { Flow } from '../domain/model/flow.ts';
import type { AuditedFlow } from './finding-announcer.ts';
import type { FlowClusters } from './history-lineage.ts';

/** Stores audits, so that the next audit can continue from them, in this process or another. */
export interface AuditHistory {
  /** Whether findings are announced; false if absent. */
  readonly announces?: boolean;
  /** Never throws: an audit without a history still has an answer. */
  open(flow: Flow, clusters: FlowClusters): Promise<FlowHistory>;
}

/** The history of one flow, for the duration of one audit. */
export interface FlowHistory {
  /** What earlier audits stored; null if there is nothing, or it cannot be read. */
  readonly known: KnownFlow | null;
  /** Stores what the audit found. Never throws. */
  record(state: HistoryState): Promise<Recording>;
  /**
   * Announces which findings opened, changed or closed, before the audit is recorded. Never throws. Absent if nobody
   * wants to know, or another process records this flow.
   */
  readonly announce?: (audited: AuditedFlow) => Promise<void>;
}

export interface Recording {
  /** The stored state, for the next audit to continue from; null if it was not stored. */
  readonly known: KnownFlow | null;
  /** Why the audit was not stored; null if it was, or if another process currently records this flow. */
  readonly failure: string | null;
}
