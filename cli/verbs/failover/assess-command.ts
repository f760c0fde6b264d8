import { type Command, InvalidArgumentError } from 'commander';
import { GATE_CODES, type GateCode } from '../../../shared/domain/failover/gates.ts';
import { addConfigOptions, type ConfigOptions, loadFromOptions, oneFlow } from '../../options/config-options.ts';
import { addHistoryOption, givenAgain, type HistoryOptions } from '../../options/history-options.ts';
import { collect, seconds } from '../../options/option-values.ts';
import { commandLine } from '../../output/command-line.ts';
import { ExitCode, type Finish } from '../../output/exit-code.ts';
import { createProgress } from '../../output/progress.ts';
import type { Terminal } from '../../output/terminal.ts';
import { UsageError } from '../../output/usage-error.ts';
import { openRuns, openWorld } from './failover-world.ts';
import { personOf } from './person.ts';
import { addFormatOption, type FormatOption, findRun, printRun, shortRunId } from './print-run.ts';

interface AssessOptions extends ConfigOptions, HistoryOptions, FormatOption {
  readonly planned?: boolean;
  readonly unplanned?: boolean;
  readonly flow?: string;
  readonly group: readonly string[];
  readonly accept: readonly GateCode[];
  readonly validFor: number;
  readonly by?: string;
}

export const DEFAULT_VALID_SECONDS = 3_600;

export function addFailoverAssessCommand(failover: Command, terminal: Terminal, finish: Finish): void {
  const command = failover.command('assess').description('say what a failover would do, and what speaks against it');
  addFormatOption(addHistoryOption(addConfigOptions(command)))
    .option('--planned', 'the source answers: fence it, drain it, lose nothing')
    .option('--unplanned', 'the source is dead: leave out what it cannot do')
    .option('-f, --flow <A->B>', 'the flow; may be left out if there is only one')
    .option('-g, --group <name>', "only this consumer group, or a glob (default: '*'); several times", collect)
    .option('--accept <code>', 'go ahead although this gate refuses; several times', gates, [])
    .option('--valid-for <seconds>', 'how long it may be approved', seconds, DEFAULT_VALID_SECONDS)
    .option('--by <name>', 'who assesses it, for the evidence (default: your user name)')
    .addHelpText(
      'after',
      `
Only reads Kafka. Stores the assessment, and prints a hash of everything that would be done.
Giving back the hash approves exactly that: tidemark failover run ID --approve HASH

Examples:
  tidemark failover assess --planned
  tidemark failover assess --unplanned --group 'billing-*' --accept LOSS_UNKNOWN

Exit codes: 0 it can be approved, 2 wrong usage or configuration, 3 could not be read,
            4 a gate refuses`,
    )
    .action(async (options: AssessOptions) => finish(await assess(options, terminal)));
}

async function assess(options: AssessOptions, terminal: Terminal): Promise<ExitCode> {
  if ((options.planned === true) === (options.unplanned === true)) {
    throw new UsageError('the kind of failover is not given', 'add --planned or --unplanned');
  }
  const config = await loadFromOptions(options, terminal);
  const flow = oneFlow(config.flows, options.flow);
  const [{ runs, close }, { assessFailover, beginRun }] = await Promise.all([
    openRuns(options, terminal),
    import('../../../shared/failover/assess-failover.ts'),
  ]);
  const open = await openWorld(config, flow, options, terminal);
  const progress = createProgress(terminal.stderr);
  try {
    const assessment = await assessFailover({
      world: open.world,
      mode: options.planned === true ? 'planned' : 'unplanned',
      groups: options.group ?? ['*'],
      accept: options.accept,
      progress: (step) => progress.step(step),
    });
    const { clock } = open.world;
    const by = personOf(options.by);
    const id = await beginRun(runs, assessment, { by, at: clock.now(), validForMs: options.validFor * 1000 });
    progress.end();
    const isRefused = assessment.subject.refused.length > 0;
    const run = ['failover', 'run', await shortRunId(runs, id), '--approve', assessment.hash];
    const approve = commandLine(terminal, run, givenAgain(options, terminal));
    const more = isRefused ? [] : [`\nNothing has been changed yet. To do exactly this:\n  ${approve}\n`];
    await printRun(await findRun(runs, id), { gates: assessment.gates, faults: [] }, options, terminal, more);
    return isRefused ? ExitCode.refused : ExitCode.fine;
  } finally {
    progress.end();
    await Promise.all([open.close(), close()]);
  }
}

export function gates(value: string, before: readonly GateCode[]): readonly GateCode[] {
  const code = GATE_CODES.find((one) => one === value);
  if (code === undefined) throw new InvalidArgumentError(`Known gates are: ${GATE_CODES.join(', ')}.`);
  return [...before, code];
}
