import {
  type Cost,
  costOf,
  type FlowReport,
  type GroupReport,
  type Mm2Position,
  offsetOf,
  proofOf,
  type TidemarkPosition,
} from '../../../shared/domain/model/report.ts';
import { partitionName } from '../../../shared/domain/model/topic-partition.ts';
import type { TableOptions } from '../../output/table-options.ts';
import { grouped, plural, printable, rowLines, tally, wrapped } from '../../output/text.ts';
import { worstGroupsFirst } from '../../output/worst-first.ts';

const SHOWN = 10;

/** Where each group would continue on the target: MM2's position beside Tidemark's, with what standing there costs. */
export function groupLines(flow: FlowReport, options: TableOptions): string[] {
  const { width, paint } = options;
  if (flow.groups.length === 0) return [];
  const worstFirst = flow.groups.toSorted(worstGroupsFirst);
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
    const reason = one.tidemark.kind === 'unknown' ? one.tidemark.reason : '';
    // A dead broker gives a hundred groups the same reason: only the first of them shows it.
    if (reason !== '' && reason !== said) out.push(...wrapped(printable(reason), width, '      '));
    said = reason;
  }
  const rest = worstFirst.slice(SHOWN);
  if (rest.length > 0) out.push(...restLines(rest, width));
  return out;
}

function mm2Line(mm2: Mm2Position): string {
  if (mm2.kind === 'none') return line('MM2', mm2, 'no offset, no checkpoint');
  return line('MM2', mm2, { 'group-offset': 'its offset', checkpoint: 'checkpoint' }[mm2.from]);
}

function tidemarkLine(tidemark: TidemarkPosition): string {
  return line('Tidemark', tidemark, proofOf(tidemark));
}

function line(who: string, position: TidemarkPosition | Mm2Position, proof: string): string {
  const { rereadAtMost = null, skipAtMost = null } = costOf(position) ?? {};
  const numbers = [cell(offsetOf(position), ''), cell(rereadAtMost, '≤ '), cell(skipAtMost, '≤ ')];
  return `    ${who.padEnd(8)}${numbers.map((text) => text.padStart(13)).join('')}  ${proof}`;
}

function cell(value: bigint | null, bound: string): string {
  if (value === null) return 'unknown';
  return value === 0n ? '0' : `${bound}${grouped(value)}`;
}

function restLines(rest: readonly GroupReport[], width: number): string[] {
  const sum = (whose: 'tidemark' | 'mm2', what: keyof Cost): string => {
    const known = rest.flatMap((one) => costOf(one[whose])?.[what] ?? []);
    const unknown = rest.length - known.length;
    const total = grouped(known.reduce((a, b) => a + b, 0n));
    return unknown === 0 ? total : `${total} and ${grouped(unknown)} unknown`;
  };
  const text =
    `and ${grouped(rest.length)} more: ${tally(rest.map((one) => proofOf(one.tidemark)))}; ` +
    `re-read at most ${sum('tidemark', 'rereadAtMost')} (MM2 ${sum('mm2', 'rereadAtMost')}), ` +
    `skip at most ${sum('tidemark', 'skipAtMost')} (MM2 ${sum('mm2', 'skipAtMost')})`;
  return wrapped(text, width, '  ');
}
