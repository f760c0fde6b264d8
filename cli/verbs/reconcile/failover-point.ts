import { isPastNoReturn, takenBackBy } from '../../../shared/domain/failover/run-record.ts';
import { type Flow, flowName } from '../../../shared/domain/model/flow.ts';
import type { FailoverPoint } from '../../../shared/reconcile/list-unmirrored.ts';
import type { ConfigOptions } from '../../options/config-options.ts';
import { type HistoryOptions, historyPlace } from '../../options/history-options.ts';
import type { Terminal } from '../../output/terminal.ts';
import { UsageError } from '../../output/usage-error.ts';

const RUNS_LOOKED_AT = 100;
const NONE = 'none';

/**
 * Where the target's logs ended at the newest failover of the flow that recorded it, or at the one that is named. Null if
 * there is none, or none is wanted. A run that was undone, that never led clients to the target, or that a failback has taken back, says
 * nothing: MirrorMaker writes there again.
 *
 * @throws UsageError if the named run has no such points; DamagedRunError if its evidence was altered
 */
export async function failoverPointOf(
  flow: Flow,
  options: HistoryOptions & ConfigOptions & { readonly failover?: string },
  terminal: Terminal,
): Promise<FailoverPoint | null> {
  if (options.failover === NONE) return null;
  const place = historyPlace(options, terminal.environment);
  if (place === null) {
    if (options.failover === undefined) return null;
    throw new UsageError('the history is off, and failovers are kept beside it', 'name its place: --history FILE');
  }
  const { openRunStore } = await import('../../history/history-stores.ts');
  const [{ storedRun }, { failoverPoints }] = await Promise.all([
    import('../../../shared/failover/run-entry-schema.ts'),
    import('../../../shared/failover/steps/record-points.ts'),
  ]);
  const { runs, close } = await openRunStore(place);
  try {
    const ids = options.failover === undefined ? await runs.runs(RUNS_LOOKED_AT) : [options.failover];
    // Newest first: a failback comes before the failover that it has taken back.
    const over = new Set<string>();
    for (const run of ids) {
      const stored = storedRun(run, await runs.read(run));
      if (stored === null) continue;
      const takenBack = takenBackBy(stored.record);
      if (takenBack !== null) over.add(takenBack);
      if (stored.record.subject.flow !== flowName(flow) || over.has(run)) continue;
      const step = stored.record.steps.get('record-points');
      if (step?.kind !== 'done') continue;
      if (stored.record.phase !== 'completed' && !isPastNoReturn(stored.record)) continue;
      const points = failoverPoints.safeParse(step.evidence);
      if (!points.success) continue;
      const ends = Object.entries(points.data.targetEnds).map(([topic, all]) => [topic, all.map(BigInt)] as const);
      return { run, target: stored.record.subject.clusters.target, ends: new Map(ends) };
    }
    if (options.failover === undefined) return null;
    throw new UsageError(
      `the failover ${options.failover} has recorded no points of ${flowName(flow)}`,
      'tidemark failover status shows what a run has done; --failover none compares to the ends of the logs',
    );
  } finally {
    await close();
  }
}
