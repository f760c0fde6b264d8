import { type ByteSink, type ByteSource, MalformedHistoryError } from './bytes.ts';
import { readColumn, writeColumn } from './column.ts';
import { type HistoryState, NONE } from './history-state.ts';
import type { MappingPoint } from './mapping-run.ts';
import { isSamePoint } from './same-state.ts';

const SECOND = 1_000;
const LONGEST_TIME = 2 ** 52;

/** One partition's news: which of the parent's points no longer stand, and those that follow. */
interface Change {
  readonly topic: string;
  readonly partition: number;
  /** Lengths of runs of points, from the newest back: dropped, kept, dropped …; what is left is kept. */
  readonly runs: readonly number[];
  readonly added: readonly MappingPoint[];
  /** What the first of the new points is told from. */
  readonly from: MappingPoint | undefined;
}

/** The mapping's difference to the parent's: in a steady flow, one run per partition that got longer. */
export function writeMapping(sink: ByteSink, parent: HistoryState, state: HistoryState): void {
  const topics = new Set([...parent.mapping.keys(), ...state.mapping.keys()]);
  const changes: Change[] = [];
  for (const topic of topics) {
    const before = parent.mapping.get(topic);
    const after = state.mapping.get(topic);
    for (const partition of new Set([...(before?.keys() ?? []), ...(after?.keys() ?? [])])) {
      const change = difference(topic, partition, before?.get(partition) ?? [], after?.get(partition) ?? []);
      if (change !== null) changes.push(change);
    }
  }
  sink.count(changes.length);
  let last: string | undefined;
  for (const { topic } of changes) {
    sink.byte(topic === last ? 0 : 1);
    if (topic !== last) sink.text(topic);
    last = topic;
  }
  let previous = 0n;
  const partitions = changes.map(({ partition }) => {
    const step = BigInt(partition) - previous;
    previous = BigInt(partition);
    return step;
  });
  writeColumn(sink, BigInt64Array.from(partitions));
  for (const { runs } of changes) {
    sink.count(runs.length);
    for (const run of runs) sink.count(run);
  }
  for (const { added } of changes) sink.count(added.length);
  const columns: [bigint[], bigint[], bigint[], bigint[]] = [[], [], [], []];
  for (const change of changes) {
    let { from } = change;
    let guess = guessedStep(change, parent, state);
    let second = Math.floor(state.at / SECOND);
    for (const point of change.added) {
      sink.byte((point.hole ? 1 : 0) | (point.pinned ? 2 : 0));
      const upstream = point.upstream - (from?.upstream ?? 0n);
      columns[0].push(upstream - guess);
      columns[1].push(point.downstream - (from?.downstream ?? 0n) - upstream);
      columns[2].push(BigInt(Math.floor(point.timestamp / SECOND) - second));
      columns[3].push(BigInt(point.timestamp - Math.floor(point.timestamp / SECOND) * SECOND));
      from = point;
      second = Math.floor(point.timestamp / SECOND);
      guess = 0n;
    }
  }
  for (const column of columns) writeColumn(sink, BigInt64Array.from(column));
}

/** Reads what `writeMapping` wrote into the state, whose time and series are the frame's already. */
export function readMapping(source: ByteSource, state: HistoryState): void {
  const count = source.countOfBytes();
  let last = '';
  const topics = Array.from({ length: count }, () => {
    if (source.byte() === 1) last = source.text();
    return last;
  });
  let partition = 0n;
  const partitions = Array.from(readColumn(source, count), (step) => {
    partition += step;
    return Number(partition);
  });
  const runs = Array.from({ length: count }, () => Array.from({ length: source.countOfBytes() }, () => source.count()));
  const added = Array.from({ length: count }, () => source.countOfBytes());
  const total = added.reduce((sum, n) => sum + n, 0);
  if (total > source.left) throw new MalformedHistoryError('more mapping points than bytes');
  const flags = Array.from({ length: total }, () => source.byte());
  const [upstreams, across, seconds, rests] = [0, 1, 2, 3].map(() => readColumn(source, total));
  let at = 0;
  for (const [index, topic] of topics.entries()) {
    const number = partitions[index] ?? 0;
    const before = state.points(topic, number);
    const points = remaining(before, runs[index] ?? []);
    let from = before.at(-1);
    let second = Math.floor(state.at / SECOND);
    let guess = guessedStep({ topic, partition: number, added: { length: added[index] ?? 0 } }, null, state);
    for (let left = added[index] ?? 0; left > 0; left--, at++) {
      const step = (upstreams?.[at] ?? 0n) + guess;
      second += Number(seconds?.[at] ?? 0n);
      const timestamp = second * SECOND + Number(rests?.[at] ?? 0n);
      if (Math.abs(timestamp) > LONGEST_TIME) throw new MalformedHistoryError('a time is out of range');
      from = {
        upstream: (from?.upstream ?? 0n) + step,
        downstream: (from?.downstream ?? 0n) + step + (across?.[at] ?? 0n),
        timestamp,
        hole: ((flags[at] ?? 0) & 1) !== 0,
        pinned: ((flags[at] ?? 0) & 2) !== 0,
      };
      points.push(from);
      guess = 0n;
    }
    state.setPoints(topic, number, points);
  }
}

/** Where one sync moved on, it did about as far as the source's end did. */
function guessedStep(
  change: { readonly topic: string; readonly partition: number; readonly added: { readonly length: number } },
  parent: HistoryState | null,
  state: HistoryState,
): bigint {
  if (change.added.length !== 1) return 0n;
  const { topic, partition } = change;
  const slot = state.dictionary.find({ kind: 'end', role: 'source', topic, partition });
  if (slot === undefined || slot >= state.size) return 0n;
  // The decoder has the parent's offsets no longer, but the step that led here.
  if (parent === null) return state.steps[slot] ?? 0n;
  const before = slot < parent.size ? (parent.values[slot] ?? NONE) : NONE;
  return before === NONE ? 0n : BigInt.asIntN(64, (state.values[slot] ?? NONE) - before);
}

function difference(
  topic: string,
  partition: number,
  before: readonly MappingPoint[],
  after: readonly MappingPoint[],
): Change | null {
  if (before === after) return null;
  const dropped = before.map(() => true);
  let same = 0;
  for (const [index, point] of before.entries()) {
    if (!isSamePoint(point, after[same]) || same >= after.length) continue;
    dropped[index] = false;
    same++;
  }
  const runs = runsOf(dropped.reverse());
  if (runs.length === 0 && same === after.length) return null;
  return { topic, partition, runs, added: after.slice(same), from: before.at(-1) };
}

/** Lengths of the runs of true and false in turn, beginning with true; a last run of false is left out. */
function runsOf(flags: readonly boolean[]): readonly number[] {
  const runs: number[] = [];
  let current = true;
  let length = 0;
  for (const flag of flags) {
    if (flag !== current) {
      runs.push(length);
      length = 0;
      current = flag;
    }
    length++;
  }
  if (current && length > 0) runs.push(length);
  return runs.length === 1 && runs[0] === 0 ? [] : runs;
}

function remaining(before: readonly MappingPoint[], runs: readonly number[]): MappingPoint[] {
  const kept: MappingPoint[] = [];
  let end = before.length;
  for (const [index, run] of runs.entries()) {
    if (run > end) throw new MalformedHistoryError('more mapping points dropped than there are');
    if (index % 2 === 1) kept.push(...before.slice(end - run, end).reverse());
    end -= run;
  }
  return [...before.slice(0, end), ...kept.reverse()];
}
