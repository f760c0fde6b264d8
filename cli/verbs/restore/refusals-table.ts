import { plural } from '../../../shared/domain/model/figures.ts';
import { partitionName } from '../../../shared/domain/model/topic-partition.ts';
import type { Refusal } from '../../../shared/domain/restore/refusal.ts';
import type { TableOptions } from '../../output/table-options.ts';
import { printable, wrapped } from '../../output/text.ts';

const SUBJECTS_SHOWN = 3;

/** Why something is refused: each reason once, with what it is about and what can be done. */
export function* renderRefusals(refusals: readonly Refusal[], { width, paint }: TableOptions): Generator<string> {
  const alike = new Map<string, Refusal[]>();
  for (const one of refusals) {
    const key = `${one.code}\n${one.reason}`;
    const others = alike.get(key);
    if (others === undefined) alike.set(key, [one]);
    else others.push(one);
  }
  for (const group of alike.values()) {
    const [first] = group;
    if (first === undefined) continue;
    yield `  ${paint('red', first.code)}  ${subjectsText(group)}\n`;
    for (const line of wrapped(printable(first.reason), width, '    ')) yield `${line}\n`;
    for (const line of wrapped(printable(first.remedy), width - 2, '      '))
      yield `${line.replace('      ', '    → ')}\n`;
  }
}

function subjectsText(refusals: readonly Refusal[]): string {
  const shown = refusals.slice(0, SUBJECTS_SHOWN).map(({ subject }) => subjectText(subject));
  const rest = refusals.length - shown.length;
  return rest === 0 ? shown.join(', ') : `${shown.join(', ')} and ${plural(rest, 'more', 'more')}`;
}

function subjectText({ flow, cluster, group, topic, partition, plan }: Refusal['subject']): string {
  const place = topic === undefined ? undefined : partition === undefined ? topic : partitionName(topic, partition);
  const parts = [plan, group, place].filter((part) => part !== undefined);
  return printable(parts.length > 0 ? parts.join(' ') : (flow ?? cluster ?? ''));
}
