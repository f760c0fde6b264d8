import { z } from 'zod';
import type { GroupPlaces } from './group-places.ts';

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
