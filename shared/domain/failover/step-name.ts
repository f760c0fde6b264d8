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

/** What each step does outside Tidemark. A new step must say it here. */
const EFFECTS: Readonly<Record<StepName, 'changes' | 'reads'>> = {
  fence: 'changes',
  drain: 'reads',
  'stop-mirror': 'changes',
  'stop-consumers': 'changes',
  'record-points': 'reads',
  'restore-groups': 'changes',
  'switch-name': 'changes',
  'cut-connections': 'changes',
  verify: 'reads',
};

/** Steps that change something outside Tidemark. None of them begins without an approval. */
export const DANGEROUS_STEPS: ReadonlySet<StepName> = new Set(STEP_NAMES.filter((name) => EFFECTS[name] === 'changes'));

/** Steps that are done again if they are no longer in effect, as long as a failover can be undone. */
export const RENEWABLE_STEPS: ReadonlySet<StepName> = new Set(['record-points', 'restore-groups']);

/** With a source that answers, or without one. */
export const FAILOVER_MODES = ['planned', 'unplanned'] as const;
export type FailoverMode = (typeof FAILOVER_MODES)[number];
