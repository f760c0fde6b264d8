import type { Command } from 'commander';
import type { ApprovalSubject } from '../../../shared/domain/failover/approval-subject.ts';
import type { RunMode } from '../../../shared/domain/failover/step-name.ts';
import { flowName } from '../../../shared/domain/model/flow.ts';
import { FailoverRefusedError } from '../../../shared/failover/failover-errors.ts';
import type { CarryOutRequest, RunOutcome } from '../../../shared/failover/run-failover.ts';
import type { RunStore } from '../../../shared/failover/run-store.ts';
import type { UndoOutcome } from '../../../shared/failover/undo-failover.ts';
import { addConfigOptions, type ConfigOptions, loadFromOptions, oneFlow } from '../../options/config-options.ts';
import { addHistoryOption, givenAgain, type HistoryOptions } from '../../options/history-options.ts';
import { commandLine } from '../../output/command-line.ts';
import { ExitCode, type Finish } from '../../output/exit-code.ts';
import { createProgress } from '../../output/progress.ts';
import type { Terminal } from '../../output/terminal.ts';
import { UsageError } from '../../output/usage-error.ts';
import { openRuns, openWorld, type TakesBack } from './failover-world.ts';
import type { FailoverFault } from './json.ts';
import { personOf, processName } from './person.ts';
import { addFormatOption, type FormatOption, findRun, printRun, shortRunId } from './print-run.ts';

interface CarryOutOptions extends ConfigOptions, HistoryOptions, FormatOption {
  readonly overrideLock?: boolean;
  readonly by?: string;
}

interface RunOptions extends CarryOutOptions {
  readonly approve?: string;
  readonly dryRun?: boolean;
}

const CODES = `
Exit codes: 0 done, 2 wrong usage or configuration, 3 could not be read or written,
            4 refused, or stopped at a step: run it again, or undo it`;

export function addFailoverRunCommand(
  parent: Command,
  terminal: Terminal,
  finish: Finish,
  verb: 'failover' | 'failback' = 'failover',
): void {
  const command = parent.command('run <id>').description(`carry an assessed ${verb} out: CHANGES CLUSTERS AND CLIENTS`);
  carryOutOptions(command)
    .option('--approve <hash>', 'the hash that the assessment printed; not needed to continue')
    .option('--dry-run', 'say what each step would do, and do nothing')
    .addHelpText(
      'after',
      `
Refuses if anything has changed since it was approved. Records each step before and after
its work. Stopped or killed at any point, the same command continues: steps that are done
are checked, and not done again.
${CODES}`,
    )
    .action(async (id: string, options: RunOptions) => {
      if (options.dryRun === true) return finish(await dryRun(id, options, terminal));
      const work = async (request: CarryOutRequest): Promise<RunOutcome> => {
        requireVerb(verb, request.stored.record.subject.mode);
        const { runFailover } = await import('../../../shared/failover/run-failover.ts');
        return await runFailover({ ...request, approve: options.approve ?? null });
      };
      finish(await carryOut(id, options, terminal, work));
    });
}

export function addFailoverUndoCommand(failover: Command, terminal: Terminal, finish: Finish): void {
  const command = failover
    .command('undo <id>')
    .description('put back what a failover changed: CHANGES CLUSTERS AND CLIENTS');
  carryOutOptions(command)
    .addHelpText(
      'after',
      `
Walks back from the last step that began. Refuses once the name of the clients was switched, or
may have been: they can have written to the target. Can be run again.
${CODES}`,
    )
    .action(async (id: string, options: CarryOutOptions) => {
      const work = async (request: CarryOutRequest): Promise<UndoOutcome> => {
        const { undoFailover } = await import('../../../shared/failover/undo-failover.ts');
        return await undoFailover(request);
      };
      finish(await carryOut(id, options, terminal, work));
    });
}

/** What a person approved as a failback must not be started as a failover by a slip of the id. */
function requireVerb(verb: 'failover' | 'failback', mode: RunMode): void {
  if (verb === verbOf(mode)) return;
  throw new UsageError(`this run is a ${verbOf(mode)}`, `tidemark ${verbOf(mode)} run carries it out`);
}

function verbOf(mode: RunMode): 'failover' | 'failback' {
  return mode === 'failback' ? 'failback' : 'failover';
}

