import { duration, grouped, plural } from '../../../shared/domain/model/figures.ts';
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
import { printable, rowLines, tally, wrapped } from '../../output/text.ts';
import { worstGroupsFirst } from '../../output/worst-first.ts';

const SHOWN = 10;
const NUMBER = 13;
const PROOF = 14;
/** Both positions and their costs, each with its proof. */
const BOTH = 6 * NUMBER + 2 * PROOF;
const LEAST_NAME = 40;

/**
 * Where each group would continue on the target: MM2's position beside Tidemark's, with what standing there costs. On a wide
 * terminal that is one row, else three.
 * @param at when the audit began, or the one whose snapshot a report of the past shows: ms since the epoch
 */
export function groupLines(flow: FlowReport, at: number, options: TableOptions): string[] {
  const { width, columns = width, rows = SHOWN, paint } = options;
  if (flow.groups.length === 0) return [];
  const worstFirst = flow.groups.toSorted(worstGroupsFirst);
  const isWide = columns >= 2 + LEAST_NAME + BOTH;
  const names = new Set(flow.groups.map((one) => one.group));
  const title = `GROUPS: where ${plural(names.size, 'group')} would continue, worst first`;
  const out = [
    '',
    paint('bold', title),
    ...(isWide ? wideHead(columns) : narrowHead()).map((line) => paint('dim', line)),
  ];
  let said = '';
  for (const one of worstFirst.slice(0, rows)) {
    out.push(...(isWide ? wideRow(one, at, columns) : narrowRow(one, at, width)));
    const reason = one.tidemark.kind === 'unknown' ? one.tidemark.reason : '';
    // A dead broker gives a hundred groups the same reason: only the first of them shows it.
    if (reason !== '' && reason !== said) out.push(...wrapped(printable(reason), width, '      '));
    said = reason;
  }
  const rest = worstFirst.slice(rows);
  if (rest.length > 0) out.push(...restLines(rest, width));
  return out;
}

function nameOf(one: GroupReport): string {
  return `${printable(one.group)}  ${printable(partitionName(one.topic, one.partition))}`;
}

/** Where the group is on the source. A commit that this audit could not read is of an earlier one: how long before. */
function committedText({ committed, commitCheckedAt }: GroupReport, at: number): string {
  return `  at ${grouped(committed)}${ageText(commitCheckedAt, at)}`;
}

function ageText(readAt: number | null, at: number): string {
  if (readAt === null) return ', read at an unknown time';
  return readAt < at ? `, read ${duration((at - readAt) / 1_000)} before` : '';
}

function narrowHead(): string[] {
  return [`${' '.repeat(12)}${POSITION_HEAD}  proof`];
}

const POSITION_HEAD = ['position', 're-read', 'skip'].map((name) => name.padStart(NUMBER)).join('');

function narrowRow(one: GroupReport, at: number, width: number): string[] {
  const name = nameOf(one);
  const committed = committedText(one, at);
  return [
    ...rowLines(name, Math.min(name.length, width - 2 - committed.length), committed, '  '),
    `    ${'MM2'.padEnd(8)}${numbersOf(one.mm2)}  ${one.mm2.kind === 'none' ? 'no offset, no checkpoint' : mm2Proof(one.mm2)}`,
    `    ${'Tidemark'.padEnd(8)}${numbersOf(one.tidemark)}  ${proofOf(one.tidemark)}`,
  ];
}

function wideHead(columns: number): string[] {
  const name = ' '.repeat(columns - BOTH);
  const whose = (text: string): string => text.padStart(NUMBER).padEnd(3 * NUMBER + PROOF);
  const head = `${POSITION_HEAD}${'  proof'.padEnd(PROOF)}`;
  return [`${name}${whose('MM2')}${whose('Tidemark')}`, `${name}${head}${head}`];
}

function wideRow(one: GroupReport, at: number, columns: number): string[] {
  const committed = committedText(one, at);
  const mm2 = `${numbersOf(one.mm2)}${`  ${mm2Proof(one.mm2)}`.padEnd(PROOF)}`;
  const cells = `${mm2}${numbersOf(one.tidemark)}  ${proofOf(one.tidemark)}`;
  const space = columns - 2 - BOTH;
  const name = nameOf(one);
  if (name.length + committed.length <= space) return [`  ${`${name}${committed}`.padEnd(space)}${cells}`];
  return rowLines(name, columns - 2 - committed.length, committed, '  ').concat(`  ${' '.repeat(space)}${cells}`);
}

function mm2Proof(mm2: Mm2Position): string {
  if (mm2.kind === 'none') return 'none';
  return { 'group-offset': 'its offset', checkpoint: 'checkpoint' }[mm2.from];
}

function numbersOf(position: TidemarkPosition | Mm2Position): string {
  const { rereadAtMost = null, skipAtMost = null } = costOf(position) ?? {};
  const numbers = [cell(offsetOf(position), ''), cell(rereadAtMost, '≤ '), cell(skipAtMost, '≤ ')];
  return numbers.map((text) => text.padStart(NUMBER)).join('');
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
    `skip at most ${sum('tidemark', 'skipAtMost')} (MM2 ${sum('mm2', 'skipAtMost')}); --rows all shows them`;
  return wrapped(text, width, '  ');
}
