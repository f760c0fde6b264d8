import { PHASES } from './failback-stage.ts';

/** Ids of the records of each partition's log, in its order. Those that the drill did not write have the empty id. */
export type Logs = ReadonlyMap<string, readonly string[]>;

/** What a cluster's logs have too often, lack, or have in another order than it was written. */
export interface LogCount {
  readonly duplicated: number;
  readonly missing: number;
  readonly outOfOrder: number;
}

/**
 * @param written all records that any cluster has acknowledged
 * @param inPhases whether records of a later phase have to lie behind all those of an earlier one. Replayed records do not
 */
export function countLogs(logs: Logs, written: ReadonlySet<string>, inPhases: boolean): LogCount {
  const seen = new Set<string>();
  let duplicated = 0;
  let outOfOrder = 0;
  for (const ids of logs.values()) {
    const last = new Map<number, number>();
    let furthest = -1;
    for (const id of ids) {
      if (id === '') continue;
      if (seen.has(id)) duplicated++;
      seen.add(id);
      const { phase, number } = placeOf(id);
      const isBehind = number <= (last.get(phase) ?? -1) || (inPhases && phase < furthest);
      if (isBehind) outOfOrder++;
      last.set(phase, Math.max(number, last.get(phase) ?? -1));
      furthest = Math.max(furthest, phase);
    }
  }
  return { duplicated, missing: [...written].filter((id) => !seen.has(id)).length, outOfOrder };
}

/** Of an id such as `away-17`. */
function placeOf(id: string): { readonly phase: number; readonly number: number } {
  const dash = id.lastIndexOf('-');
  return { phase: (PHASES as readonly string[]).indexOf(id.slice(0, dash)), number: Number(id.slice(dash + 1)) };
}
