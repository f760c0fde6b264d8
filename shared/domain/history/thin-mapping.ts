import type { HistoryState } from './history-state.ts';
import { thinToBudget } from './mapping-run.ts';

/**
 * Brings every partition's mapping that is over a number of points well below it, and says how many points went.
 * @param most points of a partition
 */
export function thinMapping(state: HistoryState, most: number): number {
  let dropped = 0;
  for (const partitions of state.mapping.values()) {
    for (const history of partitions.values()) {
      // A quarter at once, so that not every frame has to tell all points anew.
      if (history.length > most) dropped += thinToBudget(history, Math.ceil(most * 0.75));
    }
  }
  return dropped;
}
