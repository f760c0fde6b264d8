import type { Position } from '../contract/metrics.ts';
import { type Cost, costOf, type GroupReport } from '../domain/model/report.ts';

/** What the partitions of groups pay at a position, in records; nothing for a partition where that is unknown. */
export function knownCosts(entries: readonly GroupReport[], position: Position, cost: keyof Cost): number[] {
  return entries.flatMap((entry) => {
    const value = costOf(entry[position])?.[cost];
    return value === undefined ? [] : [Number(value)];
  });
}

/** How many partitions of groups have re-reads and skips that are unknown. */
export function countUnknownCosts(entries: readonly GroupReport[], position: Position): number {
  return entries.filter((entry) => costOf(entry[position]) === null).length;
}
