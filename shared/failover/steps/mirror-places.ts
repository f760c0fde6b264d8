import * as z from 'zod';
import type { Json } from '../../domain/model/canonical-json.ts';
import type { MirrorEnd, MirrorOffsets, MirrorPlace } from '../../ports.ts';
import type { LogEnds } from '../ends-by-topic.ts';
import { StepFailedError } from '../failover-errors.ts';
import { pollUntil } from '../poll-until.ts';
import type { FailoverWorld } from '../step.ts';

/** Places as the evidence has them. */
export const storedPlaces = z.array(
  z.object({ topic: z.string(), partition: z.int(), lastMirrored: z.string().regex(/^\d+$/).nullable() }),
);

export function placesFrom(stored: z.infer<typeof storedPlaces>): MirrorPlace[] {
  return stored.map((one) => ({
    ...one,
    lastMirrored: one.lastMirrored === null ? null : BigInt(one.lastMirrored),
  }));
}

export function placesJson(places: readonly MirrorPlace[]): z.infer<typeof storedPlaces> & Json {
  return places.map(({ topic, partition, lastMirrored }) => ({
    topic,
    partition,
    lastMirrored: lastMirrored?.toString() ?? null,
  }));
}

/** A mirror that continues at these ends: its offsets are those of the last record before. */
export function placesAt(ends: LogEnds): MirrorPlace[] {
  return Object.entries(ends).flatMap(([topic, all]) =>
    all.map((end, partition) => ({ topic, partition, lastMirrored: end === '0' ? null : BigInt(end) - 1n })),
  );
}

/** What the same partitions had before: null if there was nothing. */
export function placesBefore(places: readonly MirrorPlace[], before: readonly MirrorEnd[]): MirrorPlace[] {
  return places.map(({ topic, partition }) => ({ topic, partition, lastMirrored: offsetOf(before, topic, partition) }));
}

/** The first partition that is not where it has to be, in words; null if all are. */
export function misplaced(places: readonly MirrorPlace[], now: readonly MirrorEnd[]): string | null {
  for (const { topic, partition, lastMirrored } of places) {
    const is = offsetOf(now, topic, partition);
    if (is !== lastMirrored)
      return `${topic}-${partition} is at ${is ?? 'no offset'}, not at ${lastMirrored ?? 'none'}`;
  }
  return null;
}

/** Connect can show offsets a moment after it has accepted them. */
const READ_BACK = { withinMs: 15_000, everyMs: 500 };

/** Sets what is not as it has to be, and reads it back: Connect accepts what it does not understand. */
export async function place(
  { clock }: Pick<FailoverWorld, 'clock'>,
  offsets: MirrorOffsets,
  places: readonly MirrorPlace[],
): Promise<void> {
  const before = await offsets.read();
  await offsets.set(places.filter((one) => misplaced([one], before) !== null));
  let wrong: string | null = null;
  const areSet = await pollUntil(clock, READ_BACK, async () => {
    wrong = misplaced(places, await offsets.read());
    return wrong === null ? true : null;
  });
  if (areSet !== null) return;
  throw new StepFailedError('OFFSETS_NOT_SET', `the offsets were accepted, and are not those that were set: ${wrong}`, {
    remedy: 'See the connector in Kafka Connect. It must not be started. Then run it again under the same id.',
  });
}

function offsetOf(ends: readonly MirrorEnd[], topic: string, partition: number): bigint | null {
  return ends.find((one) => one.topic === topic && one.partition === partition)?.lastMirrored ?? null;
}
