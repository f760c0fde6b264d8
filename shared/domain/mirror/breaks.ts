import { greatest } from '../model/offsets.ts';
import { lastBreak } from './epoch.ts';
import type { NewPoint, SyncHistory, SyncPoint } from './syncs/sync-history.ts';

/** What is known of a partition's two logs besides its syncs. */
export interface LogsNow {
  /** End of each log; null if it could not be read. */
  readonly sourceEnd: bigint | null;
  readonly targetEnd: bigint | null;
  /** End of each log when the last audit read it; null if none did. */
  readonly sourceEndBefore: bigint | null;
  readonly targetEndBefore: bigint | null;
  /**
   * Where the records of the leader epoch that the last audit saw end in the present log; null if the leader is the same
   * or this is not known. An end before the one that this audit saw shows that the log was cut, however long it is now.
   */
  readonly sourceEpochEnd: bigint | null;
  readonly targetEpochEnd: bigint | null;
  /**
   * When an earlier audit saw each topic with its present id: ms since the epoch; null if none did. If one did, a log
   * that is shorter than its syncs say was cut, not recreated.
   */
  readonly sameSourceSince: number | null;
  readonly sameTargetSince: number | null;
  /**
   * How many of the syncs the newest audit before this one had read. Clocks of several machines do not tell which of two
   * things came first; this does.
   */
  readonly known: number;
  /** The same for the newest audit that read the source log as well. */
  readonly knownWithSource: number;
  /** Whether that audit had read every sync that there was: then all others are younger than it. */
  readonly knewAll: boolean;
  /** The target's last record is the one that counting from the syncs makes it: the log has not grown since a cut. */
  readonly targetEndConfirmed: boolean;
}

/** A log that lost its end and kept its identity: an unclean leader election, or a truncation. */
export interface Cut {
  readonly side: 'source' | 'target';
  /** The log was cut at this offset or before it; below it the mapping still holds. */
  readonly at: bigint;
  /** How far the log reached before, as far as the syncs or an audit show. */
  readonly reached: bigint;
  /** How far MM2 had acknowledged it before, for certain; `reached` if absent. */
  readonly acknowledged?: bigint;
  /** Of a source log: at most this many target records are copies of what it lost; `reached - at` if absent. */
  readonly copies?: bigint;
}

/** A cut as the history remembers it. */
export interface PastCut extends Cut {
  /** Name of the topic on that side. */
  readonly topic: string;
  readonly partition: number;
  /** When the audit that noticed it began: ms since the epoch. */
  readonly noticedAt: number;
}

/** What is left of a history after cuts. */
export interface Remaining {
  readonly history: SyncHistory;
  readonly cuts: readonly Cut[];
  /** How many of its syncs an earlier audit had read. */
  readonly known: number;
  /** What a comparison of records has to tell; null if there is no such sync. */
  readonly since: SyncsSince | null;
}

/**
 * The first and the last sync beyond a cut of the source log that no earlier audit had read. MM2 may have written them
 * before the cut or after it.
 */
export interface SyncsSince {
  readonly oldest: Pick<SyncPoint, 'upstream' | 'downstream'>;
  readonly newest: Pick<SyncPoint, 'upstream' | 'downstream'>;
}

/**
 * Removes from a history the syncs that a cut has made void: those at or after the cut, written before it happened.
 * Syncs below the cut hold, because their records still exist. Returns the history itself if nothing was cut.
 * @param holding from which sync of `since` on comparing has shown that the records are the same
 */
export function withoutCut(history: SyncHistory, logs: LogsNow, holding: keyof SyncsSince | null = null): Remaining {
  const onTarget = withoutTargetCut(history, logs);
  const left = { ...logs, known: onTarget.known, knownWithSource: Math.min(logs.knownWithSource, onTarget.known) };
  const onSource = withoutSourceCut(onTarget.history, left, holding);
  const cuts = [onTarget.cut, onSource.cut].filter((cut) => cut !== null);
  return { history: onSource.history, cuts, known: onSource.known, since: onSource.since ?? null };
}

/** Part of a mapping that comparing records has refuted, by an offset of the target log. */
export interface Voided {
  /** All syncs up to the offset, or what the two syncs around it say about the records between them. */
  readonly kind: 'older' | 'between';
  readonly downstream: bigint;
}

