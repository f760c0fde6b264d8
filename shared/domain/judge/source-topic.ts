import type { Cut } from '../mirror/breaks/cut.ts';
import { beginsWithNewSource, lastBreak } from '../mirror/epoch.ts';
import { syncsOlderThanSource } from '../mirror/source-epoch.ts';
import type { SyncHistory } from '../mirror/syncs/sync-history.ts';
import type { FirstRecord, LogOffsets } from '../model/cluster.ts';
import type { FlowObservation, ObservedTopic } from './observation.ts';
import type { RecordEvidence } from './record-evidence.ts';
import { idChanged, isRecent, knownAt, type ReadSyncs, sameSince } from './remembered-logs.ts';

/** Which syncs are about an earlier source topic of the same name. */
export interface SourceEpoch {
  /** Those before this index, as far as is known. */
  readonly recreatedAt: number;
  /** Those before this index, for certain. */
  readonly certainAt: number;
  /** How it is known that there was one; null if it is not. */
  readonly kind: 'topic-id' | 'earlier' | 'records' | 'doubt' | null;
  readonly doubted: number | null;
  readonly doubtedFirst: number | null;
}

/** @param first the source log's first record: `unread` if this audit could not read it, `unknown` if none asked */
export function sourceEpoch(
  observation: FlowObservation,
  topic: ObservedTopic,
  syncs: ReadSyncs,
  logs: Logs,
  first: FirstRecord | null | 'unknown' | 'unread',
  records: RecordEvidence,
): SourceEpoch {
  const unasked = { doubted: null, doubtedFirst: null };
  const none = { recreatedAt: 0, certainAt: 0, kind: null, ...unasked };
  const { history } = syncs;
  if (history === null) return none;
  const inDoubtWhole = { recreatedAt: history.length, certainAt: 0, kind: 'doubt', ...unasked } as const;
  if (observation.doubted?.has(topic.topic)) return inDoubtWhole;
  const { source } = logs;
  const changed = idChanged(observation, 'source', topic.topic, topic.sourceId);
  // Syncs since an earlier audit saw this same topic cannot be about another one, whatever the clocks say.
  const same = sameSince(observation, 'source', topic.topic, topic.sourceId);
  const isSettled = changed !== null || (same !== null && observation.remembered?.doubts(topic.topic) !== true);
  if (first === 'unread' && !isSettled && history.length > 0) return inDoubtWhole;
  const begin = source === null || typeof first === 'string' ? null : first;
  const older =
    begin === null ? 0 : syncsOlderThanSource(history, begin, same === null ? undefined : confirmed(history));
  const readAt = (time: bigint) => knownAt(syncs, observation.remembered, time, logs.targetEndBefore);
  const inDoubt = same === null ? older : Math.min(older, readAt(BigInt(same)));
  if (changed !== null) {
    const known = waitedUntil(history, readAt(changed), logs);
    const recreated = { kind: 'topic-id', certainAt: known, recreatedAt: known } as const;
    if (begin === null || inDoubt <= known) return { ...recreated, ...unasked };
    // Syncs that look older than the new topic's records are of the old one, unless the clocks differ.
    return {
      ...recreated,
      ...settledBetween(history, known, inDoubt, { ...logs, known: syncs.known, first: begin }, records),
    };
  }
  const noticed = lastBreak(history, 'newSource');
  const wasNoticed = noticed > 0 || beginsWithNewSource(history);
  const earlier = wasNoticed && isRecent(observation, history, noticed) ? 'earlier' : null;
  const waited = wasNoticed && noticed >= syncs.known ? waitedUntil(history, noticed, logs) : noticed;
  if (waited > noticed) {
    const found = records.syncs?.get(waited - 1);
    return {
      recreatedAt: found === 'same' ? noticed : waited,
      certainAt: found === 'different' ? waited : noticed,
      kind: earlier,
      doubted: waited - 1,
      doubtedFirst: null,
    };
  }
  const settled = { recreatedAt: noticed, certainAt: noticed, kind: earlier } as const;
  // What an earlier audit noticed stays, whatever is found of later syncs.
  if (inDoubt <= noticed || begin === null) return wasNoticed ? { ...settled, ...unasked } : none;
  const between = settledBetween(history, noticed, inDoubt, { ...logs, known: syncs.known, first: begin }, records);
  if (between.recreatedAt === noticed) return { ...settled, ...between };
  return { kind: between.certainAt > noticed ? 'records' : (earlier ?? 'doubt'), ...between };
}

