/**
 * Names of errors by which the state machine of a failover decides. The function throws them, the definition retries or
 * catches them.
 */
export const FAILOVER_ERRORS = {
  /** The same again may succeed: something did not answer, throttled, or was not finished in time. */
  retry: 'TidemarkRetry',
  /** Another invocation may still work on this run. */
  busy: 'TidemarkBusy',
  /** A gate said no, and nothing was done. */
  refused: 'TidemarkRefused',
  /** A step needs a person. The run can be continued. */
  stopped: 'TidemarkStopped',
  /** The maintenance stop is on. */
  held: 'TidemarkHeld',
  /** A person answered no. */
  rejected: 'TidemarkRejected',
  /** Nobody answered in time. The definition itself makes this one. */
  notApproved: 'TidemarkNotApproved',
} as const;

/** What an assessment leads to, in the output of the task `assess`. */
export const ASSESSED = {
  awaitsApproval: 'awaits-approval',
  approved: 'approved',
  completed: 'completed',
} as const;

/** The tasks of the function, in the field `task` of its event. */
export const FAILOVER_TASKS = {
  takeFlow: 'take-flow',
  assess: 'assess',
  askApproval: 'ask-approval',
  approve: 'approve',
  carryOut: 'carry-out',
  complete: 'complete',
  undo: 'undo',
  completeUndo: 'complete-undo',
  giveFlowBack: 'give-flow-back',
} as const;

/** What a state machine carries out. Its name is in the event that takes the flow: neither continues a run of the other. */
export const MACHINES = ['failover', 'failback'] as const;
export type MachineName = (typeof MACHINES)[number];
