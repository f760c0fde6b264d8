import * as z from 'zod';
import { FINDING_EVENT_SCHEMA } from '../../shared/contract/finding-events.ts';
import type { FindingEvent } from '../../shared/domain/notify/finding-event.ts';
import { findingEventSchema } from '../../shared/history/finding-outbox.ts';
import { InvalidInputError } from '../runtime/invalid-input-error.ts';

/** The event that EventBridge delivers; the stack's rule lets only Tidemark's own pass. */
const schema = z.object({
  detail: findingEventSchema.extend({ schema: z.literal(FINDING_EVENT_SCHEMA), deployment: z.string().min(1) }),
});

/** @throws InvalidInputError */
export function parseNotifyEvent(event: unknown): { readonly event: FindingEvent; readonly deployment: string } {
  const parsed = schema.safeParse(event);
  if (!parsed.success) throw new InvalidInputError('event', parsed.error);
  const { schema: _, deployment, ...detail } = parsed.data.detail;
  return { event: detail, deployment };
}
