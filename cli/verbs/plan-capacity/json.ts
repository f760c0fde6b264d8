import type { CapacityPlan, Outage } from '../../../shared/domain/tune/capacity.ts';
import { json } from '../../../shared/text/json.ts';

export interface PlannedFlow {
  readonly flow: string;
  /** How long it was measured. */
  readonly seconds: number;
  readonly plan: CapacityPlan;
}

/** `tidemark.capacity/1` (docs/schema/capacity-1.json). Rates are numbers, counts of records decimal strings. */
export function renderCapacityJson(
  at: number,
  { hours, withinHours }: Pick<Outage, 'hours' | 'withinHours'>,
  flows: readonly PlannedFlow[],
): string {
  const document = {
    schema: 'tidemark.capacity/1',
    at: new Date(at).toISOString(),
    outage: { hours, withinHours },
    flows: flows.map(({ flow, seconds, plan }) => ({ flow, seconds, ...plan })),
  };
  return `${json(document)}\n`;
}
