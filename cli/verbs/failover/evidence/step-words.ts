import type { GateCode } from '../../../../shared/domain/failover/gates.ts';
import type { RunPhase, StepState } from '../../../../shared/domain/failover/run-record.ts';
import type { FailoverMode, StepName } from '../../../../shared/domain/failover/step-name.ts';

/** What each step is for, to somebody who has never seen a failover. */
export const STEP_PURPOSES: Readonly<Record<StepName, string>> = {
  fence: 'Make writes to the source impossible, and prove it.',
  drain: 'Wait until everything on the source is on the target.',
  'stop-mirror': 'Stop MirrorMaker, which copies records from the source to the target.',
  'stop-consumers': 'End consumers on the source before their positions are read for the last time.',
  'record-points':
    'Record where each partition of the target ends before applications write there: a way back begins there.',
  'restore-groups': 'Write where each consumer group continues on the target, and read it back.',
  'switch-name':
    'Lead clients to the target by the name under which they find their cluster. From here on nothing is undone.',
  'cut-connections': 'End the connections that clients still have to the source.',
  verify: 'Look again: at the positions, at the consumers, and whether the source is silent.',
};

export const MODES: Readonly<Record<FailoverMode, string>> = {
  planned: 'planned: the source answered, and nothing on it was to be lost',
  unplanned: 'unplanned: the source was dead, and what it could not do was left out',
};

/** How far the run is at its last entry. */
export const PHASES: Readonly<Record<RunPhase, string>> = {
  'awaiting-approval': 'assessed, and not approved',
  running: 'begun, and not at its end',
  undoing: 'being undone',
  completed: 'completed',
  undone: 'undone',
};

export const STATES: Readonly<Record<StepState['kind'], string>> = {
  pending: 'not begun',
  doing: 'begun, not ended',
  done: 'done',
  failed: 'failed',
  skipped: 'left out',
  undoing: 'undo begun, not ended',
  undone: 'undone',
};

/** Why each gate refuses a failover. */
export const GATES: Readonly<Record<GateCode, string>> = {
  SOURCE_DOWN: 'the source did not answer',
  SOURCE_ALIVE: 'the source answered: what it still held would be lost',
  TARGET_DOWN: 'the target did not answer',
  FLOW_NOT_READY: 'the audit found the flow not ready',
  LOSS_OVER_OBJECTIVE: 'more records would be lost than was agreed',
  LOSS_UNKNOWN: 'it was not known how many records would be lost',
  GROUPS_NOT_PLACEABLE: 'the position of a consumer group on the target was not known',
  POSITIONS_OLD: 'the positions of consumer groups were last read more than an hour before',
  MIRROR_CONTROL_MISSING: 'the configuration did not say how to stop MirrorMaker',
  FENCE_MISSING: 'the configuration did not say how to end writes to the source',
};
