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
      sink.byte(flagsOf(point));
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
  const topics: string[] = [];
  for (let i = 0; i < count; i++) {
    if (source.byte() === 1) last = source.text();
    topics.push(last);
  }
  const steps = readColumn(source, count);
  const runs: number[][] = [];
  for (let i = 0; i < count; i++) {
    const lengths: number[] = [];
    for (let left = source.countOfBytes(); left > 0; left--) lengths.push(source.count());
    runs.push(lengths);
  }
  const added = new Uint32Array(count);
  let total = 0;
  for (let i = 0; i < count; i++) {
    added[i] = source.countOfBytes();
    total += added[i] ?? 0;
  }
  if (total > source.left) throw new MalformedHistoryError('more mapping points than bytes');
  const columns: PointColumns = {
    flags: new Uint8Array(total),
    upstream: new BigInt64Array(0),
    across: new BigInt64Array(0),
    second: new BigInt64Array(0),
    rest: new BigInt64Array(0),
  };
  for (let i = 0; i < total; i++) columns.flags[i] = source.byte();
  columns.upstream = readColumn(source, total);
  columns.across = readColumn(source, total);
  columns.second = readColumn(source, total);
  columns.rest = readColumn(source, total);
  let partition = 0;
  let at = 0;
  let topic: string | undefined;
  let endSlot: (partition: number) => number | undefined = () => undefined;
  let partitions = new Map<number, readonly MappingPoint[]>();
  for (let i = 0; i < count; i++) {
    partition += Number(steps[i] ?? 0n);
    const name = topics[i] ?? '';
    if (name !== topic) {
      topic = name;
      endSlot = state.dictionary.sourceEnds(name);
      partitions = state.partitionsOf(name);
    }
    const before = partitions.get(partition) ?? [];
    const points = remaining(before, runs[i] ?? []);
    const more = added[i] ?? 0;
    const slot = more === 1 ? endSlot(partition) : undefined;
    const guess = slot === undefined || slot >= state.size ? 0n : (state.steps[slot] ?? 0n);
    readPoints(columns, { from: at, to: at + more, before: before.at(-1), guess, stateAt: state.at }, points);
    at += more;
    if (points.length === 0) partitions.delete(partition);
    else partitions.set(partition, points);
  }
}

interface PointColumns {
  readonly flags: Uint8Array;
  upstream: BigInt64Array;
  across: BigInt64Array;
  second: BigInt64Array;
  rest: BigInt64Array;
}

/** The points of one partition, each told from the one before. */
function readPoints(
  columns: PointColumns,
  range: {
    readonly from: number;
    readonly to: number;
    readonly before: MappingPoint | undefined;
    readonly guess: bigint;
    readonly stateAt: number;
  },
  points: MappingPoint[],
): void {
  let upstream = range.before?.upstream ?? 0n;
  let downstream = range.before?.downstream ?? 0n;
  let second = Math.floor(range.stateAt / SECOND);
  let { guess } = range;
  for (let at = range.from; at < range.to; at++) {
    const step = (columns.upstream[at] ?? 0n) + guess;
    upstream += step;
    downstream += step + (columns.across[at] ?? 0n);
    second += Number(columns.second[at] ?? 0n);
    const timestamp = second * SECOND + Number(columns.rest[at] ?? 0n);
    if (Math.abs(timestamp) > LONGEST_TIME) throw new MalformedHistoryError('a time is out of range');
    const flags = columns.flags[at] ?? 0;
    points.push({
      upstream,
      downstream,
      timestamp,
      hole: (flags & 1) !== 0,
      newSource: (flags & 2) !== 0,
      newTarget: (flags & 4) !== 0,
      compared: (flags & 8) !== 0,
    });
    guess = 0n;
  }
}

function flagsOf({ hole, newSource, newTarget, compared }: MappingPoint): number {
  return (hole ? 1 : 0) | (newSource ? 2 : 0) | (newTarget ? 4 : 0) | (compared ? 8 : 0);
}

/** Where one sync moved on, it did about as far as the source's end did; the decoder has that as its last step. */
function guessedStep(change: Change, parent: HistoryState, state: HistoryState): bigint {
  if (change.added.length !== 1) return 0n;
  const slot = state.dictionary.sourceEnds(change.topic)(change.partition);
  if (slot === undefined || slot >= state.size) return 0n;
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
  const [newest = 0] = runs;
  if (newest > before.length) throw new MalformedHistoryError('more mapping points dropped than there are');
  if (runs.length <= 1) return before.slice(0, before.length - newest);
  const kept: (readonly MappingPoint[])[] = [];
  let end = before.length;
  for (const [index, run] of runs.entries()) {
    if (run > end) throw new MalformedHistoryError('more mapping points dropped than there are');
    if (index % 2 === 1) kept.push(before.slice(end - run, end));
    end -= run;
  }
  return [before.slice(0, end), ...kept.reverse()].flat();
}
