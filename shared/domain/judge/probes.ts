import { compareRecords } from '../compare/record-identity.ts';
import { type BegunBehind, pairsOf, withFound } from '../mirror/breaks/begun-behind.ts';
import type { Hole } from '../mirror/coverage/hole.ts';
import type { IsolationLevel, LogOffsets, Peek, PeekRequest } from '../model/cluster.ts';
import { compareOffsets } from '../model/offsets.ts';
import type { Outcome } from '../model/outcome.ts';
import { PartitionMap } from '../model/partition-map.ts';
import { isTime } from '../model/record-time.ts';
import type { FlowObservation } from './observation.ts';
import type { PartitionState } from './partition-state.ts';
import { holeKey, type RecordEvidence } from './record-evidence.ts';

/**
 * Records of the target count if they are committed. A transaction of an exactly-once MM2 that was killed is aborted: MM2 has
 * acknowledged none of its records, and writes all of them again.
 */
export const COPIES_ISOLATION = 'read_committed';

/** A question that single records answer. */
type Question =
  /** Do source and target hold the same record where this sync says so? */
  | { readonly about: 'sync'; readonly index: number }
  /** The same for a sync that MM2 may have written before or after a cut of the source log. */
  | { readonly about: 'sinceCut'; readonly index: number }
  /** The same for a sync behind a cut that an earlier audit noticed, or for a record before it. */
  | { readonly about: 'behindCut'; readonly asked: BegunBehind; readonly index: number }
  /** The same for the sync before the downstream offsets went back. */
  | { readonly about: 'order' }
  /** Is the target's last record the one that dead reckoning says it is? */
  | { readonly about: 'reckoning' }
  /** What is the first record that the target does not have? */
  | { readonly about: 'waiting'; readonly from: bigint }
  /** Does a stretch of source offsets without a counterpart hold a record? */
  | { readonly about: 'hole'; readonly hole: Hole }
  /** Is a gap in the source due to aborted transactions? */
  | { readonly about: 'aborted' };

export interface Probe {
  readonly topic: string;
  readonly partition: number;
  readonly question: Question;
  readonly source: PeekRequest;
  /** Null if the question is about the source alone. */
  readonly target: PeekRequest | null;
  /** Its neighbours on the source: equality proves nothing if one of them is equal, too. */
  readonly beside?: readonly PeekRequest[];
}

/** What a probe found on each side; null if there was no answer. */
export interface ProbeAnswer {
  readonly probe: Probe;
  readonly source: Outcome<Peek> | null;
  readonly target: Outcome<Peek> | null;
  /** In the order of the probe's `beside`. */
  readonly beside?: readonly Outcome<Peek>[];
}

/** Of most partitions there is nothing to ask. */
const NONE: readonly Probe[] = [];
const NO_HOLES: readonly HoleOfPartition[] = [];

/**
 * Which records to look at, the most useful first: doubts whether a topic is still the same one, then lag, then causes.
 * At most `budget` probes.
 */
export function planProbes(observation: FlowObservation, states: readonly PartitionState[], budget: number): Probe[] {
  const byLag = longestLagFirst(states);
  const abortedAsked = new Set<string>();
  const kinds: readonly ((state: PartitionState) => readonly Probe[])[] = [
    (state) => probeSync(state, state.doubted),
    (state) => (state.doubtedFirst === state.doubted ? NONE : probeSync(state, state.doubtedFirst)),
    probeSinceCut,
    probeBehindCut,
    probeOrder,
    probeReckoning,
    (state) => probeWaiting(observation, state),
    (state) => (abortedAsked.has(state.topic.topic) ? NONE : probeAborted(observation, state, abortedAsked)),
  ];
  const holes = longestHolesFirst(states);
  // A quarter of the budget is for holes, however many records wait. Each hole is probed once, and the answer is kept.
  const most = budget - Math.min(holes.length, Math.ceil(budget / 4));
  const probes: Probe[] = [];
  for (const probesOf of kinds) if (probes.length < most) probes.push(...byLag.flatMap(probesOf));
  const first = probes.slice(0, most);
  const { isolationLevel } = observation.flow;
  const ofHoles = holes
    .slice(0, budget - first.length)
    .map(({ state, hole }) => probeHole(state, hole, isolationLevel));
  return [...first, ...ofHoles];
}

