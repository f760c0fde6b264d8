import type { KnownProof } from '../model/report.ts';

/** What whoever asks for a plan will put up with. */
export interface RestoreTerms {
  /** A position that is known less well is refused. */
  readonly minProof: KnownProof;
  /** Positions outside the log are moved to its nearest end, instead of being refused. */
  readonly clamp: boolean;
  /** Plan although MM2 moves groups on the target forward again. */
  readonly evenIfMm2Syncs: boolean;
  /** How long before the asked time the positions may last have been read, in ms. */
  readonly maxAgeMs: number;
  /** How long the plan may be begun, in ms. */
  readonly validForMs: number;
}

/** The coarsest snapshots are an hour apart: an older one means that nobody recorded. */
export const DEFAULT_RESTORE_TERMS: RestoreTerms = {
  minProof: 'bounded',
  clamp: false,
  evenIfMm2Syncs: false,
  maxAgeMs: 3_600_000,
  validForMs: 3_600_000,
};
