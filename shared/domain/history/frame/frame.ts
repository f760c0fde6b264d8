import type { PastCut } from '../../mirror/breaks/cut.ts';
import { VERDICTS } from '../../model/report.ts';
import { MAX_PARTITION } from '../../model/topic-partition.ts';
import { HistoryState, type UnreadPart } from '../history-state.ts';
import { isSameCuts, isSameVerdict } from '../same-state.ts';
import { ByteSink, ByteSource, MalformedHistoryError } from './bytes.ts';
import { MAX_NAMES } from './frame-limits.ts';
import { readMapping, writeMapping } from './frame-mapping.ts';
import { readSeries, writeSeries } from './frame-series.ts';

/** The header of a frame. The rest of the frame is the difference from its parent's state. */
export interface FrameHeader {
  /** The flow's name, so that a frame of another flow is detected. */
  readonly flow: string;
  /** When the audit began: ms since the epoch. Identifies the frame within the flow. */
  readonly at: number;
  /** Index into the retention's steps; decides how long the frame is kept. */
  readonly level: number;
  /** Null for a keyframe, which holds a complete state. */
  readonly parent: { readonly at: number; readonly digest: Uint8Array } | null;
  /** The frame written before this one, and the last audit that found its state unchanged. */
  readonly previous: { readonly at: number; readonly heldUntil: number } | null;
}

const KINDS = ['cluster', 'group', 'topic', 'syncs', 'mapping'] as const;
const ROLES = ['source', 'target'] as const;

/**
 * Encodes a frame, uncompressed: a header and the difference between two states, column by column. Both states must
 * share one dictionary.
 */
export function encodeFrame(header: FrameHeader, parent: HistoryState | null, state: HistoryState): Uint8Array {
  const base = parent ?? new HistoryState(state.at);
  const sink = new ByteSink();
  sink.text(header.flow);
  sink.count(header.at);
  sink.count(header.level);
  sink.byte((header.parent === null ? 0 : 1) | (header.previous === null ? 0 : 2));
  if (header.parent !== null) {
    sink.count(header.at - header.parent.at);
    sink.raw(header.parent.digest);
  }
  if (header.previous !== null) {
    sink.count(header.at - header.previous.at);
    sink.count(header.previous.heldUntil - header.previous.at);
  }
  sink.count(Number(state.syncsReadTo + 1n));
  for (const role of ROLES) sink.count(state.at - state.readAt[role]);
  writeSaid(sink, base, state);
  writeUnread(sink, state);
  writeCuts(sink, base, state);
  writeSeries(sink, base, state);
  for (const role of ROLES) writeTopicIds(sink, base.topicIds[role], state.topicIds[role]);
  writeMapping(sink, base, state);
  return sink.bytes();
}

/** Reads the header alone. @throws MalformedHistoryError */
export function decodeHeader(bytes: Uint8Array): FrameHeader {
  return readHeader(new ByteSource(bytes));
}

/**
 * Applies a frame to its parent's state in place, so that a whole chain needs the memory of one state. A keyframe makes
 * a new state. @throws MalformedHistoryError; do not use the parent's state after that
 */
export function applyFrame(bytes: Uint8Array, parent: HistoryState | null): HistoryState {
  const source = new ByteSource(bytes);
  const header = readHeader(source);
  if ((header.parent === null) !== (parent === null))
    throw new MalformedHistoryError('a frame does not fit its parent');
  const state = parent ?? new HistoryState(header.at);
  const elapsed = header.parent === null ? 0 : header.at - header.parent.at;
  state.syncsReadTo = BigInt(source.count()) - 1n;
  for (const role of ROLES) state.readAt[role] = readTime(source, header.at);
  readSaid(source, state);
  state.unread = readUnread(source, header.at);
  readCuts(source, state, header.at);
  readSeries(source, state, elapsed);
  state.at = header.at;
  for (const role of ROLES) readTopicIds(source, state.topicIds[role]);
  readMapping(source, state);
  if (source.left > 0) throw new MalformedHistoryError(`${source.left} bytes are left over`);
  return state;
}

