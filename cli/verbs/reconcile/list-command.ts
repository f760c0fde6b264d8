import type { Command } from 'commander';
import type { Finish } from '../../output/exit-code.ts';
import { painter, type Terminal, widthOf, writeAll } from '../../output/terminal.ts';
import { listExitCode } from './list-sum.ts';
import { addReconcileOptions, type ReconcileOptions, withList } from './reconcile-options.ts';

export function addReconcileListCommand(reconcile: Command, terminal: Terminal, finish: Finish): void {
  addReconcileOptions(reconcile.command('list').description('say exactly which source records the target lacks'))
    .addHelpText(
      'after',
      `
Only reads: Describe and Read on the topics of both clusters are enough. Compares both logs
record by record; keeps no content. Run it when MirrorMaker is stopped: what is on its way
counts as lost.
The JSON is described by docs/schema/unmirrored-1.json.

Examples:
  tidemark reconcile list --mm2 mm2.properties
  tidemark reconcile list --topic orders --partition 3 --format json

Exit codes: 0 every record is on the target, 1 records are lost or it is unknown, 2 wrong
            usage or configuration, 3 nothing could be compared`,
    )
    .action(async (options: ReconcileOptions) => {
      const list = await withList(options, terminal, async (hands) => hands.list);
      if (options.format === 'json') {
        const { renderListJson } = await import('./json.ts');
        await writeAll(terminal.stdout, renderListJson(list));
      } else {
        const { renderList } = await import('./list-table.ts');
        await writeAll(
          terminal.stdout,
          renderList(list, { width: widthOf(terminal.stdout), paint: painter(terminal) }),
        );
      }
      finish(listExitCode(list));
    });
}