/** Marks what comparing records has refuted. Returns the history itself if there is nothing to mark. */
export function withoutRefuted(history: SyncHistory, refuted: readonly Voided[]): SyncHistory {
  if (refuted.length === 0) return history;
  const next = history.copy();
  for (const { kind, downstream } of refuted) {
    let index = history.length;
    while (index > 0 && history.downstream(index - 1) > downstream) index--;
    next.breakAt(index, kind === 'older' ? 'refuted' : 'hole');
  }
  return next;
}

interface Shortened {
  readonly history: SyncHistory;
  readonly cut: Cut | null;
  /** How many of its syncs an earlier audit had read. */
  readonly known: number;
  readonly since?: Remaining['since'];
}

/**
 * The same for the source log. A sync beyond its end shows a cut, and so do the leader epochs, whether or not the log
 * regrew. They also tell the place; without them it is at most the log's end.
 */
function withoutSourceCut(history: SyncHistory, logs: LogsNow, holding: keyof SyncsSince | null): Shortened {
  const { sourceEnd: end, sourceEpochEnd: epochEnd, sourceEndBefore: before, sameSourceSince, known } = logs;
  const none = { history, cut: null, known };
  if (sameSourceSince === null) return none;
  const shown = end === null ? null : syncsBeyond(history, logs, end);
  if (epochEnd !== null && before !== null && (epochEnd < before || (shown !== null && epochEnd < shown.end))) {
    return withoutRegrownCut(history, epochEnd, before, { ...logs, sure: shown?.until ?? 0, holding });
  }
  if (shown === null) return none;
  const first = lastBreak(history, 'newSource');
  const kept = indexesOf(history).filter((index) => index < first || history.upstream(index) < shown.end);
  const shortened = keeping(withTargetBreaks(history), kept, known, (left) => shown.end - 1n - left.upstream);
  const left = indexesOf(history).filter((index) => index >= first && history.upstream(index) >= shown.end);
  const { end: at, reached } = shown;
  const acknowledged = acknowledgedBy(history, logs, left, at);
  const cut = { side: 'source', at, reached, ...(acknowledged === reached ? {} : { acknowledged }) } as const;
  return { ...shortened, cut: { ...cut, ...copiesOf(history, left, reached - at) } };
}

/** How far syncs about the present target log had acknowledged the source log, at the offset `at` and beyond it. */
function acknowledgedBy(
  history: SyncHistory,
  { sameTargetSince }: Pick<LogsNow, 'sameTargetSince'>,
  indexes: readonly number[],
  at: bigint,
): bigint {
  const present = presentFrom(history);
  if (sameTargetSince === null) return at;
  return indexes.reduce((most, i) => (i < present ? most : greatest(most, history.upstream(i) + 1n)), at);
}

/** Index of the first sync of the present target log, as far as the syncs tell. */
function presentFrom(history: SyncHistory): number {
  let first = lastBreak(history, 'newTarget');
  for (let i = first + 1; i < history.length; i++) if (history.downstream(i) <= history.downstream(i - 1)) first = i;
  return first;
}

/**
 * How many target records may be copies of what a cut took, if that is more than it had records: the syncs beyond the
 * cut, by their indexes, show what MM2 wrote again.
 */
function copiesOf(history: SyncHistory, left: readonly number[], records: bigint): Pick<Cut, 'copies'> {
  let again = 0n;
  for (const index of left) {
    if (index === 0 || !left.includes(index - 1)) continue;
    const offsets = history.upstream(index) - history.upstream(index - 1);
    const written = history.downstream(index) - history.downstream(index - 1);
    again += greatest(0n, written - greatest(0n, offsets));
  }
  return again === 0n ? {} : { copies: records + again };
}

/** Syncs beyond the log's end, written before the cut. */
interface SyncsBeyond {
  readonly end: bigint;
  /** How far they reach. */
  readonly reached: bigint;
  /** Index after the last one: MM2 wrote all syncs before it before the cut. */
  readonly until: number;
}

