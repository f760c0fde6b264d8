import { type Command, Option } from 'commander';
import type { StoredRun } from '../../../shared/failover/run-entry-schema.ts';
import type { RunStore } from '../../../shared/failover/run-store.ts';
import { painter, type Terminal, widthOf, writeAll } from '../../output/terminal.ts';
import { UsageError, unknownName } from '../../output/usage-error.ts';
import type { FailoverSaid } from './json.ts';

export interface FormatOption {
  readonly format: 'table' | 'json';
}

export function addFormatOption(command: Command): Command {
  return command.addOption(
    new Option('--format <format>', 'how to print it').choices(['table', 'json']).default('table'),
  );
}

const RUNS_KNOWN = 100;

/** The run with this id, or the newest one. @throws UsageError if there is none; DamagedRunError */
export async function findRun(runs: RunStore, id: string | undefined): Promise<StoredRun> {
  const { storedRun } = await import('../../../shared/failover/run-entry-schema.ts');
  const [newest] = id === undefined ? await runs.runs(1) : [id];
  if (newest === undefined) {
    throw new UsageError('no failover was assessed', 'begin with: tidemark failover assess --planned');
  }
  const stored = storedRun(newest, await runs.read(newest));
  if (stored === null) throw unknownName('run', newest, await runs.runs(RUNS_KNOWN));
  return stored;
}

export async function printRun(
  stored: StoredRun,
  said: FailoverSaid,
  { format }: FormatOption,
  terminal: Terminal,
  more: readonly string[] = [],
): Promise<void> {
  if (format === 'json') {
    const { renderFailoverJson } = await import('./json.ts');
    await writeAll(terminal.stdout, renderFailoverJson(stored, said));
    return;
  }
  const { renderFailover } = await import('./table.ts');
  const look = { width: widthOf(terminal.stdout), paint: painter(terminal) };
  await writeAll(terminal.stdout, [...renderFailover(stored, said, look), ...more]);
}
