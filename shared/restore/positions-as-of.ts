import type { HistoryState } from '../domain/history/history-state.ts';
import { readStateAsOf, type StateAsOf } from '../history/read-history.ts';
import type { SnapshotStore } from '../ports.ts';

/** Snapshots that are looked through for one whose audit could read the source. */
const MAX_STEPS_BACK = 100;

/**
 * The newest state at or before a time in which the source was read: audits go on when it dies, and carry its last
 * positions along without knowing how old they are. Where there is none within `maxAgeMs`, the state of that time as it is.
 */
export async function positionsAsOf(
  store: SnapshotStore,
  flow: string,
  asOf: number,
  now: number,
  maxAgeMs: number,
): Promise<StateAsOf | null> {
  const first = await readStateAsOf(store, flow, asOf, now);
  let found = first;
  for (let step = 0; found !== null && step < MAX_STEPS_BACK; step++) {
    if (knowsSource(found.state)) return found;
    const before = found.state.at - 1;
    if (asOf - before > maxAgeMs) break;
    found = await readStateAsOf(store, flow, before, now);
  }
  return first;
}

function knowsSource({ unread }: HistoryState): boolean {
  return !unread.some(({ role, kind }) => role === 'source' && kind === 'cluster');
}
