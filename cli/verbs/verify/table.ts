import { grouped, plural } from '../../../shared/domain/model/figures.ts';
import {
  type AuditReport,
  compareProofs,
  proofOf,
  type TidemarkPosition,
} from '../../../shared/domain/model/report.ts';
import { partitionName } from '../../../shared/domain/model/topic-partition.ts';
import type { FlowVerification, PositionVerification } from '../../../shared/survey/verify-positions.ts';
import { findingLines, unreadLines } from '../../output/findings-table.ts';
import type { TableOptions } from '../../output/table-options.ts';
import { printable, rowLines, tally, wrapped } from '../../output/text.ts';

/** For each flow what contradicts, then each position as it was and as it is, those that are not proven first. */
export function* renderVerifyTable(
  report: AuditReport,
  verifications: readonly FlowVerification[],
  options: TableOptions,
): Generator<string> {
  for (const [i, { flow, findings, unread }] of report.flows.entries()) {
    const { positions = [], bytes = 0 } = verifications.find((one) => one.flow === flow) ?? {};
    const proofs = positions.length === 0 ? '' : `: ${tally(positions.map(({ is }) => proofOf(is)))}`;
    yield `${i === 0 ? '' : '\n'}${options.paint('bold', printable(flow))}  ${plural(positions.length, 'position')}${proofs}`;
    yield ` (${grouped(Math.ceil(bytes / 1024))} KiB compared)\n`;
    const refuted = findings.filter(({ code }) => code === 'VERIFICATION_REFUTED');
    const lines = [
      ...findingLines(refuted, options),
      ...unreadLines(unread, options),
      ...positionLines(positions, options),
    ];
    for (const line of lines) yield `${line}\n`;
  }
}

function positionLines(positions: readonly PositionVerification[], { width, paint }: TableOptions): string[] {
  if (positions.length === 0) return [];
  const columns = `${'position'.padStart(13)}${'re-read'.padStart(13)}`;
  const out = ['', paint('dim', `${' '.repeat(8)}${columns}  proof`)];
  for (const one of positions.toSorted((a, b) => compareProofs(proofOf(a.is), proofOf(b.is)))) {
    const committed = `  at ${grouped(one.committed)}`;
    const name = `${printable(one.group)}  ${printable(partitionName(one.topic, one.partition))}`;
    const nameWidth = Math.min(name.length, width - 2 - committed.length);
    out.push(...rowLines(name, nameWidth, committed, '  '), cells('was', one.was), cells('is', one.is));
    const { reason } = one.is;
    if (proofOf(one.is) !== 'exact' && reason !== null) out.push(...wrapped(printable(reason), width, '      '));
  }
  return out;
}

function cells(when: string, one: TidemarkPosition): string {
  const [at, reread] =
    one.kind === 'unknown'
      ? ['unknown', 'unknown']
      : [grouped(one.position), one.rereadAtMost === 0n ? '0' : `≤ ${grouped(one.rereadAtMost)}`];
  return `    ${when.padEnd(4)}${at.padStart(13)}${reread.padStart(13)}  ${proofOf(one)}`;
}
