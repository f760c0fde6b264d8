import type { Command } from 'commander';
import { addConfigOptions, type ConfigOptions } from '../../options/config-options.ts';
import { addHistoryOption, type HistoryOptions } from '../../options/history-options.ts';
import { ExitCode, type Finish } from '../../output/exit-code.ts';
import type { Terminal } from '../../output/terminal.ts';
import { openRuns } from './failover-world.ts';
import { addFormatOption, type FormatOption, findRun, printRun } from './print-run.ts';

interface StatusOptions extends ConfigOptions, HistoryOptions, FormatOption {}

export function addFailoverStatusCommand(failover: Command, terminal: Terminal, finish: Finish): void {
  const command = failover.command('status [id]').description('a run and its evidence, by default of the newest run');
  addFormatOption(addHistoryOption(addConfigOptions(command)))
    .addHelpText(
      'after',
      `
Asks no cluster. Checks that no entry of the evidence was changed or is missing. The JSON has
all of it.

Exit codes: 0 shown, 2 wrong usage or configuration, 3 could not be read, or was altered`,
    )
    .action(async (id: string | undefined, options: StatusOptions) => {
      const { runs, close } = await openRuns(options, terminal);
      try {
        await printRun(await findRun(runs, id), { gates: [], faults: [] }, options, terminal);
        finish(ExitCode.fine);
      } finally {
        await close();
      }
    });
}