/**
 * The first sync of which an audit found the record on both sides, if the topic has been the same since: neither it nor
 * a later one can be about an earlier topic. The length if there is none.
 */
function confirmed(history: SyncHistory): number {
  let index = lastBreak(history, 'newSource');
  while (index < history.length && !history.isConfirmed(index)) index++;
  return index;
}

/**
 * Index after the syncs from `from` on that name records which were on the target when the last audit read it. MM2 keeps
 * the last pair of a partition until it flushes: it can write it long after the topic that it is about is gone.
 */
function waitedUntil(history: SyncHistory, from: number, { targetEndBefore }: Logs): number {
  let until = from;
  while (until < history.length && targetEndBefore !== null && history.downstream(until) < targetEndBefore) until++;
  return until;
}

/**
 * Which of the syncs [from, inDoubt) are about an earlier source topic, by the records of the newest and of the oldest
 * that can be compared. Clocks that differ make genuine syncs look old: then both show the same record on both sides.
 */
function settledBetween(
  history: SyncHistory,
  from: number,
  inDoubt: number,
  { first, ...logs }: Logs & Pick<ReadSyncs, 'known'> & { readonly first: FirstRecord },
  { syncs }: RecordEvidence,
): Omit<SourceEpoch, 'kind'> {
  // Where a cut took the record, the one that is there now says nothing of the source.
  const foundAt = (index: number) => {
    const downstream = history.downstream(index);
    const wasTaken = logs.targetCuts.some(({ at, reached }) => downstream >= at && downstream < reached);
    const found = syncs?.get(index);
    return wasTaken && found === 'different' ? 'unknown' : found;
  };
  const { newest = null, oldest = null } = comparableSyncs(history, from, inDoubt, logs);
  const asked = { doubted: newest, doubtedFirst: oldest };
  const found = newest === null ? undefined : foundAt(newest);
  if (found === 'different') return { recreatedAt: inDoubt, certainAt: inDoubt, ...asked };
  if (found !== 'same' || newest === null) return { recreatedAt: inDoubt, certainAt: from, ...asked };
  const before = oldest === null ? undefined : foundAt(oldest);
  // The topic was replaced between the two. The next audit compares one that lies between them.
  if (before === 'different' && oldest !== null) return { recreatedAt: newest, certainAt: oldest + 1, ...asked };
  // Where no records could be compared, syncs that look old stay in doubt: that the clocks differ does not explain a
  // topic that was replaced for certain.
  const told = before === 'same' || from === 0 ? (oldest ?? newest) : newest;
  const untold = syncsOlderThanSource(history, first, told);
  return { recreatedAt: Math.max(from, untold), certainAt: from, ...asked };
}

/** The logs of both sides, and the index of the first sync that is about the present target log. */
export interface Logs {
  /** Where the present target log ended when it was last read; null if it is another one since, or was never read. */
  readonly targetEndBefore: bigint | null;
  readonly source: LogOffsets | null;
  readonly target: LogOffsets | null;
  readonly targetFirst: number;
  /** Cuts of the target log: MM2 can have held back a sync about a record that one of them took. */
  readonly targetCuts: readonly Pick<Cut, 'at' | 'reached'>[];
}

/**
 * The newest and the oldest sync of [from, until) whose records both logs still have. If a sync names a record beyond the
 * target's end, that log was cut or replaced: another record there tells nothing of the source.
 */
function comparableSyncs(
  history: SyncHistory,
  from: number,
  until: number,
  { source, target, targetFirst, targetEndBefore, known }: Logs & Pick<ReadSyncs, 'known'>,
): { readonly newest?: number; readonly oldest?: number } {
  let newest: number | undefined;
  let oldest: number | undefined;
  for (let i = history.length - 1; i >= from && i >= targetFirst; i--) {
    const [upstream, downstream] = [history.upstream(i), history.downstream(i)];
    if (target !== null && downstream >= target.highWatermark) return {};
    const isThere = source !== null && upstream >= source.start && upstream < source.highWatermark;
    // If the log did not reach the record when an audit knew the sync, it was cut: what is there now came later.
    const wasCut = i < known && targetEndBefore !== null && downstream >= targetEndBefore;
    const isCopied = !wasCut && (target === null || downstream >= target.start);
    if (i < until && isThere && isCopied) {
      newest ??= i;
      oldest = i;
    }
    // Before this one, the syncs are about an earlier target log, or one that was cut.
    if (i > 0 && downstream <= history.downstream(i - 1)) break;
  }
  return newest === undefined || oldest === undefined ? {} : { newest, oldest };
}
