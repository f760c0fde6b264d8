import * as z from 'zod';
import { isPastNoReturn, type RunRecord } from '../domain/failover/run-record.ts';
import type { Json } from '../domain/model/canonical-json.ts';
import { logEnds } from './ends-by-topic.ts';
import { joinsFrom, storedJoins } from './failback-joins.ts';
import type { StoredRun } from './run-entry-schema.ts';
import { drained } from './steps/drain.ts';
import { failoverPoints } from './steps/record-points.ts';
import type { BegunFailback, FailbackOrigin } from './way-back.ts';

/** What a failback's step `start-mirror` recorded when it was undone. */
export const leftRunning = z.object({
  mirrored: z.array(z.object({ topic: z.string(), partition: z.int(), lastMirrored: z.string() })),
  targetEnds: logEnds,
  joins: storedJoins,
});

/**
 * @param failbacks of the same failover, newest first
 */
export function originOf({ record, entries }: StoredRun, failbacks: readonly RunRecord[]): FailbackOrigin {
  const { subject, steps } = record;
  const evidenceOf = (name: 'record-points' | 'drain'): Json | null => {
    const state = steps.get(name);
    return state?.kind === 'done' ? state.evidence : null;
  };
  const points = failoverPoints.safeParse(evidenceOf('record-points'));
  const ends = drained.safeParse(evidenceOf('drain'));
  const fence = steps.get('fence');
  return {
    run: record.run,
    head: entries.at(-1)?.hash ?? '',
    flow: subject.flow,
    mode: subject.mode === 'unplanned' ? 'unplanned' : 'planned',
    isCompleted: record.phase === 'completed',
    hasMovedClients: isPastNoReturn(record),
    topics: subject.topics,
    renames: subject.topics.length > 0 && subject.topics.every(({ topic, targetTopic }) => topic !== targetTopic),
    clusters: subject.clusters,
    points: points.success ? points.data.targetEnds : null,
    sourceEnds: ends.success ? ends.data.sourceEnds : null,
    missing: ends.success && /^\d+$/.test(ends.data.missing) ? BigInt(ends.data.missing) : null,
    ids: points.success ? { source: points.data.sourceIds ?? null, target: points.data.targetIds ?? null } : NO_IDS,
    fence: fence?.kind === 'done' ? fence.intent : null,
    begun: begunOf(failbacks, record.run),
  };
}

const NO_IDS = { source: null, target: null };

function begunOf(failbacks: readonly RunRecord[], origin: string): BegunFailback | null {
  for (const { run, subject, steps, phase } of failbacks) {
    if (subject.takesBack?.run !== origin || phase !== 'undone') continue;
    const state = steps.get('start-mirror');
    const left = leftRunning.safeParse(state?.kind === 'undone' ? state.evidence : null);
    if (!left.success) continue;
    const mirrored = left.data.mirrored.map((one) => ({ ...one, lastMirrored: BigInt(one.lastMirrored) }));
    return { run, joins: joinsFrom(left.data.joins), mirrored, targetEnds: left.data.targetEnds };
  }
  return null;
}
