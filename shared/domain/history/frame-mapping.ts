import { type PointColumns, SyncHistory } from '../sync-history.ts';
import { type ByteSink, type ByteSource, MalformedHistoryError } from './bytes.ts';
import { ColumnRoom, readColumn, writeColumn } from './column.ts';
import { type HistoryState, NONE } from './history-state.ts';
import { isBlank } from './same-state.ts';
import { MAX_PARTITION } from './series-dictionary.ts';

const SECOND = 1_000n;
const MOST_PENDING = 7;
const MOST_FLAGS = 15;
const ROOMS = {
  upstream: new ColumnRoom(),
  downstream: new ColumnRoom(),
  timestamp: new ColumnRoom(),
  rests: new ColumnRoom(),
};
const NO_SYNCS = new SyncHistory();

/** One partition's news: which of the parent's points no longer stand, those that follow, and pending breaks. */
interface Change {
  readonly topic: string;
  readonly partition: number;
  /** Lengths of runs of points, from the newest back: dropped, kept, dropped …; what is left is kept. */
  readonly runs: readonly number[];
  readonly before: SyncHistory;
  readonly after: SyncHistory;
  /** Index of the first of `after` that is new. */
  readonly added: number;
}

/** The mapping's difference to the parent's: in a steady flow, one run per partition that got longer. */
export function writeMapping(sink: ByteSink, parent: HistoryState, state: HistoryState): void {
  const changes = changesBetween(parent, state);
  sink.count(changes.length);
  let last: string | undefined;
  for (const { topic } of changes) {
    sink.byte(topic === last ? 0 : 1);
    if (topic !== last) sink.text(topic);
    last = topic;
  }
  let previous = 0;
  const steps = changes.map(({ partition }) => {
    const step = partition - previous;
    previous = partition;
    return BigInt(step);
  });
  writeColumn(sink, BigInt64Array.from(steps));
  for (const { after } of changes) sink.byte(after.pendingBreaks);
  for (const { runs } of changes) {
    sink.count(runs.length);
    for (const run of runs) sink.count(run);
  }
  let total = 0;
  for (const { after, added } of changes) {
    sink.count(after.length - added);
    total += after.length - added;
  }
  const upstreams = new BigInt64Array(total);
  const across = new BigInt64Array(total);
  const seconds = new BigInt64Array(total);
  const rests = new BigInt64Array(total);
  let at = 0;
  for (const change of changes) {
    const { before, after } = change;
    let upstream = before.length === 0 ? 0n : before.upstream(before.length - 1);
    let downstream = before.length === 0 ? 0n : before.downstream(before.length - 1);
    let second = BigInt(Math.floor(state.at / 1_000));
    let guess = guessedStep(change, parent, state);
    for (let index = change.added; index < after.length; index++, at++) {
      sink.byte(after.flags(index));
      const step = after.upstream(index) - upstream;
      upstreams[at] = step - guess;
      across[at] = after.downstream(index) - downstream - step;
      const timestamp = after.timestamp(index);
      const whole = (timestamp - (timestamp < 0n ? SECOND - 1n : 0n)) / SECOND;
      seconds[at] = whole - second;
      rests[at] = timestamp - whole * SECOND;
      upstream = after.upstream(index);
      downstream = after.downstream(index);
      second = whole;
      guess = 0n;
    }
  }
  for (const column of [upstreams, across, seconds, rests]) writeColumn(sink, column);
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
  const pending = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    pending[i] = source.byte();
    if ((pending[i] ?? 0) > MOST_PENDING) throw new MalformedHistoryError('unknown breaks');
  }
  const runs: number[] = [];
  const runsTo = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    for (let left = source.countOfBytes(); left > 0; left--) runs.push(source.count());
    runsTo[i] = runs.length;
  }
  const added = new Uint32Array(count);
  let total = 0;
  for (let i = 0; i < count; i++) {
    added[i] = source.countOfBytes();
    total += added[i] ?? 0;
  }
  if (total > source.left) throw new MalformedHistoryError('more mapping points than bytes');
  const flags = new Uint8Array(total);
  for (let i = 0; i < total; i++) {
    flags[i] = source.byte();
    if ((flags[i] ?? 0) > MOST_FLAGS) throw new MalformedHistoryError('unknown flags of a sync');
  }
  const upstream = ROOMS.upstream.read(source, total);
  const downstream = ROOMS.downstream.read(source, total);
  const timestamp = ROOMS.timestamp.read(source, total);
  const columns = { flags, upstream, downstream, timestamp };
  const rests = ROOMS.rests.read(source, total);
  let partition = 0;
  let at = 0;
  let topic: string | undefined;
  let endSlot: (partition: number) => number | undefined = () => undefined;
  let partitions = new Map<number, SyncHistory>();
  for (let i = 0; i < count; i++) {
    partition += Number(steps[i] ?? 0n);
    if (!(partition >= 0 && partition <= MAX_PARTITION)) throw new MalformedHistoryError('not a partition');
    const name = topics[i] ?? '';
    if (name !== topic) {
      topic = name;
      endSlot = state.dictionary.sourceEnds(name);
      partitions = state.partitionsOf(name);
    }
    const history = partitions.get(partition) ?? new SyncHistory();
    const more = added[i] ?? 0;
    const slot = more === 1 ? endSlot(partition) : undefined;
    const guess = slot === undefined || slot >= state.size ? 0n : (state.steps[slot] ?? 0n);
    addUp(columns, rests, at, at + more, { history, guess, stateAt: state.at });
    drop(history, runs, runsTo[i - 1] ?? 0, runsTo[i] ?? 0);
    history.pushColumns(columns, at, at + more);
    history.pendingBreaks = pending[i] ?? 0;
    at += more;
    if (isBlank(history)) partitions.delete(partition);
    else partitions.set(partition, history);
  }
}

