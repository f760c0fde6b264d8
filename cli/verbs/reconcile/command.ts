import type { Command } from 'commander';
import type { Finish } from '../../output/exit-code.ts';
import type { Terminal } from '../../output/terminal.ts';
import { addReconcileExportCommand } from './export-command.ts';
import { addReconcileListCommand } from './list-command.ts';
import { addReconcileReplayCommand } from './replay-command.ts';

export function addReconcileCommand(program: Command, terminal: Terminal, finish: Finish): void {
  const reconcile = program
    .command('reconcile')
    .description('find, export and replay the source records that never reached the target')
    .helpCommand(false)
    .addHelpText(
      'after',
      `
list and export only read. replay first makes a plan; it writes to the target only with the hash
of that plan, and each record carries a header, so that it can be run again.`,
    );
  for (const add of [addReconcileListCommand, addReconcileExportCommand, addReconcileReplayCommand]) {
    add(reconcile, terminal, finish);
  }
}
