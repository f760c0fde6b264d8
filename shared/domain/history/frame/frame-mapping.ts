import { ALL_FLAGS, BREAKS, SyncHistory } from '../../mirror/syncs/sync-history.ts';
import { MAX_PARTITION } from '../../model/topic-partition.ts';
import { type HistoryState, NONE } from '../history-state.ts';
import { isBlank } from '../same-state.ts';
import { type ByteSink, type ByteSource, MalformedHistoryError } from './bytes.ts';
import { ColumnRoom, carry, HIGH, LOW, readColumn, wordsOf, writeColumn } from './column.ts';
import { MAX_POINTS, MAX_SERIES } from './frame-limits.ts';

const MS_PER_SECOND = 1_000;
const SECOND = BigInt(MS_PER_SECOND);
const WORD = 2 ** 32;
const ROOMS = {
  upstream: new ColumnRoom(),
  downstream: new ColumnRoom(),
  timestamp: new ColumnRoom(),
  rests: new ColumnRoom(),
};
/** What a partition's first new point is encoded against: upstream, downstream, and the predicted upstream step. */
const BASE = new BigInt64Array(3);
const BASE_WORDS = wordsOf(BASE);
const NO_SYNCS = new SyncHistory();

/** One partition's difference: points of the parent that were removed, points that were added, pending breaks. */
interface Change {
  readonly topic: string;
  readonly partition: number;
  /** Lengths of runs of points, from the newest back: dropped, kept, dropped …; the rest is kept. */
  readonly runs: readonly number[];
  readonly before: SyncHistory;
  readonly after: SyncHistory;
  /** Index of the first new point in `after`. */
  readonly added: number;
}

/** Writes the mapping as its difference from the parent's: in a steady flow, one longer run per partition. */
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
    let second = BigInt(Math.floor(state.at / MS_PER_SECOND));
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

/** Applies what `writeMapping` wrote to the state. The state's time and series must already be those of the frame. */
export function readMapping(source: ByteSource, state: HistoryState): void {
  const count = source.countOfBytes(MAX_SERIES);
  let last = '';
  const topics: string[] = [];
  for (let i = 0; i < count; i++) {
    if (source.byte() === 1) last = source.text();
    topics.push(last);
  }
  const steps = readColumn(source, count);
  const pending = source.take(count);
  if (pending.some((breaks) => (breaks & ~BREAKS) !== 0)) throw new MalformedHistoryError('unknown kinds of break');
  const runs: number[] = [];
  const runsTo = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    for (let left = source.countOfBytes(MAX_POINTS - runs.length); left > 0; left--) runs.push(source.count());
    runsTo[i] = runs.length;
  }
  const added = new Uint32Array(count);
  let total = 0;
  for (let i = 0; i < count; i++) {
    added[i] = source.countOfBytes(MAX_POINTS - total);
    total += added[i] ?? 0;
  }
  if (total > source.left) throw new MalformedHistoryError('more mapping points than bytes');
  const flags = source.take(total);
  if (flags.some((bits) => (bits & ~ALL_FLAGS) !== 0)) throw new MalformedHistoryError('a sync has unknown flags');
  const upstream = ROOMS.upstream.read(source, total);
  const downstream = ROOMS.downstream.read(source, total);
  const timestamp = ROOMS.timestamp.read(source, total);
  const rests = ROOMS.rests.read(source, total);
  const columns = { flags, upstream, downstream, timestamp };
  const told = {
    upstream: wordsOf(upstream),
    downstream: wordsOf(downstream),
    timestamp: wordsOf(timestamp),
    rests: wordsOf(rests),
  };
  const second = Math.floor(state.at / MS_PER_SECOND);
  let partition = 0;
  let at = 0;
  let topic: string | undefined;
  let endSlot: (partition: number) => number | undefined = () => undefined;
  let partitions = new Map<number, SyncHistory>();
  let rewritten = 0;
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
    const newest = history.length - 1;
    BASE[0] = newest < 0 ? 0n : history.upstream(newest);
    BASE[1] = newest < 0 ? 0n : history.downstream(newest);
    BASE[2] = guess;
    addUp(told, at, at + more, second);
    // A frame lists each partition once: it can rewrite only the points that exist.
    if ((runsTo[i] ?? 0) - (runsTo[i - 1] ?? 0) > 1) rewritten += history.length;
    if (rewritten > MAX_POINTS) throw new MalformedHistoryError('mapping points are dropped again and again');
    drop(history, runs, runsTo[i - 1] ?? 0, runsTo[i] ?? 0);
    history.pushColumns(columns, at, at + more);
    history.pendingBreaks = pending[i] ?? 0;
    at += more;
    if (isBlank(history)) partitions.delete(partition);
    else partitions.set(partition, history);
  }
  checkSize(state);
}