/** Makes one partition's points of what is told of each, which is its difference to the one before. */
function addUp(
  columns: PointColumns,
  rests: BigInt64Array,
  from: number,
  to: number,
  base: { readonly history: SyncHistory; readonly guess: bigint; readonly stateAt: number },
): void {
  const newest = base.history.length - 1;
  let upstream = newest < 0 ? 0n : base.history.upstream(newest);
  let downstream = newest < 0 ? 0n : base.history.downstream(newest);
  let second = BigInt(Math.floor(base.stateAt / 1_000));
  let { guess } = base;
  for (let at = from; at < to; at++) {
    const step = BigInt.asIntN(64, (columns.upstream[at] ?? 0n) + guess);
    upstream = BigInt.asIntN(64, upstream + step);
    downstream = BigInt.asIntN(64, downstream + step + (columns.downstream[at] ?? 0n));
    second = BigInt.asIntN(64, second + (columns.timestamp[at] ?? 0n));
    columns.upstream[at] = upstream;
    columns.downstream[at] = downstream;
    columns.timestamp[at] = BigInt.asIntN(64, second * SECOND + (rests[at] ?? 0n));
    guess = 0n;
  }
}

/** Where one sync moved on, it did about as far as the source's end did; the decoder has that as its last step. */
function guessedStep({ topic, partition, after, added }: Change, parent: HistoryState, state: HistoryState): bigint {
  if (after.length - added !== 1) return 0n;
  const slot = state.dictionary.sourceEnds(topic)(partition);
  if (slot === undefined || slot >= state.size) return 0n;
  const before = slot < parent.size ? (parent.values[slot] ?? NONE) : NONE;
  return before === NONE ? 0n : BigInt.asIntN(64, (state.values[slot] ?? NONE) - before);
}

function changesBetween(parent: HistoryState, state: HistoryState): readonly Change[] {
  const changes: Change[] = [];
  for (const topic of new Set([...parent.mapping.keys(), ...state.mapping.keys()])) {
    const before = parent.mapping.get(topic);
    const after = state.mapping.get(topic);
    for (const partition of new Set([...(before?.keys() ?? []), ...(after?.keys() ?? [])])) {
      const histories = { before: before?.get(partition) ?? NO_SYNCS, after: after?.get(partition) ?? NO_SYNCS };
      const difference = differenceOf(histories.before, histories.after);
      if (difference !== null) changes.push({ topic, partition, ...histories, ...difference });
    }
  }
  return changes;
}

function differenceOf(before: SyncHistory, after: SyncHistory): Pick<Change, 'runs' | 'added'> | null {
  const common = before.commonLength(after);
  let added = common;
  const dropped: boolean[] = [];
  for (let index = common; index < before.length; index++) {
    const isKept = added < after.length && before.samePoint(index, after, added);
    dropped.push(!isKept);
    if (isKept) added++;
  }
  const runs = runsOf(dropped.reverse());
  const isSame = runs.length === 0 && added === after.length && before.pendingBreaks === after.pendingBreaks;
  return isSame ? null : { runs, added };
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

/** Takes away the points that no longer stand: one run from the newest back, or several. */
function drop(history: SyncHistory, runs: readonly number[], from: number, to: number): void {
  let end = history.length;
  let first = end;
  for (let index = from; index < to; index++) {
    end -= runs[index] ?? 0;
    if (end < 0) throw new MalformedHistoryError('more mapping points dropped than there are');
    if (index === from) first = end;
  }
  if (to - from <= 1) {
    history.truncate(first);
    return;
  }
  const kept: number[] = [];
  let top = history.length;
  for (let index = from; index < to; index++) {
    const bottom = top - (runs[index] ?? 0);
    if ((index - from) % 2 === 1) for (let point = top - 1; point >= bottom; point--) kept.push(point);
    top = bottom;
  }
  for (let point = top - 1; point >= 0; point--) kept.push(point);
  history.keep(kept.reverse());
}
