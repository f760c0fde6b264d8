import * as z from 'zod';
import { FINDING_CODES, SEVERITIES } from '../contract/finding-codes.ts';
import { VERDICTS } from '../domain/model/report.ts';
import { FINDING_EVENT_KINDS, type FindingEvent } from '../domain/notify/finding-event.ts';
import type { Announcement, OpenFinding } from '../domain/notify/follow-findings.ts';
import { HistoryStoreError } from './history-errors.ts';
import type { HistoryLease } from './snapshot-store.ts';

/** What is open, as the newest announcement left it. */
export interface AnnouncedState {
  /** Grows with every announcement. */
  readonly revision: number;
  readonly open: readonly OpenFinding[];
}

/**
 * Keeps events of findings until they are delivered, beside the history and under its keys. What is open and the events
 * that made it so are written together or not at all. All methods throw `HistoryStoreError` if the store does not answer.
 */
export interface FindingOutbox {
  /** Null before the first announcement. */
  state(key: string): Promise<AnnouncedState | null>;
  /**
   * Stores what is open, and adds the events. An event that is stored stays until `delivered`.
   * @param after revision of the state that the announcement follows; null for the first one
   * @throws HistoryFencedError if another writer took over, or announced since
   */
  announce(lease: HistoryLease, after: number | null, announcement: Announcement): Promise<void>;
  /** The first `limit` events that were not delivered, oldest first; null for one that this version does not know. */
  pending(key: string, limit: number): Promise<readonly (FindingEvent | null)[]>;
  /** Removes events. Does nothing for those that are gone. */
  delivered(key: string, events: readonly FindingEvent[]): Promise<void>;
}

const time = z.number().int().nonnegative();
const count = z.string().regex(/^\d+$/);
const acknowledged = z.object({ by: z.string(), reason: z.string() }).nullable();
const standing = { severity: z.enum(SEVERITIES), acknowledged };
/** Its fields are absent, never undefined. */
const subject = z
  .object({
    cluster: z.string().optional(),
    topic: z.string().optional(),
    partition: z.number().int().nonnegative().optional(),
    group: z.string().optional(),
  })
  .transform((fields) => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)));
const finding = z.object({ code: z.enum(FINDING_CODES), subject, message: z.string(), ...standing });
const failover = z.object({
  verdict: z.enum(VERDICTS),
  loss: z.discriminatedUnion('kind', [
    z.object({
      kind: z.literal('known'),
      records: count,
      basis: z.enum(['proven', 'estimated']),
      seconds: z.number().nullable(),
    }),
    z.object({ kind: z.literal('unknown'), reason: z.string() }),
  ]),
  groups: z.object({
    count: z.number(),
    affected: z.number(),
    worst: z.array(z.object({ group: z.string(), skipAtMost: count.nullable(), rereadAtMost: count.nullable() })),
  }),
});

/** A finding's event as it is stored and sent: JSON. */
export const findingEventSchema = z.object({
  kind: z.enum(FINDING_EVENT_KINDS),
  id: z.string().min(1),
  findingId: z.string().min(1),
  flow: z.string(),
  at: time,
  since: time,
  sinceBefore: z.boolean(),
  finding,
  was: z.object(standing).nullable(),
  failover,
});

const openSchema = z.array(
  z.object({
    findingId: z.string(),
    finding,
    since: time,
    sinceBefore: z.boolean(),
    events: z.number().int().positive(),
  }),
);

/** What is open, from its stored form. @throws HistoryStoreError if it is not what was stored */
export function openFindingsOf(text: string): readonly OpenFinding[] {
  const open = parsed(text, openSchema);
  if (open !== null) return open;
  throw new HistoryStoreError('HISTORY_DAMAGED', 'the list of open findings is not what was stored', {
    remedy: 'Upgrade Tidemark if a newer version wrote it; else restore the history from a backup.',
  });
}

/** An event from its stored form; null if it is none that this version knows. */
export function findingEventOf(text: string): FindingEvent | null {
  return parsed(text, findingEventSchema);
}

function parsed<T>(text: string, schema: z.ZodType<T>): T | null {
  try {
    return schema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
