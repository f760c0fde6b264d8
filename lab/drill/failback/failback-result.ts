import type { GroupOutcome } from '../failover/failover-result.ts';
import { overPlan, rereadText } from '../failover/failover-result.ts';
import type { LogCount } from './count-logs.ts';
import type { Alias } from './failback-stage.ts';

export interface FailbackResult {
  readonly name: string;
  /** Where clients are at the end: back on A, or on a third cluster. */
  readonly last: Alias;
  /** What the clusters' logs hold at the end. */
  readonly logs: Readonly<Partial<Record<Alias, LogCount>>>;
  /** Records that applications wrote in each phase. */
  readonly written: readonly number[];
  /** What groups read after the failover, and after the failback, or the failover to the third cluster. */
  readonly away: readonly GroupOutcome[];
  readonly back: readonly GroupOutcome[];
  /** Records that the last run says will never be where clients are at the end. */
  readonly missing: bigint;
  readonly tookSeconds: { readonly failover: number; readonly last: number };
}

/** Copies in the logs, and records that a group processed more often than its plans allow. */
export function duplicatedIn({ logs, away, back }: FailbackResult): number {
  return sum(Object.values(logs), (one) => one.duplicated) + sum([...away, ...back], overPlan);
}

/** Records that a log lacks, or of which the failback says something else, and records that a group has processed in no phase. */
export function skippedIn({ logs, last, back, missing }: FailbackResult): number {
  const lacks = sum(Object.values(logs), (one) => one.missing);
  return lacks + Math.abs(Number(missing) - (logs[last]?.missing ?? 0)) + sum(back, ({ skipped }) => skipped);
}

export function outOfOrderIn({ logs }: FailbackResult): number {
  return sum(Object.values(logs), (one) => one.outOfOrder);
}

export function resultLine(result: FailbackResult): string {
  const { name, last, logs, written, away, back, tookSeconds } = result;
  const log = ([side, { duplicated, missing, outOfOrder }]: [string, LogCount]) =>
    `${side} has ${duplicated} twice, lacks ${missing}, ${outOfOrder} out of order`;
  const groups = [
    `${back.length} groups: `,
    ...(away.length === 0 ? [] : [`away ${rereadText(away)}; `]),
    `${last === 'A' ? 'back' : `on ${last}`} ${rereadText(back)}, skipped ${sum(back, ({ skipped }) => skipped)}`,
  ];
  const parts = [
    `${written.join(' + ')} records written`,
    ...Object.entries(logs).map(log),
    groups.join(''),
    `the last run says that ${result.missing} never come to ${last}`,
    `failover ${tookSeconds.failover.toFixed(1)} s, then to ${last} ${tookSeconds.last.toFixed(1)} s`,
  ];
  const told = [
    // What it had not read there, it reads after the failback.
    ...away.map((one) => ({ ...one, skipped: 0, when: 'away' })),
    ...back.map((one) => ({ ...one, when: 'at the end' })),
  ]
    .filter((one) => one.uncommitted > 0 || one.skipped > 0 || overPlan(one) > 0)
    .map(
      (one) =>
        `    ${one.group}, ${one.when}: skipped ${one.skipped}, re-read ${one.reread}, ${overPlan(one)} over its plan of ${one.planned}; ` +
        `${one.uncommitted} were not committed, of ${one.unknown} only the source knew\n`,
    );
  return `  ${name}: ${parts.join(' · ')}\n${told.join('')}`;
}

/** The last line of the drill. */
export function tallyLine(results: readonly FailbackResult[]): string {
  return `FAILBACK runs=${results.length} duplicated=${sum(results, duplicatedIn)} skipped=${sum(results, skippedIn)} out_of_order=${sum(results, outOfOrderIn)}\n`;
}

export function isClean(results: readonly FailbackResult[]): boolean {
  const faults = sum(results, (one) => duplicatedIn(one) + skippedIn(one) + outOfOrderIn(one));
  return results.length > 0 && faults === 0;
}

function sum<T>(all: readonly T[], of: (one: T) => number): number {
  return all.reduce((total, one) => total + of(one), 0);
}
