import { SIMULATED_FLOW } from '../../../../lab/simulation/simulated-flow.ts';
import type { Flow } from '../../../../shared/domain/model/flow.ts';

/** The flow A->B with MM2's defaults and nothing excluded. */
export function flowFixture(changes: Partial<Flow> = {}): Flow {
  return { ...SIMULATED_FLOW, ...changes };
}
