import { type FlowReport, PROOFS, type Proof, proofOf } from '../../shared/domain/model/report.ts';

/** The figures that one line shows for a flow. */
export interface FlowFigures {
  /** Source records that are not on the target, of all partitions whose lag is known; null if none is. */
  readonly lag: bigint | null;
  /** Partitions of unknown lag. */
  readonly unknownLag: number;
  /** How many group positions have which proof, best first; those that none has are left out. */
  readonly positions: Partial<Readonly<Record<Proof, number>>>;
  /** When the oldest of the groups' commits was read, where that was before the audit: ms since the epoch. */
  readonly commitsAsOf: number | 'unknown' | null;
}

/** @param at when the audit began: ms since the epoch */
export function figuresOf({ partitions, groups, loss }: FlowReport, at: number): FlowFigures {
  const counts = PROOFS.map(
    (proof) => [proof, groups.filter(({ tidemark }) => proofOf(tidemark) === proof).length] as const,
  );
  const lags = partitions.flatMap(({ lag }) => (lag.kind === 'known' ? [lag.records] : []));
  const isUnknown = lags.length === 0 && (partitions.length > 0 || loss.kind === 'unknown');
  return {
    lag: isUnknown ? null : lags.reduce((sum, records) => sum + records, 0n),
    unknownLag: partitions.length - lags.length,
    positions: Object.fromEntries(counts.filter(([, count]) => count > 0)),
    commitsAsOf: oldestCommit(groups, at),
  };
}

function oldestCommit(groups: FlowReport['groups'], at: number): FlowFigures['commitsAsOf'] {
  let oldest = at;
  for (const { commitCheckedAt } of groups) {
    if (commitCheckedAt === null) return 'unknown';
    oldest = Math.min(oldest, commitCheckedAt);
  }
  return oldest < at ? oldest : null;
}
