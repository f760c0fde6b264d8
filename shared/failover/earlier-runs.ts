import { type EarlierRun, ledBy } from '../domain/failover/clients-elsewhere.ts';
import { DamagedRunError } from './failover-errors.ts';
import { NEWEST_RUNS } from './failover-to-take-back.ts';
import { storedRun } from './run-entry-schema.ts';
import type { RunStore } from './run-store.ts';

/** The runs that led clients, newest first. One damaged record must not keep people from failing over: a gate says it. */
export async function earlierRuns(runs: Pick<RunStore, 'runs' | 'read'>): Promise<readonly EarlierRun[]> {
  const earlier: EarlierRun[] = [];
  for (const run of await runs.runs(NEWEST_RUNS)) {
    const one = await whereLed(runs, run);
    if (one !== null) earlier.push(one);
  }
  return earlier;
}

async function whereLed(runs: Pick<RunStore, 'read'>, run: string): Promise<EarlierRun | null> {
  try {
    const stored = storedRun(run, await runs.read(run));
    return stored === null ? null : ledBy(stored.record);
  } catch (error) {
    if (!(error instanceof DamagedRunError)) throw error;
    return { kind: 'unreadable', run };
  }
}
