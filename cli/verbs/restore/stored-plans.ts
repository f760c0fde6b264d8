import type { PlanStore } from '../../../shared/restore/plan-store.ts';

/** More than anybody keeps: whether a short id is the only one depends on all of them. */
const ALL = 1_000_000;

/** Ids of all stored plans, newest first. */
export async function planIds(plans: PlanStore): Promise<readonly string[]> {
  return await plans.plans(ALL, Date.now());
}
