import { duration, grouped, plural } from '../../../shared/domain/model/figures.ts';
import type { Capacity, CapacityPlan, Needed, Outage } from '../../../shared/domain/tune/capacity.ts';
import type { TableOptions } from '../../output/table-options.ts';
import { printable, wrapped } from '../../output/text.ts';
import type { PlannedFlow } from './json.ts';

/** For each flow what is measured, what an outage leaves, and what catching up takes. */
export function* renderCapacityTable(
  { hours, withinHours }: Pick<Outage, 'hours' | 'withinHours'>,
  flows: readonly PlannedFlow[],
  { width, paint }: TableOptions,
): Generator<string> {
  for (const [i, { flow, plan }] of flows.entries()) {
    yield `${i === 0 ? '' : '\n'}${paint('bold', printable(flow))}  outage of ${hours} h, to be caught up ${withinHours} h later\n`;
    for (const [name, text] of rowsOf(plan, withinHours)) {
      const [first = '', ...more] = wrapped(printable(text), Math.max(20, width - 22), '');
      yield `  ${name.padEnd(20)}${first}\n`;
      for (const line of more) yield `${' '.repeat(22)}${line}\n`;
    }
  }
}

function rowsOf(plan: CapacityPlan, withinHours: number): readonly (readonly [string, string])[] {
  const tasks = plan.tasks === null ? '' : `, ${plural(plan.tasks, 'task')}`;
  return [
    ['written', rate(plan.sourceRate)],
    ['the mirror can do', capacityWords(plan.capacity)],
    ['it has', `${plural(plan.partitions, 'partition')}${tasks}`],
    ['waits then', plural(plan.backlog, 'record')],
    ['catching up takes', catchUpWords(plan)],
    [`for ${withinHours} h it needs`, rate(plan.needed)],
    ['tasks for that', neededWords(plan.tasksNeeded)],
    ['partitions for that', neededWords(plan.partitionsNeeded)],
    ['lost meanwhile', lostWords(plan)],
  ];
}

function rate(perSecond: number): string {
  return `${perSecond < 10 ? Math.round(perSecond * 10) / 10 : grouped(Math.round(perSecond))} records/s`;
}

function capacityWords(capacity: Capacity): string {
  switch (capacity.kind) {
    case 'known':
      return `${rate(capacity.perSecond)}, ${capacity.from === 'given' ? 'as given' : 'measured while records waited'}`;
    case 'at-least':
      return `at least ${rate(capacity.perSecond)}: ${capacity.reason}`;
    case 'unknown':
      return `unknown: ${capacity.reason}`;
  }
}

function catchUpWords({ catchUp }: CapacityPlan): string {
  switch (catchUp.kind) {
    case 'known':
      return `${catchUp.isAtMost ? 'at most ' : ''}${duration(catchUp.hours * 3_600)}`;
    case 'never':
      return 'for ever: it can do no more than producers write';
    case 'unknown':
      return `unknown: ${catchUp.reason}`;
  }
}

function neededWords(needed: Needed): string {
  return needed.kind === 'known' ? `${needed.count}: ${needed.reason}` : `unknown: ${needed.reason}`;
}

function lostWords({ lost }: CapacityPlan): string {
  switch (lost.kind) {
    case 'none':
      return 'nothing: the source keeps its records for longer';
    case 'expires':
      return `records of ${lost.topic} and perhaps of others: the source deletes them after ${duration(lost.afterHours * 3_600)}`;
    case 'unknown':
      return `unknown: ${lost.reason}`;
  }
}
