import type { GateCode } from './gates.ts';
import type { RunPhase, StepState } from './run-record.ts';
import type { RunMode, StepName } from './step-name.ts';

/** What each step is for, to somebody who has never seen a failover. */
export const STEP_PURPOSES: Readonly<Record<StepName, string>> = {
  'place-offsets': 'Set where the mirror of the way back begins: behind the records that the failover had copied.',
  'start-mirror': 'Start the mirror of the way back.',
  'catch-up': 'Wait until few records wait for the mirror, while applications still write.',
  fence: 'Make writes to the source impossible, and prove it.',
  drain: 'Wait until everything on the source is on the target.',
  'stop-mirror': 'Stop MirrorMaker, which copies records from the source to the target.',
  'stop-consumers': 'End consumers on the source before their positions are read for the last time.',
  'record-points':
    'Record where each partition of the target ends before applications write there: a way back begins there.',
  'restore-groups': 'Write where each consumer group continues on the target, and read it back.',
  'place-forward-offsets':
    'Set where the mirror of the first direction continues: behind all records that both sides have.',
  'lift-target-fence': 'Lift the fence that the failover raised where clients return to.',
  'switch-name':
    'Lead clients to the target by the name under which they find their cluster. From here on nothing is undone.',
  'cut-connections': 'End the connections that clients still have to the source.',
  verify: 'Look again: at the positions, at the consumers, and whether the source is silent.',
  'start-forward': 'Start the mirror of the first direction again.',
  'lift-source-fence': 'Lift the fence of this run, for the next failover.',
};

export const MODES: Readonly<Record<RunMode, string>> = {
  planned: 'planned: the source answered, and nothing on it was to be lost',
  unplanned: 'unplanned: the source was dead, and what it could not do was left out',
  failback: 'failback: clients return to where a failover had led them away from',
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
  CLIENTS_ELSEWHERE: 'an earlier run had led the clients to another cluster',
  FAILOVER_NOT_ENDED: 'the failover had not led clients away, or had not recorded its failover points',
  OFFSETS_NOT_SETTABLE: 'Tidemark could not set where the mirrors continue',
  REVERSE_MIRROR_UNKNOWN: 'the state of the mirror of the way back was not known',
  REVERSE_MIRROR_RUNS: 'the mirror of the way back ran already',
  REVERSE_MIRROR_RAN: 'the mirror of the way back had run without the failover points',
  FORWARD_MIRROR_RUNS: 'the mirror of the first direction was not stopped',
  POINTS_UNKNOWN: 'a topic was on both sides and had no failover point',
  PARTITIONS_DIFFER: 'the number of partitions of a topic was another than at the failover',
  TOPIC_RECREATED: 'a topic had been made again since the failover',
  JOIN_EXPIRED: 'retention had deleted records that the target lacked',
  TARGET_CHANGED: 'someone had written to the target since clients were led away',
  TAIL_UNMIRRORED: 'records that never crossed were on the target only',
  REPLAYED_RETURN: 'replayed records would have returned as new ones',
};
