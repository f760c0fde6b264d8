import { type Command, Option } from 'commander';
import { shortId } from '../../../shared/domain/model/short-id.ts';
import type { StoredRun } from '../../../shared/failover/run-entry-schema.ts';
import type { RunStore } from '../../../shared/failover/run-store.ts';
import { idWritten } from '../../options/written-id.ts';
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

/** More than anybody keeps: whether a short id is the only one depends on all of them. */
const ALL = 1_000_000;

/** The run with this id, or the only one that begins so, or the newest one. @throws UsageError if there is none; DamagedRunError */
export async function findRun(runs: RunStore, id: string | undefined): Promise<StoredRun> {
  const { storedRun } = await import('../../../shared/failover/run-entry-schema.ts');
  const found = id === undefined ? (await runs.runs(1))[0] : idWritten('run', id, await runs.runs(ALL));
  if (found === undefined) {
    throw new UsageError('no failover was assessed', 'begin with `tidemark failover assess --planned`');
  }
  const stored = storedRun(found, await runs.read(found));
  if (stored === null) throw unknownName('run', found, await runs.runs(ALL));
  return stored;
}

/** As much of a run's id as tells it apart from all others. */
export async function shortRunId(runs: RunStore, id: string): Promise<string> {
  return shortId(id, await runs.runs(ALL));
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