/** Nothing waits in most partitions: those stay as they are, so that only a few are sorted. */
function longestLagFirst(states: readonly PartitionState[]): PartitionState[] {
  const waiting = states.filter((state) => lagOf(state) > 0n).sort((a, b) => compareOffsets(lagOf(b), lagOf(a)));
  return [...waiting, ...states.filter((state) => lagOf(state) === 0n), ...states.filter((state) => lagOf(state) < 0n)];
}

/** Groups the answers by partition. What could not be read is left out: a doubt stays a doubt. */
export function recordEvidence(answers: readonly ProbeAnswer[]): PartitionMap<RecordEvidence> {
  const evidence = new PartitionMap<RecordEvidence>();
  for (const answer of answers) {
    const { topic, partition } = answer.probe;
    const before = evidence.get(topic, partition) ?? {};
    evidence.set(topic, partition, { ...before, ...learn(before, answer) });
  }
  return evidence;
}

function learn(before: RecordEvidence, { probe, beside = [], ...answer }: ProbeAnswer): RecordEvidence {
  const { question } = probe;
  const [source, target] = [peekOf(answer.source), peekOf(answer.target)];
  // An equal neighbour may be the one that was copied there.
  const isCopy = () => (hasEqualNeighbour(source, probe, beside) ? 'unknown' : atSync(source, target));
  switch (question.about) {
    case 'sync': {
      const syncs = new Map(before.syncs);
      syncs.set(question.index, atSync(source, target));
      return { syncs };
    }
    case 'sinceCut':
      return { sinceCut: new Map([...(before.sinceCut ?? []), [question.index, atSync(source, target)]]) };
    case 'behindCut':
      return { behindCut: withFound(before.behindCut ?? question, question.index, isCopy()) };
    case 'order':
      return { order: isCopy() };
    case 'reckoning': {
      // Where one side has no record, there is no copy.
      if (isEmpty(source, probe.source) || isEmpty(target, probe.target)) return { reckoning: 'refuted' };
      // What could not be read may be any record: only what MM2 has acknowledged counts then.
      if (source === null || target === null) return { reckoning: 'ambiguous' };
      const found = comparison(source, target);
      if (found === 'unknown') return isOlder(target, source) ? { reckoning: 'ambiguous' } : {};
      if (found === 'different') return { reckoning: 'refuted' };
      return { reckoning: hasEqualNeighbour(source, probe, beside) ? 'ambiguous' : 'confirmed' };
    }
    case 'waiting':
      return source === null ? {} : { waiting: { from: question.from, peek: source } };
    case 'hole':
      if (source === null) return {};
      return { holes: new Map([...(before.holes ?? []), [holeKey(question.hole), { kind: 'peeked', peek: source }]]) };
    case 'aborted':
      return source === null ? {} : { aborted: source };
  }
}

function comparison(source: Peek | null, target: Peek | null): 'same' | 'different' | 'unknown' {
  if (source?.record == null || target?.record == null) return 'unknown';
  return compareRecords(source.record, target.record);
}

/** Whether a target record of the same content is older: even a target that sets its own time made no copy before. */
function isOlder(target: Peek | null, source: Peek | null): boolean {
  const [copy, original] = [target?.record, source?.record];
  if (copy == null || original == null) return false;
  return isTime(copy.timestamp) && copy.timestamp < original.timestamp;
}

/**
 * Whether a neighbour on the source is equal, too, or was not read. Producers can send equal records within one
 * millisecond: then a record on the target may be the copy of any of them.
 */
function hasEqualNeighbour(source: Peek | null, probe: Probe, beside: readonly Outcome<Peek>[]): boolean {
  return (probe.beside ?? []).some((_, i) => {
    const found = peekOf(beside[i] ?? null);
    return found === null || comparison(source, found) === 'same';
  });
}

