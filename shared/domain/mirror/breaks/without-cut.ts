import { least } from '../../model/offsets.ts';
import type { SyncHistory } from '../syncs/sync-history.ts';
import type { Cut } from './cut.ts';
import { withoutHeldBack } from './held-back.ts';
import { withoutLaterCut } from './later-cut.ts';
import type { LogsNow } from './logs-now.ts';
import type { Shortened } from './shortened.ts';
import type { SinceCut, SyncsSince } from './since-cut.ts';
import { withoutSourceCut } from './source-cut.ts';
import { withoutTargetCut } from './target-cut.ts';

/** What is left of a history after cuts. */
export interface Remaining {
  readonly history: SyncHistory;
  readonly cuts: readonly Cut[];
  /** How many of its syncs an earlier audit had read. */
  readonly known: number;
  /** What a comparison of records has to tell. */
  readonly since: SyncsSince;
}

/**
 * Removes from a history the syncs that a cut has made void: those at or after the cut, written before it happened.
 * Syncs below the cut hold, because their records still exist. Returns the history itself if nothing was cut.
 * @param compared what comparing records at `since` has shown; null if that is nothing
 */
export function withoutCut(history: SyncHistory, logs: LogsNow, compared: SinceCut | null = null): Remaining {
  const onTarget = withoutTargetCut(history, logs);
  const left =
    onTarget.cut === null
      ? logs
      : { ...logs, known: onTarget.known, knownWithSource: Math.min(logs.knownWithSource, onTarget.known) };
  // What was on the target before it was cut may have been written again since.
  const behindCut =
    onTarget.cut === null || left.targetEndBefore === null
      ? left
      : { ...left, targetEndBefore: least(left.targetEndBefore, onTarget.cut.at) };
  const before = withoutHeldBack(onTarget.history, behindCut);
  const onSource = withoutSourceCut(before.history, left, compared);
  const since = onSource.since ?? [];
  const cuts = [onTarget.cut, before.cut, onSource.cut];
  let remaining: Shortened = onSource;
  for (const { last, next } of compared?.later ?? []) {
    const { cut } = remaining;
    remaining = withoutLaterCut(remaining, since[last], next === null ? undefined : since[next]);
    if (remaining.cut !== cut) cuts.push(remaining.cut);
  }
  return { history: remaining.history, cuts: cuts.filter((cut) => cut !== null), known: remaining.known, since };
}
