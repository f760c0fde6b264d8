import type { Command } from 'commander';
import type { Finish } from '../../output/exit-code.ts';
import type { Terminal } from '../../output/terminal.ts';
import { addRestoreApplyCommand, addRestoreUndoCommand } from './apply-command.ts';
import { addRestorePlanCommand } from './plan-command.ts';
import { addRestoreShowCommand } from './show-command.ts';

export function addRestoreCommand(program: Command, terminal: Terminal, finish: Finish): void {
  const restore = program
    .command('restore')
    .description('put groups where they were at some time, or at what corresponds to it on the target')
    .helpCommand(false)
    .addHelpText(
      'after',
      `
A plan is printed and stored; nothing is written to Kafka before it is applied by
its id and hash. What an apply overwrites is stored first, so that it can be undone.

Exit codes: 0 done, 2 wrong usage or configuration, 3 could not be read or written,
            4 refused, or not complete`,
    );
  for (const add of [addRestorePlanCommand, addRestoreApplyCommand, addRestoreUndoCommand, addRestoreShowCommand]) {
    add(restore, terminal, finish);
  }
}