function readHeader(source: ByteSource): FrameHeader {
  const flow = source.text();
  const at = source.count();
  if (at > LAST_TIME) throw new MalformedHistoryError('a time is out of range');
  const level = source.count();
  const flags = source.byte();
  if (flags > 3) throw new MalformedHistoryError('unknown flags');
  const parent = (flags & 1) === 0 ? null : { at: at - source.count(), digest: source.raw().slice() };
  if ((flags & 2) === 0) return { flow, at, level, parent, previous: null };
  const previousAt = at - source.count();
  const heldUntil = previousAt + source.count();
  if (previousAt < 0 || heldUntil > LAST_TIME) throw new MalformedHistoryError('a time is out of range');
  return { flow, at, level, parent, previous: { at: previousAt, heldUntil } };
}

/** The last millisecond that a calendar has. */
const LAST_TIME = 8.64e15;

function readTime(source: ByteSource, at: number): number {
  const time = at - source.count();
  if (time < 0) throw new MalformedHistoryError('a time is out of range');
  return time;
}

const SAID = { asBefore: 0, nothing: 1, verdict: 2 } as const;

function writeSaid(sink: ByteSink, { said: before }: HistoryState, { said }: HistoryState): void {
  if (isSameVerdict(before, said)) sink.byte(SAID.asBefore);
  else if (said === null) sink.byte(SAID.nothing);
  else {
    sink.byte(SAID.verdict);
    sink.text(said.verdict);
    sink.count(said.reasons.length);
    for (const reason of said.reasons) sink.text(reason);
  }
}

function readSaid(source: ByteSource, state: HistoryState): void {
  const kind = source.byte();
  if (kind > SAID.verdict) throw new MalformedHistoryError('unknown kind of verdict');
  if (kind === SAID.asBefore) return;
  if (kind === SAID.nothing) {
    state.said = null;
    return;
  }
  const text = source.text();
  const verdict = VERDICTS.find((known) => known === text);
  if (verdict === undefined) throw new MalformedHistoryError('unknown verdict');
  state.said = { verdict, reasons: Array.from({ length: source.countOfBytes(MAX_NAMES) }, () => source.text()) };
}

/** Set in the code of a part whose time of its last reading follows its name. */
const WITH_TIME = 64;

function writeUnread(sink: ByteSink, { at, unread }: HistoryState): void {
  sink.count(unread.length);
  for (const { role, kind, name, readAt } of unread) {
    sink.byte(KINDS.indexOf(kind) * 2 + ROLES.indexOf(role) + (readAt === undefined ? 0 : WITH_TIME));
    sink.text(name);
    if (readAt !== undefined) sink.count(at - readAt);
  }
}

function readUnread(source: ByteSource, headerAt: number): readonly UnreadPart[] {
  return Array.from({ length: source.countOfBytes(MAX_NAMES) }, (): UnreadPart => {
    const code = source.byte();
    const role = code % 2 === 0 ? 'source' : 'target';
    const kind = KINDS[(code % WITH_TIME) >> 1];
    if (code >= 2 * WITH_TIME || kind === undefined)
      throw new MalformedHistoryError('a part of unknown kind is listed as not read');
    const name = source.text();
    return { role, kind, name, ...(code < WITH_TIME ? {} : { readAt: readTime(source, headerAt) }) };
  });
}

/**
 * Forms of the cuts. The first one assumed that a log had reached as far as MM2 had acknowledged; the second one, that
 * MM2 had written nothing twice; the third one kept nothing of what is gone; the fourth one, not from which epoch on the
 * log is the present one, nor how far it may have reached; the fifth one took the place of each cut for certain.
 */
const CUTS_OF_SYNCS = 1;
const CUTS_OF_EPOCHS = 2;
const CUTS_WITHOUT_TAILS = 3;
const CUTS_WITHOUT_PRESENT = 4;
const CUTS_AT_ONE_PLACE = 5;
const CUTS = 6;

/** Writes the whole list if it changed: cuts are few and rare. */
function writeCuts(sink: ByteSink, { cuts: before }: HistoryState, { at, cuts }: HistoryState): void {
  if (isSameCuts(before, cuts)) {
    sink.byte(0);
    return;
  }
  sink.byte(CUTS);
  sink.count(cuts.length);
  for (const cut of cuts) {
    sink.byte(ROLES.indexOf(cut.side));
    sink.text(cut.topic);
    sink.count(cut.partition);
    sink.count(Number(cut.at));
    sink.count(Number(cut.reached - cut.at));
    sink.count(Number((cut.acknowledged ?? cut.reached) - cut.at));
    sink.count(Number((cut.copies ?? cut.reached - cut.at) - (cut.reached - cut.at)));
    sink.count(at - cut.noticedAt);
    sink.count(Number((cut.mayReach ?? cut.reached) - cut.reached));
    sink.count(Number((cut.atMost ?? cut.at) - cut.at));
    writeTail(sink, cut);
  }
}

