import { greatest, least } from '../../model/offsets.ts';
import { lastBreak, presentFrom } from '../epoch.ts';
import type { SyncHistory } from '../syncs/sync-history.ts';
import type { Cut, CutTail } from './cut.ts';
import type { LogsNow } from './logs-now.ts';
import { hadReached, indexesOf, keeping, mayHaveWaited, type Shortened } from './shortened.ts';
import type { SinceCut, SyncsSince } from './since-cut.ts';

/**
 * Removes from a history the syncs that a cut of the source log has made void. A sync beyond its end shows a cut, and so do the leader epochs, whether or not the log
 * regrew. They also tell the place; without them it is at most the log's end.
 */
export function withoutSourceCut(history: SyncHistory, logs: LogsNow, compared: SinceCut | null): Shortened {
  const { sourceStart: start, sourceEnd: end, sourceEpochEnd: epochEnd } = logs;
  const { sourceEndBefore: before, sameSourceSince, known } = logs;
  const none = { history, cut: null, known };
  if (sameSourceSince === null) return none;
  const beyond = end === null ? null : syncsBeyond(history, logs, end);
  const shown = beyond?.areTold === true ? beyond : null;
  if (epochEnd !== null && before !== null && (epochEnd < before || (shown !== null && epochEnd < shown.end))) {
    // Where the log begins behind that epoch, it was cut there or anywhere before: what told it is deleted.
    const place = { at: start !== null && epochEnd <= start ? 0n : epochEnd, atMost: epochEnd };
    const shortened = withoutRegrownCut(history, place, before, { ...logs, sure: shown?.until ?? 0, compared });
    const { cut } = shortened;
    return cut === null || end === null || end <= cut.reached
      ? shortened
      : { ...shortened, cut: { ...cut, mayReach: end } };
  }
  return beyond === null ? none : withoutSyncsBeyond(history, logs, beyond, compared);
}

/**
 * Removes syncs beyond the end of the log. It may have regrown to that end: then other records are where some syncs before
 * them point. Comparing shows which.
 */
function withoutSyncsBeyond(
  history: SyncHistory,
  logs: LogsNow,
  { end, reached, until, areTold }: SyncsBeyond,
  compared: SinceCut | null,
): Shortened {
  const { known, sourceEpochEnd } = logs;
  const first = lastBreak(history, 'newSource');
  // Up to here, the log has the records that the last audit saw. Where no epoch tells, it is taken for not regrown.
  const intact = sourceEpochEnd ?? (areTold ? end : 0n);
  const unsure = indexesOf(history).filter((i) => {
    const upstream = history.upstream(i);
    return i >= Math.max(first, presentFrom(history)) && i < until && upstream >= intact && upstream < end;
  });
  const since = spread(unsure).map((index) => history.at(index));
  if (!areTold && compared === null) return { history, cut: null, known, since };
  const at = placeOf(since, compared) ?? end;
  const kept = indexesOf(history).filter((index) => index < first || history.upstream(index) < at);
  const shortened = keeping(withTargetBreaks(history), kept, known, (left) => least(intact, at) - 1n - left.upstream);
  const left = indexesOf(history).filter((index) => index >= first && history.upstream(index) >= at);
  const acknowledged = acknowledgedBy(history, logs, left, at);
  const place = at < end ? { at, atMost: end } : { at };
  const cut = { side: 'source', ...place, reached, ...(acknowledged === reached ? {} : { acknowledged }) } as const;
  const copies = copiesOf(history, left, reached - at);
  return { ...shortened, cut: { ...cut, ...copies }, since: compared === null ? since : [] };
}

/** Where the log was cut at the earliest; null if it has the records of all these syncs, or nothing was compared. */
function placeOf(since: SyncsSince, compared: SinceCut | null): bigint | null {
  if (compared === null) return null;
  if (compared.different !== null) return since[0]?.upstream ?? null;
  const last = since[compared.later[0]?.last ?? -1];
  return last === undefined ? null : last.upstream + 1n;
}

/** A few of them, the first and the last among them. */
function spread(indexes: readonly number[]): readonly number[] {
  if (indexes.length <= FEW) return indexes;
  const step = (indexes.length - 1) / (FEW - 1);
  return Array.from({ length: FEW }, (_, i) => indexes[Math.round(i * step)] ?? 0);
}

/**
 * How far syncs about the present target log had acknowledged the source log, at the offset `at` and beyond it. Offsets
 * that held no record have no copies: as many as the target has no room for do not count.
 * @param indexes of syncs beyond the cut, rising
 */
