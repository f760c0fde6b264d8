import type { GroupOutcome } from '../failover/failover-result.ts';
import { overPlan, rereadText } from '../failover/failover-result.ts';
import type { Round } from './fault.ts';

/** What one fault has led to. */
export interface FaultResult {
  readonly name: string;
  /** The state that Tidemark named, such as `stop-mirror failed: CONNECT_UNREACHABLE`; null if it named none. */
  readonly state: string | null;
  /** Whether the run ended in spite of it, completed. */
  readonly isCompleted: boolean;
}

/** What a round has led to: a run that went through all of its faults. */
export interface RoundResult {
  readonly name: string;
  readonly faults: readonly FaultResult[];
  /** Where the run stopped although nothing had struck it. */
  readonly remarks: readonly string[];
  /** Records that one cluster has acknowledged, and the one where clients are now has not, or has twice. */
  readonly missing: number;
  readonly duplicated: number;
  readonly groups: readonly GroupOutcome[];
  readonly tookSeconds: number;
}

/** A round that did not come to its end: what its faults have led to is not known. */
export function roundThatBroke({ name, faults }: Round, error: unknown): RoundResult {
  const results = faults.map((one): FaultResult => ({ name: one.name, state: null, isCompleted: false }));
  const remarks = [error instanceof Error ? error.message : String(error)];
  return { name, faults: results, remarks, missing: 0, duplicated: 0, groups: [], tookSeconds: 0 };
}

/** Records that were lost, or that somebody read more often than planned. Which fault did it is not known. */
function wrongRecords({ missing, duplicated, groups }: RoundResult): number {
  return missing + duplicated + sum(groups, ({ skipped }) => skipped) + sum(groups, overPlan);
}

/** Faults after which the run ended completed, and every record is where it has to be. */
export function resumedIn(round: RoundResult): number {
  if (wrongRecords(round) > 0) return 0;
  return round.faults.filter(({ state, isCompleted }) => state !== null && isCompleted).length;
}

export function resultLines(round: RoundResult): string {
  const { name, faults, remarks, missing, duplicated, groups, tookSeconds } = round;
  const width = Math.max(...faults.map((one) => one.name.length));
  const lines = faults.map(
    (one) =>
      `  ${one.name.padEnd(width)}  ${one.state ?? 'no state was named'}${one.isCompleted ? '; resumed' : '; NOT RESUMED'}\n`,
  );
  const records = [
    `missing ${missing}`,
    `twice ${duplicated}`,
    `${groups.length} groups skipped ${sum(groups, ({ skipped }) => skipped)}`,
    rereadText(groups),
  ];
  const stops = remarks.map((one) => `  stopped once more: ${one}\n`);
  return `${name}: ${records.join(', ')}; ${tookSeconds.toFixed(0)} s\n${[...lines, ...stops].join('')}`;
}

/** The last line of the drill. */
export function tallyLine(rounds: readonly RoundResult[]): string {
  const faults = sum(rounds, (round) => round.faults.length);
  const resumed = sum(rounds, resumedIn);
  return `INJECTIONS faults=${faults} resumed=${resumed} lost=${faults - resumed}\n`;
}

export function isClean(rounds: readonly RoundResult[]): boolean {
  return rounds.length > 0 && rounds.every((round) => resumedIn(round) === round.faults.length);
}

function sum<T>(all: readonly T[], of: (one: T) => number): number {
  return all.reduce((total, one) => total + of(one), 0);
}
