import type { GroupReport } from '../domain/model/report.ts';
import { countUnknownCosts, knownCosts } from './group-costs.ts';

/** A group of a flow, as its place among the groups with metrics of their own depends on it. */
export interface RankedGroup {
  readonly name: string;
  /** Whether it may skip records at MM2's positions. Such a group need not wait for a place until the next hour. */
  readonly skips: boolean;
}

/**
 * The groups of a flow, worst first: by skips, then re-reads, then unknown positions, all under MM2's positions. Ties go
 * by name, so the order is stable.
 */
export function rankGroups(groups: readonly GroupReport[]): readonly RankedGroup[] {
  return [...Map.groupBy(groups, (entry) => entry.group)]
    .map(([name, entries]) => ({ name, badness: badnessOf(entries) }))
    .sort((a, b) => {
      const difference = a.badness.map((value, index) => (b.badness[index] ?? 0) - value).find((by) => by !== 0);
      return difference ?? (a.name < b.name ? -1 : 1);
    })
    .map(({ name, badness: [skips = 0] }) => ({ name, skips: skips > 0 }));
}

function badnessOf(entries: readonly GroupReport[]): readonly number[] {
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  return [
    sum(knownCosts(entries, 'mm2', 'skipAtMost')),
    sum(knownCosts(entries, 'mm2', 'rereadAtMost')),
    countUnknownCosts(entries, 'mm2'),
  ];
}
