import { TidemarkError } from '../domain/model/errors.ts';

/** How long plans and what came of them are kept: as long as the history that they come from. */
export const KEEP_DOCUMENTS_MS = 35 * 24 * 60 * 60 * 1000;

/** One document of a restore: its plan, or what was noted while it was carried out. */
export interface PlanDocument {
  /** Id of the plan that it belongs to. */
  readonly plan: string;
  readonly name: string;
  readonly bytes: Uint8Array;
  /** From then on it may be removed: ms since the epoch. */
  readonly keepUntil: number;
}

/** A document of a restore is not what was stored, or not whole. */
export class DamagedDocumentError extends TidemarkError {
  override readonly name = 'DamagedDocumentError';

  constructor(plan: string, document: string, how: string, options: { cause?: unknown } = {}) {
    super('RESTORE_DAMAGED', `the ${document} of restore ${plan} ${how}`, {
      ...options,
      remedy:
        'Nothing is written on its strength. Make a new plan; where positions were overwritten, restore as of before.',
    });
  }
}

/**
 * Keeps the documents of restores, which are written once and never changed: whole or not at all, whenever the writer
 * dies. All methods throw `HistoryStoreError` where the store does not answer or refuses.
 */
export interface PlanStore {
  /** Stores a document; false where there is one of that name already, which then stays as it is. */
  add(document: PlanDocument): Promise<boolean>;
  /** Null where there is none. @throws DamagedDocumentError where it is torn or was altered */
  read(plan: string, name: string, now: number): Promise<Uint8Array | null>;
  /** Names of a plan's documents, in order. */
  names(plan: string, now: number): Promise<readonly string[]>;
  /** Ids of plans, newest first: they sort by time. */
  plans(limit: number, now: number): Promise<readonly string[]>;
  close(): Promise<void>;
}
