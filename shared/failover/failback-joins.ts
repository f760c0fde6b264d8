import * as z from 'zod';
import type { Json } from '../domain/model/canonical-json.ts';
import type { Join } from '../domain/restore/join.ts';

const offset = z.string().regex(/^\d+$/);

/** Joins as the evidence has them: offsets as decimal strings. */
export const storedJoins = z.array(
  z.object({
    topic: z.string(),
    partition: z.int(),
    point: offset,
    landing: offset,
    mirrored: offset,
    lostFrom: offset.nullable(),
  }),
);

/** A join as it is known before the mirror runs; what was replayed is read once the source is fenced. */
export type EarlyJoin = Omit<Join, 'replayed'>;

export function joinsFrom(stored: z.infer<typeof storedJoins>): EarlyJoin[] {
  return stored.map(({ topic, partition, point, landing, mirrored, lostFrom }) => ({
    topic,
    partition,
    point: BigInt(point),
    landing: BigInt(landing),
    mirrored: BigInt(mirrored),
    lostFrom: lostFrom === null ? null : BigInt(lostFrom),
  }));
}

export function joinsJson(joins: readonly EarlyJoin[]): z.infer<typeof storedJoins> & Json {
  return joins.map(({ topic, partition, point, landing, mirrored, lostFrom }) => ({
    topic,
    partition,
    point: point.toString(),
    landing: landing.toString(),
    mirrored: mirrored.toString(),
    lostFrom: lostFrom?.toString() ?? null,
  }));
}
