import * as z from 'zod';
import { InvalidInputError } from '../runtime/invalid-input-error.ts';

const text = z.string().trim().min(1).max(500);
const runId = z.string().regex(/^[\w-]{1,100}$/, 'must be the id of a run');
const hash = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits');

/** What a person asks for. */
const schema = z.discriminatedUnion('action', [
  z.strictObject({ action: z.literal('approve'), runId, hash, by: text }),
  z.strictObject({ action: z.literal('reject'), runId, reason: text, by: text }),
  /** The maintenance stop: no state machine begins another step. */
  z.strictObject({ action: z.literal('hold'), reason: text, by: text }),
  z.strictObject({ action: z.literal('release'), by: text }),
]);

export type ControlEvent = z.infer<typeof schema>;

/** @throws InvalidInputError */
export function parseControlEvent(event: unknown): ControlEvent {
  const parsed = schema.safeParse(event);
  if (!parsed.success) throw new InvalidInputError('event', parsed.error);
  return parsed.data;
}