function acknowledgedBy(
  history: SyncHistory,
  { sameTargetSince }: Pick<LogsNow, 'sameTargetSince'>,
  indexes: readonly number[],
  at: bigint,
): bigint {
  if (sameTargetSince === null) return at;
  const present = presentFrom(history);
  const ofPresent = indexes.filter((index) => index >= present);
  const acknowledged = ofPresent.reduce((most, index) => greatest(most, history.upstream(index) + 1n), at);
  const copies = ofPresent.reduce((sum, index) => sum + copiesUpTo(history, index, present, at), 0n);
  return least(acknowledged, at + copies);
}

/** At least how many records behind the sync before it, up to that of this one, are copies of what a cut took. */
function copiesUpTo(history: SyncHistory, index: number, present: number, at: bigint): bigint {
  const isFirst = index === present;
  if (history.isBrokenBefore(index) || (isFirst && index > 0)) return 1n;
  const left = isFirst ? { upstream: -1n, downstream: -1n } : history.at(index - 1);
  const below = greatest(0n, at - 1n - left.upstream);
  return greatest(1n, history.downstream(index) - left.downstream - below);
}

/**
 * How many target records may be copies of what a cut took, if that is more than it had records: the syncs beyond the
 * cut, by their indexes, show what MM2 wrote again.
 */
