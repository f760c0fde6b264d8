import * as z from 'zod';
import { isFindingCode } from '../contract/finding-codes.ts';
import type { Acknowledgement, AcknowledgementEnding, Subject } from '../domain/model/finding.ts';
import { HistoryStoreError } from './history-errors.ts';

/**
 * Stores acknowledgements of findings, beside the history. An acknowledgement is stored once and never changes; it ends
 * at most once. Ended ones are kept for `KEEP_ENDED_MS`. All methods throw `HistoryStoreError` if the store does not
 * answer, refuses, or holds something that is no acknowledgement.
 */
export interface AcknowledgementStore {
  /** Stores one that has not ended; false if the flow has one with this id, which then stays unchanged. */
  add(acknowledgement: Acknowledgement): Promise<boolean>;
  /** Ends one; false if there is none with this id, or it was ended before. */
  end(flow: string, id: string, ending: AcknowledgementEnding): Promise<boolean>;
  /** Those of a flow, ended ones included, oldest first. @param now ms since the epoch */
  list(flow: string, now: number): Promise<readonly Acknowledgement[]>;
  close(): Promise<void>;
}

/** How long ended acknowledgements are kept: as long as the history. */
export const KEEP_ENDED_MS = 35 * 24 * 60 * 60 * 1000;

/** When an acknowledgement may be removed: ms since the epoch; null while nobody knows its end. */
export function keepUntil({ until, ending }: Pick<Acknowledgement, 'until' | 'ending'>): number | null {
  const end = ending === null ? until : Math.min(ending.at, until ?? ending.at);
  return end === null ? null : end + KEEP_ENDED_MS;
}

/** In the order in which acknowledgements are listed: by time, then by id. */
export function oldestFirst(all: readonly Acknowledgement[]): readonly Acknowledgement[] {
  return all.toSorted((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
}

/** An acknowledgement as it is stored, without its end. */
export function documentOf({ id, flow, code, subject, reason, by, at, until }: Acknowledgement): string {
  return JSON.stringify({ version: 1, id, flow, code, subject, reason, by, at, until });
}

const time = z.number().int().nonnegative();
const documentSchema = z.object({
  version: z.literal(1),
  id: z.string(),
  flow: z.string(),
  code: z.string(),
  subject: z.object({
    cluster: z.string().optional(),
    topic: z.string().optional(),
    partition: z.number().int().nonnegative().optional(),
    group: z.string().optional(),
  }),
  reason: z.string(),
  by: z.string(),
  at: time,
  until: time.nullable(),
});
const endingSchema = z.union([
  z.object({ kind: z.literal('withdrawn'), at: time, by: z.string() }),
  z.object({ kind: z.literal('closed'), at: time }),
]);

/**
 * A stored acknowledgement of a flow; null if it is of a code that only a newer version knows, so that it covers nothing
 * here.
 * @param ending JSON text, null if it has not ended
 * @throws HistoryStoreError if it is not what was stored
 */
export function acknowledgementOf(flow: string, document: string, ending: string | null): Acknowledgement | null {
  const stored = parsed(document, documentSchema);
  const end = ending === null ? null : parsed(ending, endingSchema);
  if (stored === null || stored.flow !== flow || (ending !== null && end === null)) {
    throw new HistoryStoreError('HISTORY_DAMAGED', `an acknowledgement of ${flow} is not what was stored`, {
      remedy: 'Restore the history from a backup, or upgrade Tidemark if a newer version wrote it.',
    });
  }
  const { code, subject } = stored;
  if (!isFindingCode(code)) return null;
  const { id, reason, by, at, until } = stored;
  return { id, flow, code, subject: withoutUndefined(subject), reason, by, at, until, ending: end };
}

function parsed<T>(text: string, schema: z.ZodType<T>): T | null {
  try {
    return schema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

function withoutUndefined(subject: { readonly [K in keyof Subject]: Subject[K] | undefined }): Subject {
  return Object.fromEntries(Object.entries(subject).filter(([, value]) => value !== undefined));
}
