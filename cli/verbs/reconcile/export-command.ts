import type { FileHandle } from 'node:fs/promises';
import type { Command } from 'commander';
import type { LogRecord } from '../../../shared/domain/model/cluster.ts';
import { plural } from '../../../shared/domain/model/figures.ts';
import { partitionName } from '../../../shared/domain/model/topic-partition.ts';
import { json } from '../../../shared/text/json.ts';
import type { Finish } from '../../output/exit-code.ts';
import { PRIVATE_FILE, requireFree, writeNewFile } from '../../output/new-file.ts';
import { painter, type Terminal, widthOf, writeAll } from '../../output/terminal.ts';
import { printable } from '../../output/text.ts';
import { listExitCode, sumOf } from './list-sum.ts';
import { addReconcileOptions, type Hands, type ReconcileOptions, withList } from './reconcile-options.ts';

interface ExportOptions extends ReconcileOptions {
  readonly out: string;
}

export function addReconcileExportCommand(reconcile: Command, terminal: Terminal, finish: Finish): void {
  addReconcileOptions(reconcile.command('export').description('write the lost records of the source to a file'))
    .requiredOption('-o, --out <file>', 'a new file: nothing is overwritten, and only you can read it')
    .addHelpText(
      'after',
      `
Lists first, then reads the lost records again with their content. One JSON object a line: topic,
partition, offset, timestamp (ms), headers, key and value (base64, or null). The file appears whole
or not at all. Writes nothing to Kafka; prints no content.

Exit codes: 0 nothing is lost, 1 lost records are in the file, or some may be lost that are not,
            2 wrong usage or configuration, 3 could not be read`,
    )
    .action(async (options: ExportOptions) => {
      await requireFree(options.out);
      const list = await withList(options, terminal, async (hands) => {
        await writeNewFile(options.out, (file) => writeLost(file, hands), PRIVATE_FILE);
        return hands.list;
      });
      const { lost } = sumOf(list);
      if (options.format === 'json') {
        const { renderListJson } = await import('./json.ts');
        await writeAll(terminal.stdout, renderListJson(list));
      } else {
        const { renderList } = await import('./list-table.ts');
        const look = { width: widthOf(terminal.stdout), paint: painter(terminal) };
        const done = `  wrote ${plural(lost, 'record')} to ${printable(options.out)}\n`;
        await writeAll(terminal.stdout, [...renderList(list, look), done]);
      }
      finish(listExitCode(list));
    });
}

async function writeLost(file: FileHandle, { list, flow, source, progress }: Hands): Promise<void> {
  const { recordsOf } = await import('../../../shared/reconcile/lost-records.ts');
  for (const { found } of list.partitions) {
    const { topic, partition, lost } = found;
    const where = { topic, partition, isolation: flow.isolationLevel };
    if (lost.length > 0) progress(`exporting ${partitionName(topic, partition)}`);
    for await (const records of recordsOf(source, where, lost)) {
      await file.writeFile(records.map((record) => line(topic, partition, record)).join(''));
    }
  }
}

function line(topic: string, partition: number, { offset, timestamp, key, value, headers }: LogRecord): string {
  const base64 = (bytes: Buffer | null) => bytes?.toString('base64') ?? null;
  const all = headers.map((header) => ({ key: header.key, value: base64(header.value) }));
  const record = { topic, partition, offset, timestamp, headers: all, key: base64(key), value: base64(value) };
  return `${json(record)}\n`;
}
