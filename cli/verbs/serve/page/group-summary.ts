import {
  type Cost,
  compareProofs,
  costOf,
  type FlowReport,
  type GroupReport,
  type Proof,
  proofOf,
} from '../../../../shared/domain/model/report.ts';
import { worstGroupsFirst } from '../../../output/worst-first.ts';

/** What all partitions of a group pay at a position, in records. */
export interface SummedCost {
  readonly rereadAtMost: bigint;
  readonly skipAtMost: bigint;
  /** Partitions where it is unknown, which the sums do not include. */
  readonly unknown: number;
}

/** A group of a flow, over all its partitions. */
export interface GroupSummary {
  readonly group: string;
  /** Worst first; at least one. */
  readonly entries: readonly [GroupReport, ...GroupReport[]];
  readonly mm2: SummedCost;
  readonly tidemark: SummedCost;
  /** The weakest of its positions' proofs. */
  readonly proof: Proof;
}

/** By the report: sorting 100,000 entries takes longer than showing them. */
const kept = new WeakMap<FlowReport, readonly GroupSummary[]>();

/** The groups of a flow, worst first: each has the place of the worst of its entries. */
export function groupSummaries(flow: FlowReport): readonly GroupSummary[] {
  const before = kept.get(flow);
  if (before !== undefined) return before;
  const byGroup = Map.groupBy(flow.groups.toSorted(worstGroupsFirst), ({ group }) => group);
  const all = [...byGroup].flatMap(([group, [first, ...rest]]) => {
    if (first === undefined) return [];
    const entries = [first, ...rest] as const;
    const proofs = entries.map(({ tidemark }) => proofOf(tidemark));
    const proof = proofs.reduce((weakest, one) => (compareProofs(one, weakest) < 0 ? one : weakest));
    return [{ group, entries, mm2: summed(entries, 'mm2'), tidemark: summed(entries, 'tidemark'), proof }];
  });
  kept.set(flow, all);
  return all;
}

function summed(entries: readonly GroupReport[], whose: 'mm2' | 'tidemark'): SummedCost {
  const known = entries.flatMap((entry) => costOf(entry[whose]) ?? []);
  const sum = (what: keyof Cost): bigint => known.reduce((total, cost) => total + cost[what], 0n);
  return { rereadAtMost: sum('rereadAtMost'), skipAtMost: sum('skipAtMost'), unknown: entries.length - known.length };
}
