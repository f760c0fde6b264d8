import { TidemarkError } from '../domain/model/errors.ts';

/** How long plans, journals and results are kept: as long as the history. */
export const KEEP_DOCUMENTS_MS = 35 * 24 * 60 * 60 * 1000;

/** One document of a restore: its plan, a journal, a result, or the note that an undo has begun. */
export interface PlanDocument {
  /** Id of its plan. */
  readonly plan: string;
  readonly name: string;
  readonly bytes: Uint8Array;
  /** From this time on it may be removed: ms since the epoch. */
  readonly keepUntil: number;
}

/** A stored document of a restore is incomplete or was altered. */
export class DamagedDocumentError extends TidemarkError {
  override readonly name = 'DamagedDocumentError';

  constructor(plan: string, document: string, how: string, options: { cause?: unknown } = {}) {
    super('RESTORE_DAMAGED', `the ${document} of restore ${plan} ${how}`, {
      ...options,
      remedy:
        'Tidemark writes nothing based on it. Make a new plan; if positions were overwritten, restore a time before that.',
    });
  }
}

/**
 * Stores the documents of restores. A document is written once, completely or not at all, and never changes. All
 * methods throw `HistoryStoreError` if the store does not answer or refuses.
 */
export interface PlanStore {
  /** Stores a document; false if one with that name exists, which then stays unchanged. */
  add(document: PlanDocument): Promise<boolean>;
  /** Null if there is none. @throws DamagedDocumentError if it is torn or was altered */
  read(plan: string, name: string, now: number): Promise<Uint8Array | null>;
  /** Names of a plan's documents, in order. */
  names(plan: string, now: number): Promise<readonly string[]>;
  /** Ids of plans, newest first: they sort by time. */
  plans(limit: number, now: number): Promise<readonly string[]>;
  close(): Promise<void>;
}