/** Null if there are none, or if they may be about an earlier log of the name. */
function syncsBeyond(
  history: SyncHistory,
  { sourceEndBefore, known, knewAll }: LogsNow,
  end: bigint,
): SyncsBeyond | null {
  const isYounger = (index: number): boolean => knewAll && index >= known;
  let reached = end;
  let until = 0;
  for (let i = lastBreak(history, 'newSource'); i < history.length; i++) {
    if (history.upstream(i) < end) continue;
    until = i + 1;
    if (history.upstream(i) < reached) continue;
    if (!isYounger(i) && !hadReached(sourceEndBefore, history.upstream(i))) return null;
    reached = history.upstream(i) + 1n;
  }
  return until === 0 ? null : { end, reached, until };
}

/**
 * Where a cut log has regrown, MM2 may have written the syncs beyond the cut before it, even if no earlier audit had read
 * them. Only those are kept that comparing has shown to be later.
 * @param at where the log was cut
 * @param before its end at the last audit
 * @param sure MM2 wrote the syncs before this index before the cut
 */
function withoutRegrownCut(
  history: SyncHistory,
  at: bigint,
  before: bigint,
  logs: Pick<LogsNow, 'known' | 'knownWithSource' | 'sameTargetSince'> & {
    readonly sure: number;
    readonly holding: keyof SyncsSince | null;
  },
): Shortened {
  const { known, holding } = logs;
  const sure = Math.max(logs.sure, logs.knownWithSource);
  const first = lastBreak(history, 'newSource');
  const beyond = indexesOf(history).filter((index) => index >= first && history.upstream(index) >= at);
  const [oldest] = beyond.filter((index) => index >= sure);
  const newest = history.length - 1;
  const since = oldest === undefined ? null : { oldest: history.at(oldest), newest: history.at(newest) };
  const later = oldest === undefined || holding === null ? history.length : holding === 'oldest' ? oldest : newest;
  const left = new Set(beyond.filter((index) => index < later));
  const kept = indexesOf(history).filter((index) => !left.has(index));
  const reached = [...left].reduce((most, index) => greatest(most, history.upstream(index) + 1n), before);
  const certain = [...left].filter((index) => index < sure);
  const acknowledged = acknowledgedBy(history, logs, certain, at);
  const shortened = keeping(history, kept, known, (sync) => at - 1n - sync.upstream);
  // Also where no sync is left out: the next one does not continue the last one before the cut.
  shortened.history.breakAt(shortened.history.length - (history.length - later), 'hole');
  const copies = copiesOf(history, [...left], reached - at);
  return { ...shortened, cut: { side: 'source', at, reached, acknowledged, ...copies }, since };
}

function withoutTargetCut(
  history: SyncHistory,
  { targetEnd: end, sameTargetSince, targetEndBefore, targetEpochEnd, known, knewAll, targetEndConfirmed }: LogsNow,
): Shortened {
  const first = lastBreak(history, 'newTarget');
  const none = { history, cut: null, known };
  if (end === null || sameTargetSince === null || first >= history.length) return none;
  const isCut = targetEpochEnd !== null && targetEndBefore !== null && targetEpochEnd < targetEndBefore;
  const isYounger = (index: number): boolean => knewAll && index >= known;
  let least = end;
  let cutAt: bigint | null = null;
  /** MM2 wrote this one and all before it before the cut. */
  let lastCut = -1;
  const kept: number[] = [];
  for (let index = history.length - 1; index >= first; index--) {
    const downstream = history.downstream(index);
    // However long the log is now: what earlier audits had read was there before the cut.
    if (isCut && index < known && targetEpochEnd < least) least = targetEpochEnd;
    if (downstream < least) {
      kept.push(index);
      least = downstream;
      continue;
    }
    lastCut = Math.max(lastCut, index);
    if (isCut) {
      cutAt = least;
      continue;
    }
    // An earlier audit saw the log go back before the topic's id was known, and took it for another log. That stays so.
    if (index + 1 < known) return none;
    // The sync that goes back may be older than that audit as well: then that log is the one after it.
    const [next] = kept.slice(-1);
    const isShown = hadReached(targetEndBefore, downstream) && (next === undefined || isYounger(next));
    if (!isYounger(index) && !isShown) return none;
    cutAt = least;
  }
  if (cutAt === null) return isCut ? cutBehind(history, targetEpochEnd, targetEndBefore, known) : none;
  // The syncs show that there was a cut, and leader epochs that it was further down.
  const isDeeper = targetEpochEnd !== null && targetEpochEnd < cutAt;
  const at = isDeeper ? targetEpochEnd : cutAt;
  const furthest = furthestDownstream(history, first) + 1n;
  const reached = isCut && targetEndBefore > furthest ? targetEndBefore : furthest;
  const holding = kept.filter((index) => !isDeeper || index > lastCut || history.downstream(index) < at);
  const indexes = [...indexesOf(history).slice(0, first), ...holding.reverse()];
  // If a sync names the place of the cut, it is certain. The end of the log is, if nothing was written since.
  const isPlace = at < end || targetEndConfirmed;
  const shortened = keeping(history, indexes, known, (left) => (isPlace ? at - 1n - left.downstream : 0n));
  return { ...shortened, cut: { side: 'target', at, reached } };
}

