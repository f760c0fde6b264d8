import { grouped, plural } from '../../../shared/domain/model/figures.ts';
import { iso } from '../../../shared/domain/model/iso-time.ts';
import { partitionName } from '../../../shared/domain/model/topic-partition.ts';
import {
  lostRecords,
  type RecordRange,
  type UnknownRange,
  type UnmirroredPartition,
} from '../../../shared/domain/reconcile/unmirrored.ts';
import type { ListedPartition, UnmirroredList } from '../../../shared/reconcile/list-unmirrored.ts';
import type { TableOptions } from '../../output/table-options.ts';
import { printable, wrapped } from '../../output/text.ts';
import { sumOf } from './list-sum.ts';

/** Of a partition, in tables: JSON has every one. */
export const RANGES_SHOWN = 10;
const KEYS_SHOWN = 5;

/** What never reached the target, partition by partition; partitions that lack nothing are only counted. */
export function* renderList(list: UnmirroredList, options: TableOptions): Generator<string> {
  const { width, paint } = options;
  const sum = sumOf(list);
  const style = sum.lost > 0n ? 'red' : sum.unknownPartitions > 0 ? 'yellow' : 'green';
  // What is unknown can be lost as well.
  const least = sum.unknownPartitions > 0 ? 'at least ' : '';
  const head = `${least}${plural(sum.lost, 'record')} of the source never reached the target`;
  yield `${paint('bold', printable(list.flow))}: ${paint(style, head)}\n`;
  for (const line of basisOf(list, sum)) for (const text of wrapped(line, width, '  ')) yield `${text}\n`;
  let complete = 0;
  for (const listed of list.partitions) {
    const { found } = listed;
    if (lostRecords(found) === 0n && found.unknown.length === 0) complete++;
    else yield* partitionLines(listed, options);
  }
  if (complete > 0) yield `  ${plural(complete, 'partition')}: nothing is lost\n`;
}

function basisOf({ failover, partitions }: UnmirroredList, sum: ReturnType<typeof sumOf>): string[] {
  const lines = [`basis: ${grouped(sum.records)} source records compared with the target's, one by one`];
  if (partitions.some(({ found }) => found.boundary === 'failover-point')) {
    lines.push(
      `copies are looked for up to the failover points of ${printable(failover ?? '')}: records behind them are no copies`,
    );
  }
  if (sum.compacted > 0n)
    lines.push(`${plural(sum.compacted, 'record')} more are explained by compaction of the target`);
  if (sum.replayed > 0n) lines.push(`${plural(sum.replayed, 'record')} more were replayed already`);
  return lines;
}

function* partitionLines({ found, superseded }: ListedPartition, { width, paint }: TableOptions): Generator<string> {
  const { topic, targetTopic, partition, lost, unknown, keys, notes } = found;
  const to = targetTopic === topic ? '' : ` → ${printable(partitionName(targetTopic, partition))}`;
  const bytes = lost.reduce((sum, range) => sum + range.bytes, 0n);
  const many = lost.length === 0 ? '' : `: ${plural(lostRecords(found), 'record')} lost, ${plural(bytes, 'byte')}`;
  yield `  ${paint('bold', printable(partitionName(topic, partition)))}${to}${many}\n`;
  for (const range of lost.slice(0, RANGES_SHOWN)) yield `    ${rangeText(range)}\n`;
  if (lost.length > RANGES_SHOWN)
    yield `    and ${lost.length - RANGES_SHOWN} more ranges: --format json has every one\n`;
  for (const range of unknown.slice(0, RANGES_SHOWN)) {
    for (const line of wrapped(unknownText(range), width, '    ')) yield `${paint('yellow', line)}\n`;
  }
  if (unknown.length > RANGES_SHOWN)
    yield `    and ${unknown.length - RANGES_SHOWN} more unknown ranges: --format json has every one\n`;
  if (lost.length > 0) yield* keyLines(found, superseded, width);
  for (const note of notes) for (const line of wrapped(`note: ${printable(note)}`, width, '    ')) yield `${line}\n`;
  if (keys.distinct === null && lost.length > 0) yield '    keys: unknown\n';
}

export function unknownText({ from, until, records, reason }: UnknownRange): string {
  const count = records === null ? '' : ` (${plural(records, 'record')})`;
  return `offsets ${grouped(from)} … ${grouped(until - 1n)}${count}: unknown, because ${printable(reason)}`;
}

function* keyLines(
  { keys, equalAfterPoint }: UnmirroredPartition,
  superseded: ListedPartition['superseded'],
  width: number,
): Generator<string> {
  if (keys.distinct === null) return;
  const without =
    keys.without === null || keys.without === 0n ? '' : `, ${plural(keys.without, 'record')} without a key`;
  yield `    ${plural(keys.distinct, 'key')}${without}\n`;
  if (superseded !== null && superseded.length > 0) {
    const some = superseded.slice(0, KEYS_SHOWN).map(({ key, offset }) => `${printable(keyText(key))} (${offset})`);
    const more = superseded.length > KEYS_SHOWN ? ` and ${superseded.length - KEYS_SHOWN} more` : '';
    const text = `${plural(superseded.length, 'lost record')} with a newer record of the same key on the target: ${some.join(', ')}${more}`;
    for (const line of wrapped(text, width, '    ')) yield `${line}\n`;
  }
  if (equalAfterPoint > 0n) {
    const text = `${plural(equalAfterPoint, 'lost record')} like one that was written to the target after the failover point`;
    for (const line of wrapped(text, width, '    ')) yield `${line}\n`;
  }
}

/** A key as text, if it is one. */
function keyText(key: string | null): string {
  if (key === null || key.startsWith('sha256-')) return key ?? '';
  const bytes = Buffer.from(key, 'base64');
  const text = bytes.toString('utf8');
  return Buffer.from(text, 'utf8').equals(bytes) ? text : key;
}

function rangeText({ from, until, records, firstTime, lastTime }: RecordRange): string {
  const last = until - 1n;
  const offsets = from === last ? `offset ${grouped(from)}` : `offsets ${grouped(from)} … ${grouped(last)}`;
  const first = firstTime === null ? '' : `, ${iso(Number(firstTime))}`;
  const to = lastTime === null || lastTime === firstTime ? '' : ` … ${iso(Number(lastTime))}`;
  return `${offsets}: ${plural(records, 'record')}${first}${to}`;
}
