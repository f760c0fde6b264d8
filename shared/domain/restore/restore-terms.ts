import type { Proof } from '../model/report.ts';

/** The limits that the operator sets for a plan. */
export interface RestoreTerms {
  /** A position with a weaker proof is refused. */
  readonly minProof: Exclude<Proof, 'none'>;
  /** Moves positions outside the log to its nearest end instead of refusing them. */
  readonly clamp: boolean;
  /** Plans even if MM2's group sync will move groups on the target forward again. */
  readonly evenIfMm2Syncs: boolean;
  /** Most time between the last read of the positions and the requested time, in ms. */
  readonly maxAgeMs: number;
  /** How long after planning the first apply may begin, in ms. */
  readonly validForMs: number;
}

/** The coarsest snapshots are an hour apart: older positions mean that no audit was recorded. */
export const DEFAULT_RESTORE_TERMS: RestoreTerms = {
  minProof: 'bounded',
  clamp: false,
  evenIfMm2Syncs: false,
  maxAgeMs: 3_600_000,
  validForMs: 3_600_000,
};

const STRENGTH = { none: 0, conservative: 1, bounded: 2, exact: 3, verified: 4 } as const;

export function isWeaker(proof: Proof, than: Proof): boolean {
  return STRENGTH[proof] < STRENGTH[than];
}
