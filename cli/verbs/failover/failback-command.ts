import type { Command } from 'commander';
import { flowName } from '../../../shared/domain/model/flow.ts';
import { loadFromOptions } from '../../options/config-options.ts';
import type { ExitCode, Finish } from '../../output/exit-code.ts';
import { createProgress } from '../../output/progress.ts';
import type { Terminal } from '../../output/terminal.ts';
import { type AssessmentOptions, addAssessmentOptions } from './assess-options.ts';
import { openRuns, openWorld } from './failover-world.ts';
import { findRun } from './print-run.ts';
import { addFailoverRunCommand } from './run-command.ts';

interface AssessOptions extends AssessmentOptions {
  readonly failover?: string;
}

export function addFailbackCommand(program: Command, terminal: Terminal, finish: Finish): void {
  const failback = program
    .command('failback')
    .description('lead clients back after a failover, without wiping and without duplicates')
    .helpCommand(false)
    .addHelpText(
      'after',
      `
The reverse mirror begins at the failover points that the failover recorded: a mirror that begins at
the start writes every record a second time. At the end the first direction continues.
A failback is a run like a failover: failover status, evidence and undo show it and take it back.

Examples:
  tidemark failback assess
  tidemark failback run <id> --approve <hash>

Exit codes: 0 done, 2 wrong usage or configuration, 3 could not be read or written,
            4 refused, or stopped at a step`,
    );
  addAssessCommand(failback, terminal, finish);
  addFailoverRunCommand(failback, terminal, finish, 'failback');
}

function addAssessCommand(failback: Command, terminal: Terminal, finish: Finish): void {
  const command = failback.command('assess').description('say what a failback would do, and what speaks against it');
  addAssessmentOptions(
    command.option('--failover <id>', 'the failover to take back (default: the newest one that led clients away)'),
    'only a failover of this flow',
  )
    .addHelpText(
      'after',
      `
Only reads Kafka. Needs both directions in the configuration, each with connect: { url } and
failover: { mirrorControl: connect }; the connectors of the reverse flow exist and are STOPPED.
Stores the assessment, and prints a hash of everything that would be done.

Examples:
  tidemark failback assess
  tidemark failback assess --failover 20261123T0102 --accept TAIL_UNMIRRORED

Exit codes: 0 it can be approved, 2 wrong usage or configuration, 3 could not be read,
            4 a gate refuses`,
    )
    .action(async (options: AssessOptions) => finish(await assess(options, terminal)));
}

async function assess(options: AssessOptions, terminal: Terminal): Promise<ExitCode> {
  const config = await loadFromOptions(options, terminal);
  const [{ runs, close }, { assessFailover }, { storeAssessment }, { requireFailover, flowsOf }] = await Promise.all([
    openRuns(options, terminal),
    import('../../../shared/failover/assess-failover.ts'),
    import('./store-assessment.ts'),
    import('./way-back.ts'),
  ]);
  const progress = createProgress(terminal.stderr);
  try {
    const named = options.failover === undefined ? null : (await findRun(runs, options.failover)).record.run;
    const origin = await requireFailover(runs, options.flow ?? null, named);
    const { back } = flowsOf(config, origin.record.subject.flow);
    progress.step(`taking back run ${origin.record.run} by ${flowName(back)}`);
    const open = await openWorld(config, back, options, terminal, { runs, origin });
    const assessment = await assessFailover({
      world: open.world,
      runs,
      mode: 'failback',
      groups: options.group ?? ['*'],
      accept: options.accept ?? [],
      progress: (step) => progress.step(step),
    }).finally(open.close);
    progress.end();
    return await storeAssessment(runs, assessment, { verb: 'failback', at: open.world.clock.now() }, options, terminal);
  } finally {
    progress.end();
    await close();
  }
}
