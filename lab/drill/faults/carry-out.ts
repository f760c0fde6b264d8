import * as z from 'zod';
import { stepNamesOf } from '../../../shared/domain/failover/step-name.ts';
import type { Fault, Round } from './fault.ts';
import type { Ended, FaultsStage } from './faults-stage.ts';
import { FORWARD } from './faults-stage.ts';
import { continued, Strikes, type Struck } from './strikes.ts';

const printed = z.object({
  run: z.string(),
  hash: z.string(),
  phase: z.string(),
  expiresAt: z.string(),
  refused: z.array(z.string()),
  groups: z.array(z.string()),
  gates: z.array(z.object({ code: z.string(), reason: z.string() })),
  faults: z.array(z.object({ code: z.string(), reason: z.string() })),
});
export type Printed = z.infer<typeof printed>;

/** How often a run may stop although nothing struck it, as the runbook says: a consumer's session has to end, for example. */
const SPARE = 6;
/** A process that takes longer than this is killed, in milliseconds: the run has not ended by itself. */
const LONGEST_MS = 240_000;
const REFUSED = 4;
/** How much of a reason is printed. */
const SHOWN = 160;

/** What a round has led to. */
export interface CarriedOut {
  readonly run: string;
  readonly isCompleted: boolean;
  readonly struck: readonly Struck[];
  readonly missed: readonly Fault[];
  /** Why the run stopped where nothing struck it, and where it ended. */
  readonly remarks: readonly string[];
}

/** Assesses a run, and carries it out. Faults strike it at their steps, and it is run again under its id until it ends. */
export async function carryOut(
  stage: FaultsStage,
  { mode, faults }: Pick<Round, 'mode' | 'faults'>,
  assess: () => Promise<Printed>,
): Promise<CarriedOut> {
  const verb = mode === 'failback' ? 'failback' : 'failover';
  let { run, hash } = await assess();
  const strikes = new Strikes(stage, faults, () => refusedStarts(stage, verb, run));
  const remarks: string[] = [];
  const result = (isCompleted: boolean): CarriedOut => {
    return { run, isCompleted, struck: strikes.struck, missed: strikes.missed, remarks };
  };
  let more = ['--approve', hash];
  for (let i = 0; i < faults.length + SPARE; i++) {
    const before = strikes.struck.length;
    const ended = await attempt(stage, strikes, [verb, 'run', run, ...more]);
    const open = strikes.struck.slice(before).filter(({ state }) => state === null);
    if (ended.code === 0) {
      open.forEach(continued);
      return result(true);
    }
    const seen = await stateOf(stage, run, ended);
    const last = open.pop();
    open.forEach(continued);
    if (last === undefined) remarks.push(seen.state);
    else Object.assign(last, seen);
    if (last?.fault.strike === 'stale-lock')
      last.state = `${seen.state}; without --override-lock ${await refusal(stage, verb, 'run', run)}`;
    more = ended.code === null ? ['--override-lock'] : [];
    if ((await stage.stored(run)).record.approval !== null) continue;
    // It was refused before it began: assess again, as it says.
    ({ run, hash } = await assess());
    more = ['--approve', hash];
  }
  return result(false);
}

async function attempt(stage: FaultsStage, strikes: Strikes, args: readonly string[]): Promise<Ended> {
  const process = stage.start(...args);
  stage.points.arrived = (step, at) => strikes.arrived(step, at, process);
  const timer = setTimeout(() => process.kill(), LONGEST_MS);
  try {
    return await process.ended;
  } finally {
    clearTimeout(timer);
    stage.points.arrived = null;
    await strikes.lift();
  }
}

/** In which state a run stopped: by its own record if the process was killed, else as it was printed. */
async function stateOf(
  stage: FaultsStage,
  run: string,
  ended: Ended,
): Promise<{ readonly state: string; readonly isNamed: boolean }> {
  if (ended.code === REFUSED) return { state: codesOf(ended), isNamed: true };
  if (ended.code !== null) {
    return { state: `exit code ${ended.code}: ${ended.stderr.trim().slice(-300)}`, isNamed: false };
  }
  const { record } = await stage.stored(run);
  const open = stepNamesOf(record.subject.mode).find((name) => {
    const kind = record.steps.get(name)?.kind;
    return kind !== 'done' && kind !== 'skipped';
  });
  const state = open === undefined ? 'every step done' : `${open} ${record.steps.get(open)?.kind ?? 'pending'}`;
  return { state: `killed, ${state}`, isNamed: record.phase === 'running' };
}

export function printedBy({ code, stdout, stderr }: Ended): Printed {
  if (stdout === '') throw new Error(`tidemark printed nothing and ended with ${code}: ${stderr.slice(-2_000)}`);
  return printed.parse(JSON.parse(stdout));
}

function codesOf(ended: Ended): string {
  return printedBy(ended)
    .faults.map(({ code, reason }) => `${code} (${reason.slice(0, SHOWN)})`)
    .join(', ');
}

/** The code with which a command is refused. @throws if it is not */
export async function refusal(stage: FaultsStage, ...args: readonly string[]): Promise<string> {
  const ended = await stage.tidemark(...args);
  const [fault] = ended.code === REFUSED ? printedBy(ended).faults : [];
  if (fault !== undefined) return fault.code;
  throw new Error(`${args.join(' ')} ended with ${ended.code} and was not refused: ${ended.stderr.slice(-500)}`);
}

/** Starts the run again while it runs, and another one on the same flow. */
async function refusedStarts(stage: FaultsStage, verb: string, run: string): Promise<string> {
  const same = await refusal(stage, verb, 'run', run);
  const assessed = printedBy(await stage.tidemark(verb, 'assess', '--planned', '--flow', FORWARD));
  const other = await refusal(stage, verb, 'run', assessed.run, '--approve', assessed.hash);
  return `the same run ${same}, another run ${other}`;
}