function copiesOf(history: SyncHistory, left: readonly number[], records: bigint): Pick<Cut, 'copies'> {
  const present = presentFrom(history);
  let again = 0n;
  for (const index of left) {
    // What MM2 wrote again before the first of them can be of what an earlier cut took.
    if (index <= present || history.isBrokenBefore(index)) continue;
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
  /** Whether they are about the present topic for certain. Else they are if a record of one before them is in its log. */
  readonly areTold: boolean;
}

/** Null if there are none, or if they may be about an earlier topic and nothing can show it. */
function syncsBeyond(
  history: SyncHistory,
  { sourceEndBefore, targetEnd, targetEndBefore, sameTargetSince, known, knewAll }: LogsNow,
  end: bigint,
): SyncsBeyond | null {
  const isYounger = (index: number): boolean => knewAll && index >= known;
  // Its record was on the target at the last audit, and the present log was shorter then: it waited since an earlier log.
  const hasWaited = (index: number): boolean => {
    const wasCopied =
      sameTargetSince !== null && targetEndBefore !== null && history.downstream(index) < targetEndBefore;
    return index >= known && wasCopied && !hadReached(sourceEndBefore, history.upstream(index));
  };
  const first = lastBreak(history, 'newSource');
  let reached = end;
  let until = 0;
  let areTold = true;
  for (let i = first; i < history.length; i++) {
    if (history.upstream(i) < end) continue;
    if (hasWaited(i)) continue;
    if (mayHaveWaited(history, i, 'newSource') && !hadReached(sourceEndBefore, history.upstream(i))) continue;
    until = i + 1;
    if (history.upstream(i) < reached) continue;
    if (!isYounger(i) && !hadReached(sourceEndBefore, history.upstream(i))) areTold = false;
    reached = history.upstream(i) + 1n;
  }
  if (until === 0) return null;
  if (areTold) return { end, reached, until, areTold };
  // If the target was replaced as well, both logs begin again: then the record of an earlier pair can be that of a new one.
  return targetEnd === null || history.downstream(until - 1) >= targetEnd ? null : { end, reached, until, areTold };
}

/**
 * Where a cut log has regrown, MM2 may have written the syncs beyond the cut before it, even if no earlier audit had read
 * them. Only those are kept that comparing has shown to be later.
 * @param place where the log was cut
 * @param before its end at the last audit
 * @param sure MM2 wrote the syncs before this index before the cut
 */
function withoutRegrownCut(
  history: SyncHistory,
  { at, atMost }: Required<Pick<Cut, 'at' | 'atMost'>>,
  before: bigint,
  logs: Pick<LogsNow, 'known' | 'knownWithSource' | 'sameTargetSince' | 'sourceEpoch' | 'sourceEpochBefore'> & {
    readonly sure: number;
    readonly compared: SinceCut | null;
  },
): Shortened {
  const { known, compared } = logs;
  const told = Math.max(logs.sure, logs.knownWithSource);
  const first = lastBreak(history, 'newSource');
  const beyond = indexesOf(history).filter((index) => index >= first && history.upstream(index) >= at);
  const since = worthComparing(
    history,
    beyond.filter((index) => index >= told),
  );
  const later = since[compared?.same ?? -1] ?? history.length;
  const sure = Math.max(told, (since[compared?.different ?? -1] ?? -1) + 1);
  const left = new Set(beyond.filter((index) => index < later));
  const kept = indexesOf(history).filter((index) => !left.has(index));
  const furthest = [...left].reduce((most, index) => greatest(most, history.upstream(index) + 1n), before);
  const reached = greatest(furthest, reachedByCopies(history, sure, at));
  // MM2 began again behind what it had acknowledged: the copies lie before that, and where the cut lies is open.
  const lastKept = kept.findLast((index) => index < later) ?? -1;
  const certain = [...left].filter((index) => index < sure && index > lastKept && history.upstream(index) >= atMost);
  const acknowledged = at + acknowledgedBy(history, logs, certain, atMost) - atMost;
  const shortened = keeping(history, kept, known, (sync) => at - 1n - sync.upstream);
  // Also where no sync is left out: the next one does not continue the last one before the cut.
  shortened.history.breakAt(shortened.history.length - (history.length - later), 'hole');
  const copies = copiesOf(history, [...left], reached - at);
  const tail = tailOf(
    history,
    logs,
    [...left].filter((index) => index < sure),
  );
  return {
    ...shortened,
    cut: { side: 'source', at, ...(atMost > at ? { atMost } : {}), reached, acknowledged, ...copies, ...tail },
    since: since.map((index) => history.at(index)),
  };
}

/**
 * How far the log had reached at least: what MM2 wrote behind the last sync of before the cut, and before the next one, are
 * copies of what it had, but for the offsets that it has again.
 * @param sure MM2 wrote the syncs before this index before the cut
 */
function reachedByCopies(history: SyncHistory, sure: number, at: bigint): bigint {
  if (sure < 1 || sure >= history.length || history.isBrokenBefore(sure)) return at;
  const copies = history.downstream(sure) - history.downstream(sure - 1);
  return history.upstream(sure - 1) + copies - greatest(0n, history.upstream(sure) - at);
}

/**
 * All of these syncs if they are few: a second cut leaves no trace among them. Else the first, the last, and those on both
 * sides of the last places where MM2 had gone back on the source.
 */
function worthComparing(history: SyncHistory, indexes: readonly number[]): readonly number[] {
  if (indexes.length <= FEW) return indexes;
  const pairs = indexes.slice(1).map((right, i) => [indexes[i] ?? right, right] as const);
  const turns = pairs.filter(([left, right]) => goesBack(history, left, right)).slice(-MOST_TURNS);
  return [...new Set([...indexes.slice(0, 1), ...turns.flat(), ...indexes.slice(-1)])];
}

/** Whether MM2 went back on the source after one sync and up to another. */
function goesBack(history: SyncHistory, left: number, right: number): boolean {
  for (let i = left + 1; i <= right; i++) if (history.upstream(i) <= history.upstream(i - 1)) return true;
  return false;
}

/** Each one costs a look at a record. */
const FEW = 10;
const MOST_TURNS = 4;

/** The history stores each cut whole: more syncs than these are not worth it. */
const KEPT_SYNCS = 1_000;

/** @param indexes of syncs that MM2 wrote about records that are gone */
function tailOf(
  history: SyncHistory,
  {
    sameTargetSince,
    sourceEpoch,
    sourceEpochBefore: epoch,
  }: Pick<LogsNow, 'sameTargetSince' | 'sourceEpoch' | 'sourceEpochBefore'>,
  indexes: readonly number[],
): { readonly tail?: CutTail } {
  if (epoch === null) return {};
  const present = sameTargetSince === null ? history.length : presentFrom(history);
  const syncs = indexes.filter((index) => index >= present).map((index) => history.at(index));
  // If not, MM2 wrote some of them again: a source offset has several copies there.
  const isRising = syncs.every((sync, i) => i === 0 || (syncs[i - 1]?.upstream ?? sync.upstream) < sync.upstream);
  const isKept = isRising && syncs.length <= KEPT_SYNCS;
  const isKnown = sourceEpoch !== null && sourceEpoch > epoch;
  const kept = isKept ? syncs.map(({ upstream, downstream }) => ({ upstream, downstream })) : [];
  return { tail: { epoch, ...(isKnown ? { presentFrom: sourceEpoch } : {}), syncs: kept } };
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
