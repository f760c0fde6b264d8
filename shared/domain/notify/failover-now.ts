import type { Position } from '../../contract/metrics.ts';
import { type Cost, costOf, type FlowReport, type GroupReport } from '../model/report.ts';
import { type AffectedGroup, clipped, type FailoverNow } from './finding-event.ts';

/** Groups that a page names. */
const SHOWN_GROUPS = 5;
const LONGEST_NAME = 300;

/** What a failover of this flow would do now, with groups at the given positions. */
export function failoverNow(report: Pick<FlowReport, 'verdict' | 'loss' | 'groups'>, positions: Position): FailoverNow {
  const { verdict, loss } = report;
  const byGroup = [...Map.groupBy(report.groups, ({ group }) => group)];
  const affected = byGroup.map(([group, entries]) => affectedGroup(group, entries, positions)).filter(hasCost);
  return {
    verdict,
    loss:
      loss.kind === 'known'
        ? { kind: 'known', records: String(loss.records), basis: loss.basis, seconds: loss.seconds }
        : { kind: 'unknown', reason: clipped(loss.reason) },
    groups: {
      count: byGroup.length,
      affected: affected.length,
      worst: affected.sort(worstFirst).slice(0, SHOWN_GROUPS),
    },
  };
}

function affectedGroup(group: string, entries: readonly GroupReport[], positions: Position): AffectedGroup {
  const sum = (cost: keyof Cost) => {
    let total = 0n;
    for (const entry of entries) {
      const value = costOf(entry[positions])?.[cost];
      if (value === undefined) return null;
      total += value;
    }
    return String(total);
  };
  return { group: clipped(group, LONGEST_NAME), skipAtMost: sum('skipAtMost'), rereadAtMost: sum('rereadAtMost') };
}

function hasCost({ skipAtMost, rereadAtMost }: AffectedGroup): boolean {
  return skipAtMost !== '0' || rereadAtMost !== '0';
}

/** Known skips first, then unknown positions, then re-reads; ties by name. */
function worstFirst(a: AffectedGroup, b: AffectedGroup): number {
  const skips = (one: AffectedGroup) => BigInt(one.skipAtMost ?? 0);
  const unknown = (one: AffectedGroup) => (one.skipAtMost === null ? 1n : 0n);
  const rereads = (one: AffectedGroup) => BigInt(one.rereadAtMost ?? 0);
  for (const badness of [skips, unknown, rereads]) {
    if (badness(a) !== badness(b)) return badness(a) > badness(b) ? -1 : 1;
  }
  return a.group < b.group ? -1 : 1;
}
