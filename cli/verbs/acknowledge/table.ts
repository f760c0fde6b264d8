import { stateOf } from '../../../shared/acknowledge/acknowledgement-state.ts';
import type { Acknowledgement } from '../../../shared/domain/model/finding.ts';
import { iso } from '../../../shared/domain/model/iso-time.ts';
import { partitionName } from '../../../shared/domain/model/topic-partition.ts';
import { printable, wrapped } from '../../output/text.ts';

/** What a command did, then each acknowledgement: what it is about, who says why, and until when it counts. */
export function* acknowledgementsTable(
  all: readonly Acknowledgement[],
  result: string | null,
  { width, now }: { readonly width: number; readonly now: number },
): Generator<string> {
  if (result !== null) yield `${result}\n`;
  else if (all.length === 0) yield 'Nothing is acknowledged.\n';
  for (const one of all) {
    const subject = subjectText(one);
    const what = `${one.id}  ${one.flow}  ${one.code}${subject === '' ? '' : `  ${subject}`}`;
    yield `${printable(what)}\n`;
    for (const line of wrapped(printable(`${one.by}, ${iso(one.at)}: ${one.reason}`), width, '    ')) yield `${line}\n`;
    for (const line of wrapped(printable(endText(one, now)), width, '    ')) yield `${line}\n`;
  }
}

function subjectText({ subject: { cluster, topic, partition, group } }: Acknowledgement): string {
  const place = topic === undefined || partition === undefined ? topic : partitionName(topic, partition);
  const alone = topic === undefined && partition !== undefined ? `partition ${partition}` : undefined;
  return [cluster, group, place, alone].filter((part) => part !== undefined).join(' ');
}

function endText(one: Acknowledgement, now: number): string {
  const { until, ending } = one;
  switch (stateOf(one, now)) {
    case 'in-effect':
      return until === null ? 'counts until an audit no longer finds it' : `counts until ${iso(until)}`;
    case 'expired':
      return `ended: its time was over at ${iso(until ?? now)}`;
    case 'closed':
      return `ended: the audit of ${iso(ending?.at ?? now)} no longer found it`;
    case 'withdrawn':
      return `ended: ${ending?.kind === 'withdrawn' ? ending.by : one.by} withdrew it at ${iso(ending?.at ?? now)}`;
  }
}
