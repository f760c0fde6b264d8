import type { Finding } from '../../shared/domain/model/finding.ts';
import { proofOf } from '../../shared/domain/model/report.ts';
import type { JudgedPosition } from './position-judge.ts';
import type { JudgedVerdict } from './verdict-judge.ts';

/** Sums over positions: per moment, and for the summary line. */
export interface Tally {
  held: number;
  broken: number;
  gaveup: number;
  exact: number;
  /** Moments with a verdict that is too good, and moments with a page that is wrong. */
  falseready: number;
  falsepage: number;
  rereads: bigint;
  skips: bigint;
  mm2Rereads: bigint;
  mm2Skips: bigint;
}

export function emptyTally(): Tally {
  const moments = { held: 0, broken: 0, gaveup: 0, exact: 0, falseready: 0, falsepage: 0 };
  return { ...moments, rereads: 0n, skips: 0n, mm2Rereads: 0n, mm2Skips: 0n };
}

/** Whether any answer was wrong. */
export function isWrong({ broken, falseready, falsepage }: Tally): boolean {
  return broken + falseready + falsepage > 0;
}

/** Adds the verdict of one moment. */
export function countVerdict(tally: Tally, { falseReady, falsePages }: JudgedVerdict): Tally {
  return {
    ...tally,
    falseready: tally.falseready + (falseReady.length > 0 ? 1 : 0),
    falsepage: tally.falsepage + (falsePages.length > 0 ? 1 : 0),
  };
}

/** One line for each reason why a verdict is too good or a page is wrong. */
export function verdictLines({ falseReady, falsePages }: JudgedVerdict): string[] {
  return [...falseReady.map((why) => `    FALSEREADY ${why}`), ...falsePages.map((why) => `    FALSEPAGE ${why}`)];
}

export function count(tally: Tally, positions: readonly JudgedPosition[], faults: number): Tally {
  const sum = { ...tally };
  // A missing or unexpected finding is a wrong answer, too.
  sum.broken += faults;
  for (const position of positions) {
    sum[position.outcome]++;
    const proof = proofOf(position.group.tidemark);
    if (proof === 'exact' || proof === 'verified') sum.exact++;
    sum.rereads += position.tidemark?.rereads ?? 0n;
    sum.skips += position.tidemark?.skips ?? 0n;
    sum.mm2Rereads += position.mm2?.rereads ?? 0n;
    sum.mm2Skips += position.mm2?.skips ?? 0n;
  }
  return sum;
}

/** Proof levels, re-reads and skips of one moment, for Tidemark and MM2, and all faults. */
export function momentLines(
  label: string,
  positions: readonly JudgedPosition[],
  faults: readonly string[],
  findings: readonly Finding[],
): string[] {
  const tally = count(emptyTally(), positions, faults.length);
  const proofs = new Map<string, number>();
  for (const { group } of positions) {
    const proof = proofOf(group.tidemark);
    proofs.set(proof, (proofs.get(proof) ?? 0) + 1);
  }
  const levels = [...proofs].map(([proof, n]) => `${n} ${proof}`).join(', ') || 'no positions';
  return [
    `  ${label}`,
    `    ${levels} · re-read ${tally.rereads} (MM2 ${tally.mm2Rereads}) · skip ${tally.skips} (MM2 ${tally.mm2Skips})`,
    ...worthTelling(findings),
    ...faults.map((fault) => `    BROKEN ${fault}`),
    ...positions
      .filter(({ outcome }) => outcome !== 'held')
      .map(({ group, outcome, faults: wrong }) => {
        const why = outcome === 'broken' ? wrong.join('; ') : (group.tidemark.reason ?? '');
        return `    ${outcome.toUpperCase()} ${group.group} ${group.topic}-${group.partition} at ${group.committed}: ${why}`;
      }),
  ];
}

/** Findings of severity warning and critical, each once. */
function worthTelling(findings: readonly Finding[]): string[] {
  const codes = new Set(findings.filter(({ severity }) => severity !== 'info').map(({ code }) => code));
  return codes.size === 0 ? [] : [`    findings: ${[...codes].join(', ')}`];
}

/** How many positions are exact or verified, and the reasons of the others. */
export function proofLines(positions: readonly JudgedPosition[]): string[] {
  const proofs = new Map<string, number>();
  const reasons = new Map<string, number>();
  for (const { group } of positions) {
    const { reason } = group.tidemark;
    const proof = proofOf(group.tidemark);
    proofs.set(proof, (proofs.get(proof) ?? 0) + 1);
    if (proof === 'exact' || proof === 'verified') continue;
    // One line per reason, without its numbers.
    const why = `${proof}: ${(reason ?? '').replace(/\d+/g, 'N')}`;
    reasons.set(why, (reasons.get(why) ?? 0) + 1);
  }
  const good = (proofs.get('exact') ?? 0) + (proofs.get('verified') ?? 0);
  const percent = positions.length === 0 ? 0 : (100 * good) / positions.length;
  const levels = [...proofs].map(([proof, n]) => `${proof}=${n}`).join(' ');
  return [
    `PROOF exact_or_verified=${percent.toFixed(1)} ${levels}`,
    ...[...reasons].toSorted((a, b) => b[1] - a[1]).map(([why, n]) => `  ${n} ${why}`),
  ];
}

/** The summary line, for scripts. */
export function summaryLine(tally: Tally): string {
  const positions = tally.held + tally.gaveup + tally.broken;
  const percent = positions === 0 ? 0 : (100 * tally.exact) / positions;
  const { held, broken, gaveup, falseready, falsepage } = tally;
  const counts = `held=${held} broken=${broken} gaveup=${gaveup} exact=${percent.toFixed(1)}`;
  return `TRUTH ${counts} falseready=${falseready} falsepage=${falsepage}`;
}
