import * as z from 'zod';
import { FAILOVER_TASKS } from '../../shared/contract/failover-machine.ts';
import { InvalidInputError } from '../runtime/invalid-input-error.ts';

const name = z.string().trim().min(1).max(500);

/** What the state machine sends when it waits. */
const schema = z.strictObject({
  task: z.literal(FAILOVER_TASKS.askApproval),
  flow: name,
  runId: z.string().regex(/^[\w-]{1,100}$/, 'must be the id of a run'),
  by: name,
  hash: z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits'),
  token: z.string().min(1),
});

export type AskEvent = z.infer<typeof schema>;

/** @throws InvalidInputError */
export function parseAskEvent(event: unknown): AskEvent {
  const parsed = schema.safeParse(event);
  if (!parsed.success) throw new InvalidInputError('event', parsed.error);
  return parsed.data;
}
