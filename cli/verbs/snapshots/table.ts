import type { Retention } from '../../../shared/domain/history/retention.ts';
import type { LogThen, PartitionThen, PositionThen } from '../../../shared/domain/history/snapshot-content.ts';
import { grouped, plural } from '../../../shared/domain/model/figures.ts';
import { iso } from '../../../shared/domain/model/iso-time.ts';
import { partitionName } from '../../../shared/domain/model/topic-partition.ts';
import type { HistorySize } from '../../../shared/history/history-size.ts';
import type { SnapshotList } from '../../../shared/history/list-snapshots.ts';
import type { ShownSnapshot } from '../../../shared/history/show-snapshot.ts';
import { snapshotLines } from '../../output/snapshot-lines.ts';
import type { TableOptions } from '../../output/table-options.ts';
import { period, printable, rowLines, wrapped } from '../../output/text.ts';

const TIME = 26;

/** Snapshots of one flow, newest first: when, until when unchanged, what each stands for, and whether it is good. */
export function* renderSnapshotList(
  flow: string,
  { snapshots, left }: SnapshotList,
  retention: Retention,
  { paint }: TableOptions,
): Generator<string> {
  yield `${paint('bold', printable(flow))}  ${snapshots.length === 0 ? 'no snapshot in this range' : ''}`.trimEnd();
  yield '\n';
  if (snapshots.length === 0) return;
  yield `${paint('dim', `  ${'taken'.padEnd(TIME)}${'held until'.padEnd(TIME)}${'per'.padEnd(8)}${'bytes'.padStart(9)}`)}\n`;
  for (const { at, heldUntil, level, bytes, damage } of snapshots) {
    const held = heldUntil === null ? 'unknown' : iso(heldUntil);
    const every = period(retention.steps[level]?.everyMs ?? 0);
    const state = damage === null ? '' : `  ${paint('red', `DAMAGED (${damage})`)}`;
    yield `  ${iso(at).padEnd(TIME)}${held.padEnd(TIME)}${every.padEnd(8)}${grouped(bytes).padStart(9)}${state}\n`;
  }
  if (left > 0) yield `  and ${grouped(left)} older: --limit, --to\n`;
}

/** What the history takes, and what of it is kept how long. */
export function* renderHistorySize(flow: string, size: HistorySize, { width, paint }: TableOptions): Generator<string> {
  const { snapshots, bytes, oldest, newest, heldUntil, bytesLastDay, levels } = size;
  yield `${paint('bold', printable(flow))}  ${plural(snapshots, 'snapshot')}, ${plural(bytes, 'byte')}\n`;
  if (oldest === null || newest === null) return;
  yield `  oldest ${iso(oldest)}, newest ${iso(newest)}\n`;
  if (heldUntil !== null) yield `  newest audit ${iso(heldUntil)}\n`;
  yield `  ${plural(bytesLastDay, 'byte')} in the last 24 hours\n`;
  for (const one of byKeeping(levels)) {
    const text = `one per ${period(one.everyMs)} kept for ${period(one.keepMs)}: ${plural(one.snapshots, 'snapshot')}, ${plural(one.bytes, 'byte')}`;
    for (const line of wrapped(text, width, '  ')) yield `${line}\n`;
  }
}

/** How the history thins. Coarser levels are kept no longer than the finest one of as long: they only bound the chains of frames. */
function byKeeping(levels: HistorySize['levels']): HistorySize['levels'] {
  const steps: HistorySize['levels'][number][] = [];
  for (const level of levels) {
    const finer = steps.at(-1);
    if (finer === undefined || finer.keepMs !== level.keepMs) steps.push(level);
    else {
      const [snapshots, bytes] = [finer.snapshots + level.snapshots, finer.bytes + level.bytes];
      steps[steps.length - 1] = { ...finer, snapshots, bytes };
    }
  }
  return steps;
}

/** One snapshot: the report, what could not be read, the offsets of logs and groups. Everything: `--group` and `--topic` limit it. */
export function* renderSnapshot(shown: ShownSnapshot, options: TableOptions): Generator<string> {
  const { width, paint } = options;
  const { flow, origin, said, readAt, partitions, positions } = shown;
  const verdict = said === null ? 'verdict not recorded' : said.verdict.toUpperCase().replace('-', ' ');
  yield `${paint('bold', printable(flow))}  ${verdict}${said === null ? '' : `  ${printable(said.reasons.join(', '))}`}`.trimEnd();
  yield '\n';
  for (const line of snapshotLines(origin, width, '  ')) yield `${line}\n`;
  const side = (at: number | null): string => (at === null ? 'never' : iso(at));
  for (const line of wrapped(`source read ${side(readAt.source)}, target read ${side(readAt.target)}`, width, '  ')) {
    yield `${line}\n`;
  }
  yield* renderPartitions(partitions, options);
  yield* renderPositions(positions, options);
}

function* renderPartitions(partitions: readonly PartitionThen[], { width, paint }: TableOptions): Generator<string> {
  const name = width - 54;
  yield `\n${paint('bold', `LOGS: ${plural(partitions.length, 'partition')}`)}\n`;
  if (partitions.length === 0) return;
  yield `${paint('dim', `${' '.repeat(name + 2)}${'source'.padStart(21)}${'target'.padStart(21)}${'syncs'.padStart(10)}`)}\n`;
  for (const { topic, partition, source, target, syncs } of partitions) {
    const cells = `${logText(source).padStart(21)}${logText(target).padStart(21)}${grouped(syncs).padStart(10)}`;
    for (const line of rowLines(printable(partitionName(topic, partition)), name, cells, '  ')) yield `${line}\n`;
  }
}

function* renderPositions(positions: readonly PositionThen[], { width, paint }: TableOptions): Generator<string> {
  const name = width - 34;
  yield `\n${paint('bold', `GROUPS: ${plural(positions.length, 'position')}`)}\n`;
  if (positions.length === 0) return;
  yield `${paint('dim', `${' '.repeat(name + 2)}${'on the source'.padStart(16)}${'on the target'.padStart(16)}`)}\n`;
  for (const { group, topic, partition, source, target } of positions) {
    const label = `${printable(group)}  ${printable(partitionName(topic, partition))}`;
    const cells = `${offsetText(source).padStart(16)}${offsetText(target).padStart(16)}`;
    for (const line of rowLines(label, name, cells, '  ')) yield `${line}\n`;
  }
}

function logText(log: LogThen | null): string {
  return log === null ? 'none' : `${grouped(log.start)}–${grouped(log.end)}`;
}

function offsetText(offset: bigint | null): string {
  return offset === null ? 'none' : grouped(offset);
}
