import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { homedir, hostname } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { SnapshotStore } from '../shared/ports.ts';
import { type ConfigOptions, configFileOf } from './config-options.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';

/** What every command that keeps or reads the history is given. */
export interface HistoryOptions {
  readonly history?: string;
}

const VARIABLE = 'TIDEMARK_HISTORY';
const OFF = 'off';

export function addHistoryOption(command: Command): Command {
  return command.option(
    '--history <file>',
    `SQLite file of the history, or "${OFF}" (default: $${VARIABLE}, or one for each configuration under ~/.local/state/tidemark)`,
  );
}

/** Opens the history that the options name; null where it is off. The caller closes it. */
export async function openHistory(
  options: HistoryOptions & ConfigOptions,
  terminal: Terminal,
): Promise<SnapshotStore | null> {
  const path = historyFile(options, terminal.environment);
  return path === null ? null : await openFile(path);
}

/** The same for commands that are nothing without a history. @throws UsageError where it is off */
export async function requireHistory(
  options: HistoryOptions & ConfigOptions,
  terminal: Terminal,
): Promise<SnapshotStore> {
  const store = await openHistory(options, terminal);
  if (store !== null) return store;
  throw new UsageError('the history is off', `name its file: --history FILE, or unset ${VARIABLE}`);
}

/** Name under which this process holds the right to write a flow's history. */
export function historyOwner(): string {
  return `${hostname()}:${process.pid}:${randomUUID().slice(0, 8)}`;
}

async function openFile(path: string): Promise<SnapshotStore> {
  const [{ openHistoryDatabase }, { createSqliteSnapshotStore }] = await Promise.all([
    import('../shared/adapters/sqlite/open-database.ts'),
    import('../shared/adapters/sqlite/sqlite-snapshot-store.ts'),
  ]);
  return createSqliteSnapshotStore(openHistoryDatabase(path));
}

/** The file of the history, in a folder that exists; null where it is off. */
export function historyFile(options: HistoryOptions & ConfigOptions, environment: NodeJS.ProcessEnv): string | null {
  const named = options.history ?? environment[VARIABLE];
  if (named === OFF) return null;
  if (named !== undefined && named !== '') return resolve(named);
  // One for each configuration: flows of other clusters can have the same names.
  const config = resolve(configFileOf(options));
  const digest = createHash('sha256').update(config).digest('hex').slice(0, 8);
  const folder = join(environment.XDG_STATE_HOME || join(homedir(), '.local', 'state'), 'tidemark');
  const file = join(folder, `${basename(config).replace(/[^\w.-]/g, '_')}-${digest}.db`);
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  } catch {
    // Opening the file says what is wrong, with its name.
  }
  return file;
}