function isEmpty(peek: Peek | null, request: PeekRequest | null): boolean {
  return peek?.record === null && request !== null && peek.scannedTo >= request.until;
}

/**
 * Whether a sync is about the present source topic. A record of another topic has another time. A transform in MM2 may
 * have changed one of the same time: if only headers differ, it is the same record, else it is not known.
 */
function atSync(source: Peek | null, target: Peek | null): 'same' | 'different' | 'unknown' {
  const [one, other] = [source?.record, target?.record];
  const found = comparison(source, target);
  if (one == null || other == null || found === 'same') return found;
  if (found === 'different') {
    return isTime(one.timestamp) && one.timestamp === other.timestamp ? 'unknown' : 'different';
  }
  const hasContent = one.key !== null || one.value !== null;
  return hasContent ? compareRecords({ ...one, headers: [] }, { ...other, headers: [] }) : found;
}

function peekOf(outcome: Outcome<Peek> | null): Peek | null {
  return outcome?.kind === 'read' ? outcome.value : null;
}

function probeSync(state: PartitionState, index: number | null): readonly Probe[] {
  if (index === null || state.history === null) return NONE;
  const sync = state.history.at(index);
  return [pair(state, { about: 'sync', index }, sync.upstream, sync.downstream)];
}

function probeSinceCut(state: PartitionState): readonly Probe[] {
  const { sinceCut, records } = state;
  if (records.sinceCut !== undefined) return NONE;
  return sinceCut.map(({ upstream, downstream }, index) =>
    pair(state, { about: 'sinceCut', index }, upstream, downstream),
  );
}

function probeBehindCut(state: PartitionState): readonly Probe[] {
  const { behindCut, records, source } = state;
  if (behindCut === null || records.behindCut !== undefined || source === null) return NONE;
  return pairsOf(behindCut).map(({ upstream, downstream }, index) =>
    withNeighbours(pair(state, { about: 'behindCut', asked: behindCut, index }, upstream, downstream), source),
  );
}

function probeOrder(state: PartitionState): readonly Probe[] {
  const { doubtedOrder, source } = state;
  if (doubtedOrder === null || source === null) return NONE;
  const { upstream, downstream } = doubtedOrder;
  return [withNeighbours(pair(state, { about: 'order' }, upstream, downstream), source)];
}

interface HoleOfPartition {
  readonly state: PartitionState;
  readonly hole: Hole;
}

/** Those that no look has been into, the longest first: the most records can be missing there. */
function longestHolesFirst(states: readonly PartitionState[]): HoleOfPartition[] {
  return states.flatMap(holesOf).sort((a, b) => compareOffsets(b.hole.offsets, a.hole.offsets));
}

function holesOf(state: PartitionState): readonly HoleOfPartition[] {
  const { topic, replication, records } = state;
  if (topic.target === null || replication === null || replication.holes.length === 0) return NO_HOLES;
  const isOpen = (hole: Hole) => records.holes?.has(holeKey(hole)) !== true;
  return replication.holes.filter(isOpen).map((hole) => ({ state, hole }));
}

function probeHole(state: PartitionState, hole: Hole, isolation: IsolationLevel): Probe {
  return look(state, { about: 'hole', hole }, hole.look.from, hole.look.until, isolation);
}

function probeReckoning(state: PartitionState): readonly Probe[] {
  const { reckoned, replication, target, source } = state;
  if (reckoned === null || replication === null || target === null || source === null) return NONE;
  // It was answered, and no doubt about the syncs was settled since.
  if (state.records.reckoning !== undefined && state.doubted === null) return NONE;
  const newest = state.mapping?.newestSync();
  // If nothing is after the newest sync, there is nothing to reckon.
  if (newest == null || target.highWatermark <= newest.downstream + 1n) return NONE;
  const last = reckoned - 1n;
  if (last < source.start || target.highWatermark <= target.start) return NONE;
  return [withNeighbours(pair(state, { about: 'reckoning' }, last, target.highWatermark - 1n), source)];
}

