import { type Assessment, beginRun } from '../../../shared/failover/assess-failover.ts';
import type { RunStore } from '../../../shared/failover/run-store.ts';
import { givenAgain } from '../../options/history-options.ts';
import { commandLine } from '../../output/command-line.ts';
import { ExitCode } from '../../output/exit-code.ts';
import type { Terminal } from '../../output/terminal.ts';
import type { AssessmentOptions } from './assess-options.ts';
import { personOf } from './person.ts';
import { findRun, printRun, shortRunId } from './print-run.ts';

/** Stores an assessment as a run that waits for its approval, and prints it with the command that approves it. */
export async function storeAssessment(
  runs: RunStore,
  assessment: Assessment,
  { verb, at }: { readonly verb: 'failover' | 'failback'; readonly at: number },
  options: AssessmentOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const by = personOf(options.by);
  const id = await beginRun(runs, assessment, { by, at, validForMs: options.validFor * 1000 });
  const isRefused = assessment.subject.refused.length > 0;
  const run = [verb, 'run', await shortRunId(runs, id), '--approve', assessment.hash];
  const approve = commandLine(terminal, run, givenAgain(options, terminal));
  const more = isRefused ? [] : [`\nNothing has been changed yet. To do exactly this:\n  ${approve}\n`];
  await printRun(await findRun(runs, id), { gates: assessment.gates, faults: [] }, options, terminal, more);
  return isRefused ? ExitCode.refused : ExitCode.fine;
}
