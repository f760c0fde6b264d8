import type { Command } from 'commander';
import type { Finish } from '../../output/exit-code.ts';
import type { Terminal } from '../../output/terminal.ts';
import { addFailoverAssessCommand } from './assess-command.ts';
import { addFailoverEvidenceCommand } from './evidence-command.ts';
import { addFailoverRunCommand, addFailoverUndoCommand } from './run-command.ts';
import { addFailoverStatusCommand } from './status-command.ts';

export function addFailoverCommand(program: Command, terminal: Terminal, finish: Finish): void {
  const failover = program
    .command('failover')
    .description('move a flow to its target, step by step, with an approval and evidence')
    .helpCommand(false)
    .addHelpText(
      'after',
      `
First assess: it prints what would be done, and a hash. Nothing is changed before you approve
that hash. Every step is recorded. You can resume it, and undo it until the name is switched.

Examples:
  tidemark failover assess --planned
  tidemark failover run <id> --approve <hash>
  tidemark failover status --format json
  tidemark failover evidence --output failover.html

Exit codes: 0 done, 2 wrong usage or configuration, 3 could not be read or written,
            4 refused, or stopped at a step`,
    );
  for (const add of [
    addFailoverAssessCommand,
    addFailoverRunCommand,
    addFailoverStatusCommand,
    addFailoverUndoCommand,
    addFailoverEvidenceCommand,
  ]) {
    add(failover, terminal, finish);
  }
}
