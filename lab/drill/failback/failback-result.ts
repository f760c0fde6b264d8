import type { GroupOutcome } from '../failover/failover-result.ts';
import { overPlan, rereadText } from '../failover/failover-result.ts';
import type { LogCount } from './count-logs.ts';

export interface FailbackResult {
  readonly name: string;
  /** What both clusters' logs hold at the end. */
  readonly logs: { readonly A: LogCount; readonly B: LogCount };
  /** Records that applications wrote in each phase. */
  readonly written: readonly number[];
  /** What groups read after the failover, and after the failback. */
  readonly away: readonly GroupOutcome[];
  readonly back: readonly GroupOutcome[];
  /** Records that the failback says will never be on A. */
  readonly missing: bigint;
  readonly tookSeconds: { readonly failover: number; readonly failback: number };
}

/** Copies in the logs, and records that a group processed more often than its plans allow. */
export function duplicatedIn({ logs, away, back }: FailbackResult): number {
  return logs.A.duplicated + logs.B.duplicated + sum([...away, ...back], overPlan);
}

/** Records that a log lacks, or of which the failback says something else, and records that a group has processed in no phase. */
export function skippedIn({ logs, back, missing }: FailbackResult): number {
  return (
    logs.A.missing + logs.B.missing + Math.abs(Number(missing) - logs.A.missing) + sum(back, ({ skipped }) => skipped)
  );
}

export function outOfOrderIn({ logs }: FailbackResult): number {
  return logs.A.outOfOrder + logs.B.outOfOrder;
}

export function resultLine(result: FailbackResult): string {
  const { name, logs, written, away, back, tookSeconds } = result;
  const log = (side: 'A' | 'B') =>
    `${side} has ${logs[side].duplicated} twice, lacks ${logs[side].missing}, ${logs[side].outOfOrder} out of order`;
  const parts = [
    `${written.join(' + ')} records written`,
    log('A'),
    log('B'),
    `${back.length} groups: away ${rereadText(away)}; back ${rereadText(back)}, skipped ${sum(back, ({ skipped }) => skipped)}`,
    `the failback says that ${result.missing} never come to A`,
    `failover ${tookSeconds.failover.toFixed(1)} s, failback ${tookSeconds.failback.toFixed(1)} s`,
  ];
  const told = [
    // What it had not read there, it reads after the failback.
    ...away.map((one) => ({ ...one, skipped: 0, when: 'away' })),
    ...back.map((one) => ({ ...one, when: 'back' })),
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
