import type { SyncPoint } from '../syncs/sync-history.ts';

/**
 * Of the syncs beyond a cut of the source log that no earlier audit had read, those that are worth comparing, in the order
 * in which MM2 wrote them. It may have done so before the cut or after it.
 */
export type SyncsSince = readonly Pick<SyncPoint, 'upstream' | 'downstream'>[];

/** What comparing records at these syncs has shown, by their indexes. */
export interface SinceCut {
  /** The last one with another record now before the first with the same: MM2 wrote it and all before it before a cut. */
  readonly different: number | null;
  /** The first one whose record is in the present log: MM2 wrote it after that cut. */
  readonly same: number;
  /** Later cuts, of which each took what lies between two of them whose records are in the present log. */
  readonly later: readonly LaterCut[];
}

export interface LaterCut {
  readonly last: number;
  /** Null if there is none behind it. */
  readonly next: number | null;
}

/** Null where nothing is the same: a transform may have changed every record, and then a difference says nothing. */
export function sinceCutOf(found: ReadonlyMap<number, 'same' | 'different' | 'unknown'>): SinceCut | null {
  const told = [...found].filter(([, what]) => what !== 'unknown').toSorted(([a], [b]) => a - b);
  const begin = told.findIndex(([, what]) => what === 'same');
  const first = told[begin];
  if (first === undefined) return null;
  const later: LaterCut[] = [];
  let last = first[0];
  let isCut = false;
  for (const [index, what] of told.slice(begin)) {
    if (what === 'same' && isCut) later.push({ last, next: index });
    isCut = what === 'different';
    if (!isCut) last = index;
  }
  if (isCut) later.push({ last, next: null });
  return { different: told[begin - 1]?.[0] ?? null, same: first[0], later };
}
