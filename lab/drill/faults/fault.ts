import { FAILBACK_STEP_NAMES, STEP_NAMES, type StepName } from '../../../shared/domain/failover/step-name.ts';

/**
 * What happens to a step.
 * - `dies-before`: the process is killed when the intent is recorded, and nothing is done.
 * - `dies-in`: it is killed when a cluster, Connect or a hook has got its command, or while it reads.
 * - `dies-after`: it is killed when everything is done and read back, and not recorded.
 * - `delivered-twice`: its work is done twice in a row.
 * - `throttled`: Kafka sends few bytes in a second, Connect answers 429, hooks fail with what an API says then.
 * - `timed-out`: nobody answers. What has not given up by itself after a while is killed, as AWS ends a function.
 */
type StepStrike = 'dies-before' | 'dies-in' | 'dies-after' | 'delivered-twice' | 'throttled' | 'timed-out';

export type Strike =
  | StepStrike
  /** The process is killed, and the run is continued without `--override-lock`: refused. */
  | 'stale-lock'
  /** Another process starts the run, and another run is started, while the step waits: refused. */
  | 'second-start'
  | 'fence-refused'
  | 'connect-unreachable'
  | 'stop-not-done'
  | 'dns-down'
  /** The configuration does not know that the first ACL on a topic ends reads. */
  | 'fence-ends-reads'
  /** Nobody approves in time. */
  | 'approver-silent'
  /** A group appears between the assessment and the run. */
  | 'world-changed';

export interface Fault {
  readonly name: string;
  readonly strike: Strike;
  readonly step: StepName;
}

/** Faults that one run goes through, in the order of its steps. */
export interface Round {
  readonly name: string;
  readonly mode: 'planned' | 'unplanned' | 'failback';
  readonly faults: readonly Fault[];
}

function each(strike: StepStrike, steps: readonly StepName[], prefix = ''): Fault[] {
  return steps.map((step) => ({ name: `${prefix}${strike}-${step}`, strike, step }));
}

function one(strike: Exclude<Strike, StepStrike>, step: StepName): Fault {
  return { name: strike, strike, step };
}

const planned = (name: string, faults: readonly Fault[]): Round => ({ name, mode: 'planned', faults });

/** Steps that only a failback has. The others are struck in every way in the rounds of a planned failover. */
const OWN_OF_FAILBACK = FAILBACK_STEP_NAMES.filter((step) => !(STEP_NAMES as readonly StepName[]).includes(step));

/** Each step in turn. Between setting the offsets of a mirror and starting it are two deaths. */
const DEATHS_OF_FAILBACK = FAILBACK_STEP_NAMES.flatMap((step): Fault[] => {
  const strikes: readonly StepStrike[] = OWN_OF_FAILBACK.includes(step)
    ? ['dies-before', 'dies-in', 'dies-after']
    : ['dies-in'];
  return strikes.flatMap((strike) => each(strike, [step], 'failback-'));
});
const SLOW_FAILBACK = OWN_OF_FAILBACK.flatMap((step) => [
  ...each('timed-out', [step], 'failback-'),
  ...each('throttled', [step], 'failback-'),
]);

/** A dead source is not fenced and not drained. */
const WITHOUT_SOURCE = STEP_NAMES.filter((step) => step !== 'fence' && step !== 'drain');

export const ROUNDS: readonly Round[] = [
  planned('dies-before', each('dies-before', STEP_NAMES)),
  planned('dies-in', each('dies-in', STEP_NAMES)),
  planned('dies-after', each('dies-after', STEP_NAMES)),
  planned('delivered-twice', each('delivered-twice', STEP_NAMES)),
  planned('throttled', each('throttled', STEP_NAMES)),
  planned('timed-out', each('timed-out', STEP_NAMES)),
  planned('refusals', [
    one('approver-silent', 'fence'),
    one('world-changed', 'fence'),
    one('fence-refused', 'fence'),
    one('second-start', 'drain'),
    one('connect-unreachable', 'stop-mirror'),
    one('stop-not-done', 'stop-mirror'),
    one('dns-down', 'switch-name'),
    one('stale-lock', 'cut-connections'),
  ]),
  planned('fence-ends-reads', [one('fence-ends-reads', 'fence')]),
  { name: 'failback', mode: 'failback', faults: DEATHS_OF_FAILBACK },
  { name: 'failback-twice', mode: 'failback', faults: each('delivered-twice', OWN_OF_FAILBACK, 'failback-') },
  { name: 'slow-failback', mode: 'failback', faults: SLOW_FAILBACK },
  { name: 'unplanned', mode: 'unplanned', faults: each('dies-in', WITHOUT_SOURCE, 'unplanned-') },
];
