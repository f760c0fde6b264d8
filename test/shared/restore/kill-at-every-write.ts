import { fileURLToPath } from 'node:url';
import { expect } from '@jest/globals';
import { isComplete } from '../../../shared/domain/restore/restore-result.ts';
import type { ClusterReader, OffsetWriter } from '../../../shared/ports.ts';
import { applyRestore } from '../../../shared/restore/apply-restore.ts';
import { loadPlan } from '../../../shared/restore/load-plan.ts';
import type { PlanStore } from '../../../shared/restore/plan-store.ts';
import { planHash } from '../../../shared/restore/restore-documents.ts';
import { undoRestore } from '../../../shared/restore/undo-restore.ts';
import { runUntilKilled } from '../../run-until-killed.ts';
import type { KilledRun } from './killed-restore.ts';
import { groupsBefore, groupsPlanned, type Positions, planOf, storePlan } from './restore-world.ts';

/** The environment of one round: its own store and its own groups, in their state before the plan. */
export interface KillPlace {
  readonly run: Omit<KilledRun, 'dieAfter'>;
  readonly plans: PlanStore;
  /** Reader and writer for one attempt. */
  connect(): { readonly reader: ClusterReader; readonly writer: OffsetWriter };
  positions(): Promise<Positions>;
}

const clock = { now: () => Date.now() };
const MAX_STEPS = 100;

/**
 * Runs plan, apply and undo in a process that gets SIGKILL after its first write, then after its second, and so on
 * until it completes. Each round checks that acknowledged writes are stored, that a second apply completes the restore
 * (unless an undo had begun), and that an undo brings back the initial positions.
 */
export async function killAtEveryWrite(
  prepare: (step: number) => Promise<KillPlace>,
): Promise<{ readonly steps: number; readonly completed: number }> {
  let completed = 0;
  for (let step = 1; step < MAX_STEPS; step++) {
    const place = await prepare(step);
    const prefix = place.run.plan.prefix;
    const [before, planned] = [groupsBefore(prefix), groupsPlanned(prefix)];
    const { said, killed } = await runChild({ ...place.run, dieAfter: step });
    const plan = planOf(place.run.plan);
    const hash = planHash(plan);
    if (!said.includes('planned')) expect(await place.positions()).toEqual(before);
    else expect(await loadPlan(place.plans, plan.id, clock.now())).toMatchObject({ kind: 'found', loaded: { hash } });
    // Where it died before the plan was stored, whoever asked makes it again.
    await storePlan(place.plans, plan);
    const found = await loadPlan(place.plans, plan.id, clock.now());
    if (found.kind !== 'found') throw new Error('the plan is not there');
    const { loaded } = found;

    const undoBegan = (await place.plans.names(plan.id, clock.now())).includes('undo');
    if (said.at(-1) === 'applied' && !undoBegan) expect(await place.positions()).toEqual(planned);
    if (said.at(-1) === 'undone') expect(await place.positions()).toEqual(before);
    const applied = await applyRestore({ loaded, hash, plans: place.plans, ...place.connect(), clock });
    if (undoBegan) expect(applied).toMatchObject({ kind: 'refused', refusals: [{ code: 'PLAN_UNDONE' }] });
    else {
      expect(applied.kind === 'done' && isComplete(applied.result)).toBe(true);
      expect(await place.positions()).toEqual(planned);
      completed++;
    }
    const undone = await undoRestore({ loaded, plans: place.plans, ...place.connect(), clock, force: false });
    expect(undone.kind === 'done' && isComplete(undone.result)).toBe(true);
    expect(await place.positions()).toEqual(before);
    await place.plans.close();
    if (!killed) {
      expect(said).toEqual(['planned', 'applied', 'undone']);
      return { steps: step, completed };
    }
  }
  throw new Error('the restore never got through');
}

async function runChild(run: KilledRun): Promise<{ readonly said: readonly string[]; readonly killed: boolean }> {
  const script = fileURLToPath(new URL('killed-restore.ts', import.meta.url));
  const { lines, killed } = await runUntilKilled(script, [JSON.stringify(run)]);
  return { said: lines, killed };
}
