import type { OffsetRange } from '../compare/source-records.ts';
import { hasHoleBefore } from '../mirror/epoch.ts';
import type { PartitionMapping } from '../mirror/mapping.ts';
import type { SyncHistory } from '../mirror/syncs/sync-history.ts';
import { least } from '../model/offsets.ts';
import type { FlowObservation } from './observation.ts';
import type { PartitionState } from './partition-state.ts';
import { pastCuts } from './remembered-logs.ts';

/**
 * Source offsets whose records the source log lost with its end, while the target can still hold their copies: from the
 * cut on, also where the log has regrown and MM2 has written no sync since. Null if there are none known. No record of
 * the source equals such a copy, but a group may not have read it.
 */
export function cutOffRange(
  { remembered }: Pick<FlowObservation, 'remembered'>,
  { topic, partition, source, target, history, mapping, cuts }: PartitionState,
): OffsetRange | null {
  if (source === null || target === null || history === null) return null;
  const past = pastCuts(remembered, 'source', topic.topic, partition);
  const onSource = [...past, ...cuts.filter(({ side }) => side === 'source')];
  const reaches = onSource.map(({ reached }) => reached);
  if (mapping !== null && mayBeCut(mapping, history)) {
    for (let i = 0; i < mapping.first; i++) reaches.push(history.upstream(i) + 1n);
  }
  let reached = -1n;
  for (const end of reaches) if (end > reached) reached = end;
  if (reached < 0n) return null;
  const newest = history.length === 0 ? -1n : history.downstream(history.length - 1);
  // The log may have reached further than its syncs show, by what the target has behind the newest one at most.
  const behind = target.highWatermark - newest - 1n;
  const most = reached - 1n + (behind > 0n ? behind : 0n);
  // A sync behind the cut shows that the present records there have copies of their own.
  const isOpen = history.breaksBeforeNext('hole');
  const from = isOpen
    ? onSource.reduce((lowest, { at }) => least(lowest, at), source.highWatermark)
    : source.highWatermark;
  return from <= most ? { least: from, most } : null;
}

/** Whether the log ends, or ended at an earlier audit, before offsets that MM2 had mirrored, and no topic id tells why. */
function mayBeCut({ cause, first }: PartitionMapping, history: SyncHistory): boolean {
  return cause === 'source-shortened' || (cause === 'source-recreated' && hasHoleBefore(history, first));
}
