import type { GroupPlaces } from './group-places-store.ts';
import type { RankedGroup } from './rank-groups.ts';

/** CloudWatch charges each metric for every hour in which it gets data. */
export const METRIC_HOUR_MS = 60 * 60_000;

/** One place in this many is for groups that begin to skip records within the hour. */
const RESERVE = 5;

/**
 * Chooses the groups that get metrics of their own in this audit. The worst ones of the moment change from audit to
 * audit, and every name costs its metrics for the hour. So within an hour no group loses its place, and a group keeps it
 * for at least an hour. The next hour gives the older places to the groups that are the worst then. Within the hour a
 * group gets a free place only if it skips records, or if there is room for all.
 *
 * @param before the choice of the audit before; null if there was none
 * @param ranked all groups of the flow, worst first
 * @param limit the most groups with metrics of their own in one hour
 * @returns `before` itself if nothing changed
 */
export function chooseGroups(
  before: GroupPlaces | null,
  ranked: readonly RankedGroup[],
  at: number,
  limit: number,
): GroupPlaces {
  // A clock that goes back must not open an hour again.
  const hour = Math.max(Math.floor(at / METRIC_HOUR_MS) * METRIC_HOUR_MS, before?.hour ?? 0);
  const isSameHour = before?.hour === hour;
  const held = [...(before?.since ?? [])].filter(([, since]) => isSameHour || at - since < METRIC_HOUR_MS);
  const since = new Map(held.slice(0, limit));
  const everyone = new Set([...since.keys(), ...ranked.map(({ name }) => name)]);
  const reserve = everyone.size <= limit ? 0 : reserved(limit);
  for (const { name, skips } of ranked) {
    if (since.has(name) || since.size >= (skips ? limit : limit - reserve)) continue;
    since.set(name, before?.since.get(name) ?? at);
  }
  if (before !== null && isSameHour && since.size === before.since.size) return before;
  return { hour, since };
}

function reserved(limit: number): number {
  return limit === 1 ? 0 : Math.ceil(limit / RESERVE);
}
