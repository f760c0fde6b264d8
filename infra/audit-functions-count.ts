import type { Settings } from './settings.ts';

/** Flows that one function audits by default. 5 flows of 100,000 pairs of group and partition take 11 s of its 50 s, and 1,200 of its 1,769 MiB. */
const FLOWS_PER_FUNCTION = 5;
/** More only by the settings: each needs room in the stack and reserved concurrency. */
const MOST_BY_DEFAULT = 10;

/** How many functions share the flows of a deployment. None is without a flow. */
export function auditFunctionsCount({ auditFunctions }: Pick<Settings, 'auditFunctions'>, flows: number): number {
  const byDefault = Math.min(MOST_BY_DEFAULT, Math.ceil(flows / FLOWS_PER_FUNCTION));
  return Math.max(1, Math.min(auditFunctions ?? byDefault, flows));
}
