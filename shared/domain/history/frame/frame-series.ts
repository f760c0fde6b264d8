import { MAX_PARTITION } from '../../model/topic-partition.ts';
import { type HistoryState, NONE } from '../history-state.ts';
import { isGroupTag, isSeriesTag, type SeriesDictionary } from '../series-dictionary.ts';
import { type ByteSink, type ByteSource, MalformedHistoryError } from './bytes.ts';
import { ColumnRoom, carry, HIGH, LOW, readColumn, wordsOf, writeColumn } from './column.ts';
import { MAX_NAMES, MAX_SERIES } from './frame-limits.ts';

const WORD = 2 ** 32;
const SAME = Number.POSITIVE_INFINITY;
const RESTS = new ColumnRoom();

/**
 * Writes the changed offsets as their differences from a prediction: a log's end moves as fast as in the step before
 * (delta of delta), and a group keeps its distance from the log's end. Writer and reader compute the same predictions.
 * Arithmetic wraps at 64 bits, so every value survives any prediction.
 */
export function writeSeries(sink: ByteSink, parent: HistoryState, state: HistoryState): void {
  const { dictionary, size } = state;
  writeNew(sink, dictionary, parent.size, size);
  const elapsed = state.at - parent.at;
  const runs: number[] = [];
  const rest = new BigInt64Array(size);
  const valuesBefore = wordsOf(parent.values);
  const values = wordsOf(state.values);
  let changed = 0;
  let run = 0;
  let inChange = false;
  for (let slot = 0; slot < size; slot++) {
    // By words, because most have not changed: each bigint would be a short-lived object.
    const isKnown = slot < parent.size;
    const isSame =
      (values[2 * slot] ?? -1) === (isKnown ? (valuesBefore[2 * slot] ?? -1) : -1) &&
      (values[2 * slot + 1] ?? -1) === (isKnown ? (valuesBefore[2 * slot + 1] ?? -1) : -1);
    if (isSame === inChange) {
      runs.push(run);
      run = 0;
      inChange = !inChange;
    }
    run++;
    if (isSame) continue;
    const before = isKnown ? (parent.values[slot] ?? NONE) : NONE;
    const value = state.values[slot] ?? NONE;
    const guess = guessFor(slot, parent, state, before, elapsed);
    rest[changed++] = BigInt.asIntN(64, value - guess);
  }
  sink.count(runs.length);
  for (const length of runs) sink.count(length);
  writeColumn(sink, rest.subarray(0, changed));
}

/**
 * Applies what `writeSeries` wrote to the parent's state, in place. Uses 32-bit words: a chain of frames has millions
 * of offsets, and each bigint would be a short-lived object.
 */
export function readSeries(source: ByteSource, state: HistoryState, elapsed: number): void {
  const { dictionary } = state;
  const known = state.size;
  readNew(source, dictionary, state);
  const { size } = state;
  const runs = Array.from({ length: source.countOfBytes(MAX_SERIES) }, () => source.count());
  const rest = wordsOf(RESTS.read(source, changesOf(runs, size)));
  const values = wordsOf(state.values);
  const steps = wordsOf(state.steps);
  let at = 0;
  let slot = 0;
  for (let index = 0; index <= runs.length && slot < size; index++) {
    const end = slot + (runs[index] ?? size - slot);
    if (index % 2 === 0) {
      steps.fill(0, 2 * slot, 2 * end);
      slot = end;
    }
    for (; slot < end; slot++) {
      const beforeLow = slot < known ? (values[2 * slot + LOW] ?? 0) : -1;
      const beforeHigh = slot < known ? (values[2 * slot + HIGH] ?? 0) : -1;
      const isNew = (beforeLow & beforeHigh) === -1;
      const endSlot = dictionary.endSlot(slot);
      let low = beforeLow;
      let high = beforeHigh;
      if (endSlot >= 0) {
        // A log's end has a lower slot than its commits, so its step is already known.
        const endLow = values[2 * endSlot + LOW] ?? 0;
        const endHigh = values[2 * endSlot + HIGH] ?? 0;
        if (isNew) {
          low = endLow;
          high = endHigh;
        } else if ((endLow & endHigh) !== -1) {
          low = (beforeLow + (steps[2 * endSlot + LOW] ?? 0)) | 0;
          high = (beforeHigh + (steps[2 * endSlot + HIGH] ?? 0) + carry(low, beforeLow)) | 0;
        }
      } else if (!isNew && dictionary.isEnd(slot)) {
        const step = paced(numberOf(steps[2 * slot + LOW] ?? 0, steps[2 * slot + HIGH] ?? 0), elapsed, state.elapsed);
        if (step === SAME) {
          low = (beforeLow + (steps[2 * slot + LOW] ?? 0)) | 0;
          high = (beforeHigh + (steps[2 * slot + HIGH] ?? 0) + carry(low, beforeLow)) | 0;
        } else {
          low = (beforeLow + (step | 0)) | 0;
          high = (beforeHigh + Math.floor(step / WORD) + carry(low, beforeLow)) | 0;
        }
      }
      const guessLow = low;
      low = (guessLow + (rest[at + LOW] ?? 0)) | 0;
      high = (high + (rest[at + HIGH] ?? 0) + carry(low, guessLow)) | 0;
      at += 2;
      values[2 * slot + LOW] = low;
      values[2 * slot + HIGH] = high;
      steps[2 * slot + LOW] = isNew ? 0 : (low - beforeLow) | 0;
      steps[2 * slot + HIGH] = isNew ? 0 : (high - beforeHigh - carry(low, beforeLow)) | 0;
    }
  }
  state.elapsed = elapsed;
}

