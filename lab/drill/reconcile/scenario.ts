import type { ReconciledPartition } from './reconcile-result.ts';

export interface ReconcileScenario {
  readonly name: string;
  readonly title: string;
  /** Plays it on clusters of its own. */
  play(): Promise<readonly ReconciledPartition[]>;
}
