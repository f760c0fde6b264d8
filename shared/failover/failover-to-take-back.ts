import { isPastNoReturn, takenBackBy } from '../domain/failover/run-record.ts';
import { type StoredRun, storedRun } from './run-entry-schema.ts';
import type { RunStore } from './run-store.ts';

/** How many of the newest runs are looked at for the failover to take back, and for earlier failbacks. */
export const NEWEST_RUNS = 200;

export type FailoverToTakeBack =
  | { readonly kind: 'found'; readonly stored: StoredRun }
  | { readonly kind: 'absent'; readonly reason: string; readonly remedy: string };

/**
 * The failover of a flow that is to be taken back: the given run, or the newest one that led clients away and that no failback has
 * taken back.
 * @param flow null: of any flow
 */
export async function failoverToTakeBack(
  runs: RunStore,
  flow: string | null,
  id: string | null,
): Promise<FailoverToTakeBack> {
  const absent = (reason: string, remedy: string) => ({ kind: 'absent', reason, remedy }) as const;
  const over = new Map<string, string>();
  for (const run of await runs.runs(NEWEST_RUNS)) {
    const stored = storedRun(run, await runs.read(run));
    if (stored === null) continue;
    const takenBack = takenBackBy(stored.record);
    if (takenBack !== null) over.set(takenBack, run);
    if (id !== null && run !== id) continue;
    const { subject } = stored.record;
    const by = over.get(run);
    if (by !== undefined) {
      if (id !== null) return absent(`run ${id} was taken back by run ${by}`, 'there is nothing left to take back');
      continue;
    }
    if (subject.mode === 'failback') {
      if (id !== null) return absent(`run ${id} is a failback`, 'name the failover that is to be taken back');
      continue;
    }
    if (id === null && !isPastNoReturn(stored.record)) continue;
    if (flow === null || subject.flow === flow) return { kind: 'found', stored };
  }
  const what = id === null ? 'no failover has led clients away' : `the run ${id} is not stored`;
  return absent(`${what}${flow === null ? '' : ` on ${flow}`}`, 'tidemark failover status shows the newest run');
}