/** What a failback takes back; null for a failover. */
async function takenBackBy(runs: RunStore, { takesBack }: ApprovalSubject): Promise<TakesBack | null> {
  return takesBack === undefined ? null : { runs, origin: await findRun(runs, takesBack.run) };
}

function carryOutOptions(command: Command): Command {
  return addFormatOption(addHistoryOption(addConfigOptions(command)))
    .option('--override-lock', 'take the flow from a process that has died, or from another run')
    .option('--by <name>', 'who runs it, for the evidence (default: your user name)');
}

async function carryOut(
  id: string,
  options: CarryOutOptions,
  terminal: Terminal,
  work: (request: CarryOutRequest) => Promise<RunOutcome | UndoOutcome>,
): Promise<ExitCode> {
  const config = await loadFromOptions(options, terminal, { writers: true });
  const { runs: store, close } = await openRuns(options, terminal);
  const progress = createProgress(terminal.stderr);
  try {
    const stored = await findRun(store, id);
    const { subject } = stored.record;
    const flow = oneFlow(config.flows, subject.flow);
    const open = await openWorld(config, flow, options, terminal, await takenBackBy(store, subject));
    const request: CarryOutRequest = {
      world: open.world,
      store,
      stored,
      by: personOf(options.by),
      holder: processName(),
      overrideLock: options.overrideLock === true,
      progress: (step) => progress.step(step),
    };
    const faults = await faultsOf(() => work(request)).finally(open.close);
    progress.end();
    const words = [verbOf(subject.mode), 'run', await shortRunId(store, stored.record.run)];
    const again = commandLine(terminal, words, givenAgain(options, terminal));
    const more = faults.length === 0 ? [] : [`\n  to continue: ${again}\n`];
    await printRun(await findRun(store, id), { gates: [], faults }, options, terminal, more);
    return faults.length === 0 ? ExitCode.fine : ExitCode.refused;
  } finally {
    progress.end();
    await close();
  }
}

/** What stopped the run, or refused it; empty if it reached its end. */
async function faultsOf(work: () => Promise<RunOutcome | UndoOutcome>): Promise<readonly FailoverFault[]> {
  try {
    const outcome = await work();
    if (outcome.kind !== 'failed') return [];
    const { step, code, reason, remedy } = outcome;
    return [{ code, reason: `step ${step}: ${reason}`, remedy }];
  } catch (error) {
    if (!(error instanceof FailoverRefusedError)) throw error;
    return error.reasons.map((reason) => ({ code: error.code, reason, remedy: error.remedy }));
  }
}

/** Assesses again, and compares: what was approved is what would be done, or it says what has changed. */
async function dryRun(id: string, options: RunOptions, terminal: Terminal): Promise<ExitCode> {
  const config = await loadFromOptions(options, terminal);
  const { runs, close } = await openRuns(options, terminal);
  const progress = createProgress(terminal.stderr);
  try {
    const stored = await findRun(runs, id);
    const { subject, approval } = stored.record;
    const flow = config.flows.find((one) => flowName(one) === subject.flow) ?? oneFlow(config.flows, subject.flow);
    const open = await openWorld(config, flow, options, terminal, await takenBackBy(runs, subject));
    const [{ assessFailover }, { changesBetween }] = await Promise.all([
      import('../../../shared/failover/assess-failover.ts'),
      import('../../../shared/domain/failover/approval-subject.ts'),
    ]);
    const { mode, chosen, accepted } = subject;
    const step = (what: string) => progress.step(what);
    const present = await assessFailover({
      world: open.world,
      runs,
      mode,
      groups: chosen,
      accept: accepted,
      progress: step,
    }).finally(open.close);
    progress.end();
    // A run that has begun has changed the world itself.
    const changes = approval === null ? changesBetween(subject, present.subject) : [];
    const remedy = 'Assess again, and approve what it then says.';
    const faults = changes.map((reason) => ({ code: 'WORLD_CHANGED', reason, remedy }));
    await printRun(stored, { gates: present.gates, faults }, options, terminal, ['  nothing was done: --dry-run\n']);
    return faults.length === 0 && present.subject.refused.length === 0 ? ExitCode.fine : ExitCode.refused;
  } finally {
    progress.end();
    await close();
  }
}
