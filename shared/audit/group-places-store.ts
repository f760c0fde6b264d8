import * as z from 'zod';

/** The groups of one flow that have metrics of their own. */
export interface GroupPlaces {
  /** When the hour of this choice began: ms since the epoch. */
  readonly hour: number;
  /** Group → since when it has its place: ms since the epoch. */
  readonly since: ReadonlyMap<string, number>;
}

/**
 * Remembers which groups have metrics of their own, for the next process. All methods throw `HistoryStoreError` if the
 * store does not answer.
 */
export interface GroupPlacesStore {
  /** Null before the first choice, or if the stored one is none that this version knows. */
  read(flow: string): Promise<GroupPlaces | null>;
  write(flow: string, places: GroupPlaces): Promise<void>;
}

const time = z.number().int().nonnegative();
const schema = z.object({ hour: time, since: z.array(z.tuple([z.string(), time])) });

/** A choice as it is stored: JSON. */
export function groupPlacesText({ hour, since }: GroupPlaces): string {
  return JSON.stringify({ hour, since: [...since] });
}

/** A choice from its stored form; null if it is none that this version knows. */
export function groupPlacesOf(text: string): GroupPlaces | null {
  try {
    const { data } = schema.safeParse(JSON.parse(text));
    return data === undefined ? null : { hour: data.hour, since: new Map(data.since) };
  } catch {
    return null;
  }
}