/** The target log was cut behind all syncs: those from `known` on, if any, were written after that. */
function cutBehind(history: SyncHistory, at: bigint, reached: bigint, known: number): Shortened {
  const next = history.copy();
  next.breakAt(known, 'hole');
  return { history: next, cut: { side: 'target', at, reached }, known };
}

/**
 * Whether the last audit saw a log of the present id that had reached an offset. If not, a sync of that offset may be
 * about an earlier log of the name: only a sync that is younger than that audit shows a cut.
 */
function hadReached(endBefore: bigint | null, offset: bigint): boolean {
  return endBefore !== null && endBefore > offset;
}

/** Marks where the syncs alone show that the target log was replaced or cut: the one that shows it may go. */
function withTargetBreaks(history: SyncHistory): SyncHistory {
  const next = history.copy();
  for (let i = 1; i < history.length; i++) {
    if (history.downstream(i) > history.downstream(i - 1) || history.breaksBefore(i, 'newTarget')) continue;
    next.breakAt(i, 'newTarget');
    next.breakAt(i, 'hole');
  }
  return next;
}

/**
 * Only the syncs of these indexes. If some are left out, nothing is known of what lies between their neighbours, except
 * up to the cut: where the syncs around it are in step, each record before the cut has its place.
 * @param room how many offsets after a sync the cut left
 */
function keeping(
  history: SyncHistory,
  indexes: readonly number[],
  known: number,
  room: (left: SyncPoint) => bigint,
): Pick<Shortened, 'history' | 'known'> {
  const next = history.copy();
  next.keep(indexes);
  let knownNow = indexes.filter((index) => index < known).length;
  for (let at = indexes.length; at > 0; at--) {
    const index = indexes[at - 1] ?? 0;
    if ((indexes[at] ?? history.length) === index + 1) continue;
    next.breakAt(at, 'hole');
    const edge = index + 1 < history.length ? edgeOf(history, index, room(history.at(index))) : null;
    if (edge === null) continue;
    next.insert(at, edge);
    if (index < known) knownNow++;
  }
  if ((indexes[0] ?? history.length) > 0) next.breakAt(0, 'hole');
  return { history: next, known: knownNow };
}

/** The last pair before a cut, if the two syncs around it are in step. */
function edgeOf(history: SyncHistory, index: number, offsets: bigint): NewPoint | null {
  const left = history.at(index);
  const right = history.at(index + 1);
  const between = right.upstream - left.upstream;
  const isInStep = !history.isBrokenBefore(index + 1) && between === right.downstream - left.downstream;
  if (!isInStep || offsets <= 0n || offsets >= between) return null;
  const pair = { upstream: left.upstream + offsets, downstream: left.downstream + offsets };
  return { timestamp: left.timestamp, ...pair, compared: true };
}

function indexesOf(history: SyncHistory): number[] {
  return Array.from({ length: history.length }, (_, index) => index);
}

function furthestDownstream(history: SyncHistory, first: number): bigint {
  let most = -1n;
  for (let i = first; i < history.length; i++) if (history.downstream(i) > most) most = history.downstream(i);
  return most;
}
