/** The steps of a failover after its approval, in their order. */
export const STEP_NAMES = [
  'fence',
  'drain',
  'stop-mirror',
  'stop-consumers',
  'record-points',
  'restore-groups',
  'switch-name',
  'cut-connections',
  'verify',
] as const;
export type StepName = (typeof STEP_NAMES)[number];

/**
 * From this step on a failover is not undone. Clients that find the target by its name write there, and those records are
 * not on the source.
 */
export const POINT_OF_NO_RETURN: StepName = 'switch-name';

/** Steps that change something outside Tidemark. None of them begins without an approval. */
export const DANGEROUS_STEPS: ReadonlySet<StepName> = new Set([
  'fence',
  'stop-mirror',
  'stop-consumers',
  'restore-groups',
  'switch-name',
  'cut-connections',
]);

/** With a source that answers, or without one. */
export const FAILOVER_MODES = ['planned', 'unplanned'] as const;
export type FailoverMode = (typeof FAILOVER_MODES)[number];
