import { planRefusals } from '../domain/restore/plan-refusals.ts';
import type { Refusal } from '../domain/restore/refusal.ts';
import type { RestorePlan } from '../domain/restore/restore-plan.ts';
import type { ClusterReader } from '../ports.ts';
import { type RestoreLog, readLog } from './journal.ts';
import { alteredPlan, type LoadedPlan } from './load-plan.ts';
import { DamagedDocumentError, type PlanStore } from './plan-store.ts';

/** Everything recorded about a plan, or a refusal if a record is damaged. */
export type LogLookup =
  | { readonly kind: 'read'; readonly log: RestoreLog }
  | { readonly kind: 'altered'; readonly refusal: Refusal };

export async function logOf(plans: PlanStore, { plan, hash }: LoadedPlan, now: number): Promise<LogLookup> {
  try {
    return { kind: 'read', log: await readLog(plans, plan.id, hash, now) };
  } catch (error) {
    if (!(error instanceof DamagedDocumentError)) throw error;
    return { kind: 'altered', refusal: alteredPlan(plan.id, error.message) };
  }
}

/** Why the plan must not be applied to the cluster in its current state. */
export async function clusterRefusals(plan: RestorePlan, reader: ClusterReader): Promise<Refusal[]> {
  const metadata = await reader.metadata();
  const there = plan.topics.map(({ topic }) => topic).filter((topic) => metadata.topics.has(topic));
  return planRefusals(plan, { metadata, logs: await reader.offsets(there, 'read_uncommitted') });
}
