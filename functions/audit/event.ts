import * as z from 'zod';
import { AUDIT_EVENT } from '../../shared/contract/environment.ts';
import { InvalidInputError } from '../runtime/invalid-input-error.ts';

/** The event that EventBridge Scheduler sends, with its context attributes. */
const schema = z.object({
  [AUDIT_EVENT.scheduledAt]: z.iso.datetime({ offset: true }),
  [AUDIT_EVENT.executionId]: z.string().min(1),
});

export type AuditEvent = z.infer<typeof schema>;

/** @throws InvalidInputError */
export function parseAuditEvent(event: unknown): AuditEvent {
  const parsed = schema.safeParse(event);
  if (!parsed.success) throw new InvalidInputError('event', parsed.error);
  return parsed.data;
}
