import { grouped, plural } from '../../../shared/domain/model/figures.ts';
import { iso } from '../../../shared/domain/model/iso-time.ts';
import { partitionName } from '../../../shared/domain/model/topic-partition.ts';
import {
  type PlanSummary,
  type RestorePlan,
  type RestoreStep,
  summaryOf,
} from '../../../shared/domain/restore/restore-plan.ts';
import { nameWidth, type TableOptions } from '../../output/table-options.ts';
import { printable, tally, wrapped } from '../../output/text.ts';

const STEPS_SHOWN = 40;
const LEFT_OUT_SHOWN = 10;
const COLUMN_WIDTH = 12;
const PROOF_WIDTH = 14;

/** Columns of a line besides the partition's name. */
const OTHERS = 4 + 4 * COLUMN_WIDTH + PROOF_WIDTH;
const LEAST_NAME = 10;

/** What a line leaves for the partition's name. */
function nameSpace({ groups }: RestorePlan, options: TableOptions): number {
  const shown = groups.flatMap(({ steps }) => steps).slice(0, options.rows ?? STEPS_SHOWN);
  return Math.max(LEAST_NAME, nameWidth(options, OTHERS, shown.map(nameOf)));
}

function nameOf({ topic, partition }: RestoreStep): string {
  return printable(partitionName(topic, partition));
}

function columns(cells: readonly string[], last: string): string {
  return `${cells.map((cell) => cell.padStart(COLUMN_WIDTH)).join('')}  ${last}`;
}

/** What a plan will do, to the last offset as far as there is room. */
export function* renderPlan(plan: RestorePlan, options: TableOptions): Generator<string> {
  const { width, rows = STEPS_SHOWN, paint } = options;
  const space = nameSpace(plan, options);
  const onto = plan.onto === 'source' ? 'source' : 'target';
  yield `${paint('bold', printable(plan.flow))}: groups onto the ${onto} ${printable(plan.cluster)}, as of ${iso(plan.asOf)}\n`;
  yield `  positions last read at ${iso(plan.heldUntil)}\n`;
  const summary = summaryOf(plan);
  for (const sentence of summaryText(summary, plan)) {
    for (const line of wrapped(sentence, width, '  ')) yield `${line}\n`;
  }
  yield* leftOutLines(plan, options);
  let left = rows;
  if (summary.partitions > 0) {
    yield `${paint('dim', `    ${' '.repeat(space)}${columns(['from', 'to', '', 're-read'], 'proof')}`)}\n`;
  }
  for (const { group, steps } of plan.groups) {
    if (left <= 0) break;
    yield `  ${printable(group)}\n`;
    for (const step of steps.slice(0, left)) yield* stepLines(step, space, options);
    left -= steps.length;
  }
  if (left < 0)
    yield `  … and more, ${grouped(summary.partitions)} in all: --rows all, or --format json, has every one\n`;
}

/** Groups that the plan does not touch, by the reason. A name is never cut. */
function* leftOutLines(
  { leftOut }: RestorePlan,
  { width, rows = LEFT_OUT_SHOWN, paint }: TableOptions,
): Generator<string> {
  if (leftOut.length === 0) return;
  yield `  ${paint('yellow', `${plural(leftOut.length, 'group')} left out`)}\n`;
  for (const [reason, alike] of Map.groupBy(leftOut, ({ code, reason }) => `${code}: ${reason}`)) {
    for (const line of wrapped(printable(reason), width, '    ')) yield `${line}\n`;
    for (const { group } of alike.slice(0, rows)) yield `      ${printable(group)}\n`;
    const rest = alike.length - rows;
    if (rest > 0) yield `      … and ${grouped(rest)} more: --rows all, or --format json, has every one\n`;
  }
}

function* stepLines(step: RestoreStep, space: number, { width, paint }: TableOptions): Generator<string> {
  const { from, to, rereadAtMost, proof, reason, clamped, unreadLoss } = step;
  const name = nameOf(step);
  const cells = [from === null ? 'none' : grouped(from), grouped(to), distance(step)];
  const reread = rereadAtMost === 0n ? '0' : `≤ ${grouped(rereadAtMost)}`;
  const line = columns([...cells, reread], proof);
  // A name is never cut: it says where something will be written.
  yield name.length <= space ? `    ${name.padEnd(space)}${line}\n` : `    ${name}\n    ${' '.repeat(space)}${line}\n`;
  if (clamped !== null) {
    const lost = unreadLoss === 0n ? '' : `, up to ${plural(unreadLoss, 'unread record')} lost`;
    yield `      ${paint('yellow', `clamped to the log's ${clamped}${lost}`)}\n`;
  }
  if (reason !== null) for (const line of wrapped(printable(reason), width, '      ')) yield `${line}\n`;
}

function distance({ from, to }: RestoreStep): string {
  if (from === null) return 'new';
  if (from === to) return 'stays';
  return from > to ? `−${grouped(from - to)}` : `+${grouped(to - from)}`;
}

function* summaryText(summary: PlanSummary, plan: RestorePlan): Generator<string> {
  const { back, forward, unchanged, added } = summary;
  const moves = [
    back > 0 ? `${grouped(back)} go back by ${plural(summary.backBy, 'record')}` : '',
    forward > 0 ? `${grouped(forward)} go forward by ${plural(summary.forwardBy, 'record')}` : '',
    added > 0 ? `${grouped(added)} had no position` : '',
    unchanged > 0 ? `${grouped(unchanged)} stay` : '',
  ].filter((text) => text !== '');
  yield `${plural(summary.groups, 'group')}, ${plural(summary.partitions, 'partition')}: ${moves.join(', ') || 'nothing to do'}.`;
  const steps = plan.groups.flatMap((group) => group.steps);
  const reread = summary.rereadAtMost === 0n ? 'nothing' : `at most ${plural(summary.rereadAtMost, 'record')}`;
  const skip = summary.skipAtMost === 0n ? 'nothing' : `at most ${plural(summary.skipAtMost, 'record')}`;
  yield `Of what a group had read by then it reads ${reread} twice; it skips ${skip}. Proof: ${tally(steps.map(({ proof }) => proof))}.`;
  if (summary.clamped > 0) {
    yield `${grouped(summary.clamped)} clamped to the log: up to ${plural(summary.unreadLoss, 'unread record')} lost to retention.`;
  }
  if (summary.leftAlone > 0) {
    yield `${plural(summary.leftAlone, 'partition')} left alone: the groups have positions there now, and had none then.`;
  }
}