function writeTail(sink: ByteSink, { at, tail }: PastCut): void {
  sink.count(tail === undefined ? 0 : tail.epoch + 1);
  if (tail === undefined) return;
  sink.count(tail.presentFrom === undefined ? 0 : tail.presentFrom - tail.epoch);
  sink.count(tail.syncs.length);
  let left = { upstream: at, downstream: 0n };
  for (const sync of tail.syncs) {
    sink.count(Number(sync.upstream - left.upstream));
    sink.count(Number(sync.downstream - left.downstream));
    left = sync;
  }
}

function readTail(source: ByteSource, at: bigint, form: number): Pick<PastCut, 'tail'> {
  const epoch = source.count() - 1;
  if (epoch < 0) return {};
  const later = form <= CUTS_WITHOUT_PRESENT ? 0 : source.count();
  const length = source.countOfBytes(MAX_NAMES);
  let left = { upstream: at, downstream: 0n };
  const syncs = Array.from({ length }, () => {
    left = { upstream: left.upstream + BigInt(source.count()), downstream: left.downstream + BigInt(source.count()) };
    return left;
  });
  return { tail: { epoch, ...(later === 0 ? {} : { presentFrom: epoch + later }), syncs } };
}

function readCuts(source: ByteSource, state: HistoryState, headerAt: number): void {
  const changed = source.byte();
  if (changed > CUTS) throw new MalformedHistoryError('unknown form of cuts');
  if (changed === 0) return;
  state.cuts = Array.from({ length: source.countOfBytes(MAX_NAMES) }, (): PastCut => {
    const side = ROLES[source.byte()];
    if (side === undefined) throw new MalformedHistoryError('unknown side of a cut');
    const topic = source.text();
    const partition = source.count();
    if (partition > MAX_PARTITION) throw new MalformedHistoryError('not a partition');
    const at = BigInt(source.count());
    const reached = at + BigInt(source.count());
    const acknowledged = changed === CUTS_OF_SYNCS ? reached : at + BigInt(source.count());
    const again = changed <= CUTS_OF_EPOCHS ? 0n : BigInt(source.count());
    const noticedAt = readTime(source, headerAt);
    const mayReach = changed <= CUTS_WITHOUT_PRESENT ? reached : reached + BigInt(source.count());
    const atMost = changed <= CUTS_AT_ONE_PLACE ? at : at + BigInt(source.count());
    return {
      ...{ side, topic, partition, at, reached, noticedAt },
      ...(atMost === at ? {} : { atMost }),
      ...(mayReach === reached ? {} : { mayReach }),
      ...(acknowledged === reached ? {} : { acknowledged }),
      ...(again === 0n ? {} : { copies: reached - at + again }),
      ...(changed <= CUTS_WITHOUT_TAILS ? {} : readTail(source, at, changed)),
    };
  });
}

function writeTopicIds(sink: ByteSink, from: ReadonlyMap<string, string>, to: ReadonlyMap<string, string>): void {
  const gone = [...from.keys()].filter((topic) => !to.has(topic));
  const changed = [...to].filter(([topic, id]) => from.get(topic) !== id);
  sink.count(gone.length);
  for (const topic of gone) sink.text(topic);
  sink.count(changed.length);
  for (const [topic, id] of changed) {
    sink.text(topic);
    sink.text(id);
  }
}

function readTopicIds(source: ByteSource, ids: Map<string, string>): void {
  for (let left = source.countOfBytes(MAX_NAMES); left > 0; left--) ids.delete(source.text());
  for (let left = source.countOfBytes(MAX_NAMES); left > 0; left--) ids.set(source.text(), source.text());
  if (ids.size > MAX_NAMES) throw new MalformedHistoryError(`more than ${MAX_NAMES} topics`);
}