/** A chain of frames adds up. */
function checkSize({ mapping }: HistoryState): void {
  let partitions = 0;
  let points = 0;
  for (const histories of mapping.values()) {
    partitions += histories.size;
    for (const history of histories.values()) points += history.length;
  }
  if (points > MAX_POINTS) throw new MalformedHistoryError(`more than ${MAX_POINTS} mapping points`);
  if (partitions > MAX_SERIES) throw new MalformedHistoryError(`more than ${MAX_SERIES} mapped partitions`);
}

/** Columns as 32-bit words. */
interface PointWords {
  readonly upstream: Int32Array;
  readonly downstream: Int32Array;
  readonly timestamp: Int32Array;
  readonly rests: Int32Array;
}

/**
 * Turns one partition's stored differences into points. Each differs from the point before, the first one from `BASE`;
 * its time differs from the state's time in seconds. Uses 32-bit words for the same reason as `readSeries`.
 */
function addUp({ upstream, downstream, timestamp, rests }: PointWords, from: number, to: number, since: number): void {
  let upLow = BASE_WORDS[LOW] ?? 0;
  let upHigh = BASE_WORDS[HIGH] ?? 0;
  let downLow = BASE_WORDS[2 + LOW] ?? 0;
  let downHigh = BASE_WORDS[2 + HIGH] ?? 0;
  let guessLow = BASE_WORDS[4 + LOW] ?? 0;
  let guessHigh = BASE_WORDS[4 + HIGH] ?? 0;
  let secondLow = since | 0;
  let secondHigh = Math.floor(since / WORD) | 0;
  for (let at = 2 * from; at < 2 * to; at += 2) {
    const stepLow = ((upstream[at + LOW] ?? 0) + guessLow) | 0;
    const stepHigh = ((upstream[at + HIGH] ?? 0) + guessHigh + carry(stepLow, guessLow)) | 0;
    guessLow = 0;
    guessHigh = 0;
    upLow = (upLow + stepLow) | 0;
    upHigh = (upHigh + stepHigh + carry(upLow, stepLow)) | 0;
    downLow = (downLow + stepLow) | 0;
    downHigh = (downHigh + stepHigh + carry(downLow, stepLow)) | 0;
    const acrossLow = downstream[at + LOW] ?? 0;
    downLow = (downLow + acrossLow) | 0;
    downHigh = (downHigh + (downstream[at + HIGH] ?? 0) + carry(downLow, acrossLow)) | 0;
    const laterLow = timestamp[at + LOW] ?? 0;
    secondLow = (secondLow + laterLow) | 0;
    secondHigh = (secondHigh + (timestamp[at + HIGH] ?? 0) + carry(secondLow, laterLow)) | 0;
    const product = (secondLow >>> 0) * MS_PER_SECOND;
    const restLow = rests[at + LOW] ?? 0;
    const timeLow = (product + restLow) | 0;
    const productHigh = (Math.imul(secondHigh, MS_PER_SECOND) + Math.floor(product / WORD)) | 0;
    upstream[at + LOW] = upLow;
    upstream[at + HIGH] = upHigh;
    downstream[at + LOW] = downLow;
    downstream[at + HIGH] = downHigh;
    timestamp[at + LOW] = timeLow;
    timestamp[at + HIGH] = (productHigh + (rests[at + HIGH] ?? 0) + carry(timeLow, restLow)) | 0;
  }
}

/** Predicts that a single new sync moved as far as the source's log end; the decoder knows that as its last step. */
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

/** Lengths of alternating runs of true and false, starting with true, without a final run of false. */
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

/** Removes the dropped points: one run from the newest back, or several. */
function drop(history: SyncHistory, runs: readonly number[], from: number, to: number): void {
  if (from === to) return;
  let end = history.length;
  let first = end;
  for (let index = from; index < to; index++) {
    end -= runs[index] ?? 0;
    if (end < 0) throw new MalformedHistoryError('more mapping points dropped than exist');
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
  // The frame has the points as they were encoded: those whose flags changed are among the dropped and the added ones.
  history.keepStored(kept.reverse());
}
