import type { FlowReport, GroupReport, Mm2Position, TidemarkPosition } from '../../shared/domain/audit-report.ts';
import { partitionName } from '../../shared/domain/partition.ts';
import type { TableOptions } from './table-options.ts';
import { grouped, plural, printable, rowLines, tally, wrapped } from './text.ts';

const SHOWN = 10;

/** Where each group would continue on the target: MM2's position beside Tidemark's, with what standing there costs. */
export function groupLines(flow: FlowReport, options: TableOptions): string[] {
  const { width, paint } = options;
  if (flow.groups.length === 0) return [];
  const worstFirst = flow.groups.toSorted(byHarm);
  const names = new Set(flow.groups.map((one) => one.group));
  const title = `GROUPS: where ${plural(names.size, 'group')} would continue, worst first`;
  const columns = ['position', 're-read', 'skip'].map((name) => name.padStart(13)).join('');
  const out = ['', paint('bold', title), paint('dim', `${' '.repeat(12)}${columns}  proof`)];
  let said = '';
  for (const one of worstFirst.slice(0, SHOWN)) {
    const name = `${printable(one.group)}  ${printable(partitionName(one.topic, one.partition))}`;
    const committed = `  at ${grouped(one.committed)}`;
    out.push(
      ...rowLines(name, Math.min(name.length, width - 2 - committed.length), committed, '  '),
      mm2Line(one.mm2),
      tidemarkLine(one.tidemark),
    );
    const reason = one.tidemark.position === null ? (one.tidemark.reason ?? '') : '';
    // A dead broker gives a hundred groups the same reason: it is said once, by the first of them.
    if (reason !== '' && reason !== said) out.push(...wrapped(printable(reason), width, '      '));
    said = reason;
  }
  const rest = worstFirst.slice(SHOWN);
  if (rest.length > 0) out.push(...restLines(rest, width));
  return out;
}

function mm2Line({ position, rereadAtMost, skipAtMost, from }: Mm2Position): string {
  const proof = { 'group-offset': 'its offset', checkpoint: 'checkpoint', none: 'no offset, no checkpoint' }[from];
  return line('MM2', position, rereadAtMost, skipAtMost, proof);
}

function tidemarkLine({ position, rereadAtMost, skipAtMost, proof }: TidemarkPosition): string {
  return line('Tidemark', position, rereadAtMost, skipAtMost, proof);
}

function line(who: string, ...cells: readonly [bigint | null, bigint | null, bigint | null, string]): string {
  const [position, reread, skip, proof] = cells;
  const numbers = [cell(position, ''), cell(reread, '≤ '), cell(skip, '≤ ')];
  return `    ${who.padEnd(8)}${numbers.map((text) => text.padStart(13)).join('')}  ${proof}`;
}

function cell(value: bigint | null, bound: string): string {
  if (value === null) return 'unknown';
  return value === 0n ? '0' : `${bound}${grouped(value)}`;
}

function restLines(rest: readonly GroupReport[], width: number): string[] {
  const sum = (of: (one: GroupReport) => bigint | null): string => {
    const known = rest.map(of).filter((value) => value !== null);
    const unknown = rest.length - known.length;
    const total = grouped(known.reduce((a, b) => a + b, 0n));
    return unknown === 0 ? total : `${total} and ${grouped(unknown)} unknown`;
  };
  const text =
    `and ${grouped(rest.length)} more: ${tally(rest.map((one) => one.tidemark.proof))}; ` +
    `re-read at most ${sum((one) => one.tidemark.rereadAtMost)} (MM2 ${sum((one) => one.mm2.rereadAtMost)}), ` +
    `skip at most ${sum((one) => one.tidemark.skipAtMost)} (MM2 ${sum((one) => one.mm2.skipAtMost)})`;
  return wrapped(text, width, '  ');
}

/** What would be missed weighs most, then what nobody knows, then what would be read twice. */
function byHarm(a: GroupReport, b: GroupReport): number {
  return (
    descending(a.mm2.skipAtMost ?? 0n, b.mm2.skipAtMost ?? 0n) ||
    Number(b.tidemark.position === null) - Number(a.tidemark.position === null) ||
    Number(b.mm2.position === null) - Number(a.mm2.position === null) ||
    descending(a.mm2.rereadAtMost ?? 0n, b.mm2.rereadAtMost ?? 0n) ||
    descending(a.tidemark.rereadAtMost ?? 0n, b.tidemark.rereadAtMost ?? 0n)
  );
}

function descending(a: bigint, b: bigint): number {
  return a === b ? 0 : a < b ? 1 : -1;
}
