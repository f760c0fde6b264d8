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

/**
 * The steps of a failback after its approval, in their order. It runs in the direction of its flow: its source is where
 * the failover led clients to. Steps that a failover has too are the same ones.
 */
export const FAILBACK_STEP_NAMES = [
  'place-offsets',
  'start-mirror',
  'catch-up',
  'fence',
  'drain',
  'stop-mirror',
  'stop-consumers',
  'record-points',
  'restore-groups',
  'place-forward-offsets',
  'lift-target-fence',
  'switch-name',
  'cut-connections',
  'verify',
  'lift-source-fence',
  'start-forward',
] as const;

export type FailoverStepName = (typeof STEP_NAMES)[number];
export type StepName = FailoverStepName | (typeof FAILBACK_STEP_NAMES)[number];

/** The steps of all runs. */
export const ALL_STEP_NAMES: readonly StepName[] = [...new Set<StepName>([...FAILBACK_STEP_NAMES, ...STEP_NAMES])];

export function stepNamesOf(mode: RunMode): readonly StepName[] {
  return mode === 'failback' ? FAILBACK_STEP_NAMES : STEP_NAMES;
}

/**
 * From this step on a failover is not undone. Clients that find the target by its name write there, and those records are
 * not on the source.
 */
export const POINT_OF_NO_RETURN: StepName = 'switch-name';

/** What each step does outside Tidemark. A new step must say it here. */
const EFFECTS: Readonly<Record<StepName, 'changes' | 'reads'>> = {
  'place-offsets': 'changes',
  'start-mirror': 'changes',
  'catch-up': 'reads',
  fence: 'changes',
  drain: 'reads',
  'stop-mirror': 'changes',
  'stop-consumers': 'changes',
  'record-points': 'reads',
  'restore-groups': 'changes',
  'place-forward-offsets': 'changes',
  'lift-target-fence': 'changes',
  'switch-name': 'changes',
  'cut-connections': 'changes',
  verify: 'reads',
  'start-forward': 'changes',
  'lift-source-fence': 'changes',
};

/** Steps that change something outside Tidemark. None of them begins without an approval. */
export const DANGEROUS_STEPS: ReadonlySet<StepName> = new Set(
  ALL_STEP_NAMES.filter((name) => EFFECTS[name] === 'changes'),
);

/** Steps that are done again if they are no longer in effect, as long as a failover can be undone. */
export const RENEWABLE_STEPS: ReadonlySet<StepName> = new Set([
  'record-points',
  'restore-groups',
  'place-forward-offsets',
]);

/** With a source that answers, or without one. */
export const FAILOVER_MODES = ['planned', 'unplanned'] as const;
export type FailoverMode = (typeof FAILOVER_MODES)[number];

/** What a run of steps is: a failover of one of both kinds, or the way back. */
export const RUN_MODES = [...FAILOVER_MODES, 'failback'] as const;
export type RunMode = (typeof RUN_MODES)[number];
