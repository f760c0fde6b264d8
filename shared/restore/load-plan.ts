import type { Refusal } from '../domain/restore/refusal.ts';
import type { RestorePlan } from '../domain/restore/restore-plan.ts';
import { DamagedDocumentError, type PlanStore } from './plan-store.ts';
import { planCodec, planHash } from './restore-documents.ts';

export const PLAN_DOCUMENT = 'plan';

export interface LoadedPlan {
  readonly plan: RestorePlan;
  /** Computed from the stored plan at every load, never stored. */
  readonly hash: string;
}

/** Loads a plan by its id: null if there is none, a refusal if it is damaged. */
export async function loadPlan(plans: PlanStore, id: string, now: number): Promise<LoadedPlan | Refusal | null> {
  try {
    const bytes = await plans.read(id, PLAN_DOCUMENT, now);
    if (bytes === null) return null;
    const plan = planCodec.decode(bytes, id);
    if (plan.id !== id) throw new DamagedDocumentError(id, 'plan', `has the id ${plan.id}`);
    return { plan, hash: planHash(plan) };
  } catch (error) {
    if (!(error instanceof DamagedDocumentError)) throw error;
    return alteredPlan(id, error.message);
  }
}

export function alteredPlan(plan: string, reason: string): Refusal {
  return { code: 'PLAN_ALTERED', subject: { plan }, reason, remedy: 'Make a new plan.' };
}
