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

/** What is stored under a plan's id: the plan, an altered document, or nothing. */
export type PlanLookup =
  | { readonly kind: 'found'; readonly loaded: LoadedPlan }
  | { readonly kind: 'altered'; readonly refusal: Refusal }
  | { readonly kind: 'absent' };

export async function loadPlan(plans: PlanStore, id: string, now: number): Promise<PlanLookup> {
  try {
    const bytes = await plans.read(id, PLAN_DOCUMENT, now);
    if (bytes === null) return { kind: 'absent' };
    const plan = planCodec.decode(bytes, id);
    if (plan.id !== id) throw new DamagedDocumentError(id, 'plan', `has the id ${plan.id}`);
    return { kind: 'found', loaded: { plan, hash: planHash(plan) } };
  } catch (error) {
    if (!(error instanceof DamagedDocumentError)) throw error;
    return { kind: 'altered', refusal: alteredPlan(id, error.message) };
  }
}

export function alteredPlan(plan: string, reason: string): Refusal {
  return { code: 'PLAN_ALTERED', subject: { plan }, reason, remedy: 'Make a new plan.' };
}
