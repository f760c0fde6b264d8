import type { Command } from 'commander';
import { loadFromOptions, oneFlow } from '../../options/config-options.ts';
import type { ExitCode, Finish } from '../../output/exit-code.ts';
import { createProgress } from '../../output/progress.ts';
import type { Terminal } from '../../output/terminal.ts';
import { UsageError } from '../../output/usage-error.ts';
import { type AssessmentOptions, addAssessmentOptions } from './assess-options.ts';
import { openRuns, openWorld } from './failover-world.ts';

interface AssessOptions extends AssessmentOptions {
  readonly planned?: boolean;
  readonly unplanned?: boolean;
}

export function addFailoverAssessCommand(failover: Command, terminal: Terminal, finish: Finish): void {
  const command = failover.command('assess').description('say what a failover would do, and what speaks against it');
  addAssessmentOptions(
    command
      .option('--planned', 'the source answers: fence it, drain it, lose nothing')
      .option('--unplanned', 'the source is dead: leave out what it cannot do'),
    'the flow; may be left out if there is only one',
  )
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
  const [{ runs, close }, { assessFailover }, { storeAssessment }] = await Promise.all([
    openRuns(options, terminal),
    import('../../../shared/failover/assess-failover.ts'),
    import('./store-assessment.ts'),
  ]);
  const open = await openWorld(config, flow, options, terminal);
  const progress = createProgress(terminal.stderr);
  try {
    const assessment = await assessFailover({
      world: open.world,
      runs,
      mode: options.planned === true ? 'planned' : 'unplanned',
      groups: options.group ?? ['*'],
      accept: options.accept ?? [],
      progress: (step) => progress.step(step),
    });
    progress.end();
    return await storeAssessment(runs, assessment, { verb: 'failover', at: open.world.clock.now() }, options, terminal);
  } finally {
    progress.end();
    await Promise.all([open.close(), close()]);
  }
}