function numberOf(low: number, high: number): number {
  return high * WORD + (low >>> 0);
}

/** Number of changed series: `runs` alternates between unchanged and changed, and the last run reaches the end. */
function changesOf(runs: readonly number[], size: number): number {
  let told = 0;
  let changed = 0;
  for (const [index, run] of runs.entries()) {
    told += run;
    if (index % 2 === 1) changed += run;
  }
  if (told > size) throw new MalformedHistoryError('more changes than series');
  return runs.length % 2 === 1 ? changed + size - told : changed;
}

/** The prediction on the encoder's side, which has both states. */
function guessFor(slot: number, parent: HistoryState, state: HistoryState, before: bigint, elapsed: number): bigint {
  const { dictionary } = state;
  const endSlot = dictionary.endSlot(slot);
  if (endSlot < 0) {
    if (before === NONE || !dictionary.isEnd(slot)) return before;
    const step = parent.steps[slot] ?? 0n;
    const guess = paced(Number(step), elapsed, parent.elapsed);
    return before + (guess === SAME ? step : BigInt(guess));
  }
  const end = state.values[endSlot] ?? NONE;
  const endBefore = endSlot < parent.size ? (parent.values[endSlot] ?? NONE) : NONE;
  return guessCommit(before, end, endBefore === NONE ? 0n : BigInt.asIntN(64, end - endBefore));
}

/** A commit moves with its log's end; a new one is near the end. */
function guessCommit(before: bigint, end: bigint, step: bigint): bigint {
  if (before === NONE) return end;
  return end === NONE ? before : before + step;
}

/** A step at the rate of the previous one, as a safe integer; `SAME` for exactly that step. */
function paced(step: number, elapsed: number, stepElapsed: number): number {
  if (step === 0 || stepElapsed <= 0) return 0;
  if (elapsed === stepElapsed) return SAME;
  const guess = Math.round((step * elapsed) / stepElapsed);
  return Number.isSafeInteger(guess) ? guess : 0;
}

function writeNew(sink: ByteSink, dictionary: SeriesDictionary, from: number, to: number): void {
  const count = to - from;
  sink.count(count);
  if (count === 0) return;
  // Write each name once; a local numbering keeps the indexes small.
  const names = new Map<number, number>();
  const local = (index: number): number => {
    const known = names.get(index);
    if (known !== undefined) return known;
    names.set(index, names.size);
    return names.size - 1;
  };
  const tags = new Uint8Array(count);
  const [groups, topics, partitions] = [new Int32Array(count), new Int32Array(count), new Int32Array(count)];
  let ofGroups = 0;
  for (let i = 0; i < count; i++) {
    const { tag, group, topic, partition } = dictionary.key(from + i);
    tags[i] = tag;
    if (isGroupTag(tag)) groups[ofGroups++] = local(group);
    topics[i] = local(topic);
    partitions[i] = partition;
  }
  sink.count(names.size);
  for (const index of names.keys()) sink.text(dictionary.names[index] ?? '');
  for (let i = 0; i < count; i++) sink.byte(tags[i] ?? 0);
  writeDifferences(sink, groups.subarray(0, ofGroups));
  writeDifferences(sink, topics);
  writeDifferences(sink, partitions);
}

function readNew(source: ByteSource, dictionary: SeriesDictionary, state: HistoryState): void {
  const count = source.countOfBytes(MAX_SERIES - state.size);
  if (count === 0) return;
  const names = Array.from({ length: source.countOfBytes(MAX_NAMES) }, () => dictionary.name(source.text()));
  if (dictionary.names.length > MAX_NAMES) throw new MalformedHistoryError(`more than ${MAX_NAMES} names`);
  const tags = source.take(count);
  let ofGroups = 0;
  for (let index = 0; index < count; index++) {
    const tag = tags[index] ?? 0;
    if (!isSeriesTag(tag)) throw new MalformedHistoryError('unknown kind of series');
    if (isGroupTag(tag)) ofGroups++;
  }
  const groups = readDifferences(source, ofGroups);
  const topics = readDifferences(source, count);
  const partitions = readDifferences(source, count);
  let ofGroup = 0;
  for (let index = 0; index < count; index++) {
    const tag = tags[index] ?? 0;
    const group = isGroupTag(tag) ? names[groups[ofGroup++] ?? -1] : 0;
    const topic = names[topics[index] ?? -1];
    const partition = partitions[index] ?? -1;
    if (group === undefined || topic === undefined || !(partition >= 0 && partition <= MAX_PARTITION)) {
      throw new MalformedHistoryError('a series has no name or no partition');
    }
    const key = { tag, group, topic, partition };
    const slot = state.size + index;
    // States of one chain share the dictionary: another one may have added this series already.
    if (slot >= dictionary.size) dictionary.add(key);
    else if (!dictionary.isOf(slot, key)) throw new MalformedHistoryError('series are numbered differently');
  }
  state.grow(state.size + count);
}

/** A column that stores each value as its difference from the one before. */
function writeDifferences(sink: ByteSink, values: Int32Array): void {
  const differences = new BigInt64Array(values.length);
  const words = wordsOf(differences);
  let before = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    words[2 * i + LOW] = value - before;
    words[2 * i + HIGH] = (value - before) >> 31;
    before = value;
  }
  writeColumn(sink, differences);
}

function readDifferences(source: ByteSource, count: number): Float64Array {
  const differences = wordsOf(readColumn(source, count));
  const values = new Float64Array(count);
  let value = 0;
  for (let i = 0; i < count; i++) {
    value += numberOf(differences[2 * i + LOW] ?? 0, differences[2 * i + HIGH] ?? 0);
    values[i] = value;
  }
  return values;
}