/** The probe of one source record, with a look at the record before it and at the one behind it. */
function withNeighbours(probe: Probe, { start, highWatermark }: LogOffsets): Probe {
  const { offset } = probe.source;
  const before = { ...probe.source, offset: offset - 1n, until: offset };
  const behind = { ...probe.source, offset: offset + 1n, until: highWatermark };
  return { ...probe, beside: [before, behind].filter((one) => one.offset >= start && one.offset < one.until) };
}

/**
 * Whether the first record that waits was looked for in the wrong place: the look at the target's end showed only then
 * that MM2 is not as far as the length of the target log suggests.
 */
export function waitsElsewhere({ records, replication }: PartitionState): boolean {
  if (records.reckoning !== 'refuted' && records.reckoning !== 'ambiguous') return false;
  if (replication?.lag.kind !== 'known' || replication.lag.records === 0n || replication.waitingSince !== null)
    return false;
  return (
    records.waiting?.from !== replication.replicatedTo &&
    records.waiting?.peek.record?.offset !== replication.replicatedTo
  );
}

/** Whether a look for the first record that waits found nothing up to a transaction that is still open. */
export function endsAtOpenTransaction({ records, replication, source }: PartitionState): boolean {
  const { waiting } = records;
  if (waiting === undefined || waiting.peek.record !== null || replication?.replicatedTo == null) return false;
  const { replicatedTo, readableEnd } = replication;
  return (
    replicatedTo === waiting.peek.scannedTo &&
    replicatedTo >= readableEnd &&
    readableEnd < (source?.highWatermark ?? 0n)
  );
}

function probeWaiting(observation: FlowObservation, state: PartitionState): readonly Probe[] {
  const { replication, source, records } = state;
  const end = source?.highWatermark ?? 0n;
  if (replication?.replicatedTo == null || replication.replicatedTo >= end) return NONE;
  const from = replication.replicatedTo;
  // An earlier look from further back has found it: one from here would say nothing of what lies between.
  if (records.waiting?.peek.record?.offset === from) return NONE;
  // A read_committed fetch returns nothing from the last stable offset on: what waits there is in an open transaction.
  const isolation = from >= replication.readableEnd ? 'read_uncommitted' : observation.flow.isolationLevel;
  const question = {
    about: 'waiting',
    from: endsAtOpenTransaction(state) ? (records.waiting?.from ?? from) : from,
  } as const;
  return [look(state, question, from, end, isolation)];
}

function probeAborted(observation: FlowObservation, state: PartitionState, asked: Set<string>): readonly Probe[] {
  const { mapping, source } = state;
  if (mapping === null || source === null || !mapping.hasGaps) return NONE;
  if (observation.flow.isolationLevel === 'read_committed') return NONE;
  for (let i = mapping.length - 2; i >= mapping.first; i--) {
    const left = mapping.at(i);
    const right = mapping.at(i + 1);
    const isGap = right.upstream - left.upstream > right.downstream - left.downstream;
    if (!isGap || left.upstream < source.start) continue;
    asked.add(state.topic.topic);
    return [look(state, { about: 'aborted' }, left.upstream, right.upstream, 'read_committed')];
  }
  return NONE;
}

function look(
  state: PartitionState,
  question: Question,
  offset: bigint,
  until: bigint,
  isolation: 'read_uncommitted' | 'read_committed',
): Probe {
  const { topic, partition } = state;
  return {
    topic: topic.topic,
    partition,
    question,
    source: { topic: topic.topic, partition, offset, until, isolation },
    target: null,
  };
}

function pair(state: PartitionState, question: Question, source: bigint, target: bigint): Probe {
  const { topic, partition } = state;
  return {
    ...look(state, question, source, source + 1n, 'read_uncommitted'),
    target: { topic: topic.targetTopic, partition, offset: target, until: target + 1n, isolation: COPIES_ISOLATION },
  };
}

function lagOf(state: PartitionState): bigint {
  return state.replication?.lag.kind === 'known' ? state.replication.lag.records : -1n;
}
