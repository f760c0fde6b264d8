import { grouped, plural } from '../../../shared/domain/model/figures.ts';
import type { FlowReport, PartitionReport } from '../../../shared/domain/model/report.ts';
import { partitionName } from '../../../shared/domain/model/topic-partition.ts';
import { nameWidth, type TableOptions } from '../../output/table-options.ts';
import { printable, rowLines, tally, wrapped } from '../../output/text.ts';
import { lagOf, missingOf, worstPartitionsFirst } from '../../output/worst-first.ts';

const SHOWN = 10;
const COLUMNS = [14, 15, 12, 12] as const;

/** How far each partition is replicated: lost and unknown ones first, then by lag, then counts. */
export function partitionLines(flow: FlowReport, options: TableOptions): string[] {
  const { width, rows = SHOWN, paint } = options;
  if (flow.partitions.length === 0) return [];
  const worstFirst = flow.partitions.toSorted(worstPartitionsFirst);
  const title = `PARTITIONS: ${plural(flow.partitions.length, 'partition')}, worst first`;
  const shown = worstFirst.slice(0, rows);
  const names = shown.map(({ topic, partition }) => printable(partitionName(topic, partition)));
  const space = nameWidth(options, 2 + COLUMNS.reduce((a, b) => a + b, 0), names);
  const head = row(['source end', 'replicated to', 'lag', 'missing']);
  const out = ['', paint('bold', title), paint('dim', `${' '.repeat(space + 2)}${head}`)];
  let said = '';
  for (const one of shown) {
    const name = printable(partitionName(one.topic, one.partition));
    const cells = [one.sourceEnd, one.replicatedTo, lagOf(one), missingOf(one)].map((cell) =>
      cell === null ? 'unknown' : grouped(cell),
    );
    out.push(...rowLines(name, space, row(cells), '  '));
    const reason = one.lag.kind === 'unknown' ? one.lag.reason : '';
    if (reason !== '' && reason !== said) out.push(...wrapped(printable(reason), width, '      '));
    said = reason;
  }
  const rest = worstFirst.slice(rows);
  if (rest.length > 0) {
    const lag = rest.reduce((sum, one) => sum + (lagOf(one) ?? 0n), 0n);
    out.push(
      `  and ${grouped(rest.length)} more: ${tally(rest.map(state))}; ${plural(lag, 'record')} of lag; --rows all shows them`,
    );
  }
  return out;
}

function row(cells: readonly string[]): string {
  return cells.map((cell, i) => cell.padStart(COLUMNS[i] ?? 12)).join('');
}

function state(one: PartitionReport): string {
  const lag = lagOf(one);
  if (lag === null) return 'unknown';
  return lag === 0n ? 'up to date' : 'behind';
}
