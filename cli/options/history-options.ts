import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { homedir, hostname } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { isPiped, readConfigFile } from '../../shared/config/read-file.ts';
import { newestHistory } from '../../shared/history/history-lineage.ts';
import type { SnapshotStore } from '../../shared/history/snapshot-store.ts';
import type { HistoryPlace } from '../history/history-place.ts';
import type { AuditStores } from '../history/history-stores.ts';
import type { GivenOptions } from '../output/command-line.ts';
import type { Terminal } from '../output/terminal.ts';
import { UsageError } from '../output/usage-error.ts';
import { type ConfigOptions, configFileOf } from './config-options.ts';

/** What every command that keeps or reads the history is given. */
export interface HistoryOptions {
  readonly history?: string;
}

const VARIABLE = 'TIDEMARK_HISTORY';
const OFF = 'off';
const DYNAMODB = 'dynamodb:';

export function addHistoryOption(command: Command): Command {
  return command.option(
    '--history <place>',
    `SQLite file of the history, ${DYNAMODB}TABLE for the audit function's table, or "${OFF}" (default: $${VARIABLE}, or a file for each configuration under ~/.local/state/tidemark)`,
  );
}

/**
 * Opens the newest history of each flow that the options name, without its acknowledgements; null if it is off. The caller
 * closes it.
 */
export async function openHistory(
  options: HistoryOptions & ConfigOptions,
  terminal: Terminal,
): Promise<SnapshotStore | null> {
  const stores = await openAuditHistory(options, terminal);
  return stores === null ? null : newestHistory(stores.history);
}

/** The same for commands that are nothing without a history. @throws UsageError if it is off */
export async function requireHistory(
  options: HistoryOptions & ConfigOptions,
  terminal: Terminal,
): Promise<SnapshotStore> {
  return newestHistory((await requireAuditHistory(options, terminal)).history);
}

/** The history with its acknowledgements; null if it is off. The caller closes it. */
export async function openAuditHistory(
  options: HistoryOptions & ConfigOptions,
  terminal: Terminal,
): Promise<AuditStores | null> {
  const place = historyPlace(options, terminal.environment);
  if (place === null) return null;
  const { openAuditStores } = await import('../history/history-stores.ts');
  return await openAuditStores(place);
}

/** The same for commands that are nothing without a history. @throws UsageError if it is off */
export async function requireAuditHistory(
  options: HistoryOptions & ConfigOptions,
  terminal: Terminal,
): Promise<AuditStores> {
  const stores = await openAuditHistory(options, terminal);
  if (stores !== null) return stores;
  throw new UsageError('the history is off', `name its place: --history FILE, or unset ${VARIABLE}`);
}

/**
 * The options with which another command has the same configuration and history. A variable is among them: it may be set
 * for this command alone.
 */
export function givenAgain(options: HistoryOptions & ConfigOptions, { environment }: Terminal): GivenOptions {
  const { config, mm2, history = environment[VARIABLE] } = options;
  return { config, mm2, history: history === '' ? undefined : history };
}

/** Name under which this process holds the right to write a flow's history. */
export function historyOwner(): string {
  return `${hostname()}:${process.pid}:${randomUUID().slice(0, 8)}`;
}

/** The place of the history, a file's folder being there; null if it is off. @throws UsageError */
export function historyPlace(
  options: HistoryOptions & ConfigOptions,
  environment: NodeJS.ProcessEnv,
): HistoryPlace | null {
  const named = options.history ?? environment[VARIABLE];
  if (named === OFF) return null;
  if (named === undefined || named === '') return { kind: 'sqlite', file: defaultFile(options, environment) };
  if (!named.startsWith(DYNAMODB)) return { kind: 'sqlite', file: resolve(named) };
  const table = named.slice(DYNAMODB.length);
  if (/^[\w.-]{3,255}$/.test(table)) return { kind: 'dynamodb', table };
  throw new UsageError(
    `"${table}" is no name of a DynamoDB table`,
    `write ${DYNAMODB}TABLE, as the stack's output has it`,
  );
}

function defaultFile(options: ConfigOptions, environment: NodeJS.ProcessEnv): string {
  // One for each configuration: flows of other clusters can have the same names.
  const config = configFileOf(options);
  const { name, identity } = isPiped(config)
    ? { name: 'piped', identity: readConfigFile(config) }
    : { name: basename(config).replace(/[^\w.-]/g, '_'), identity: resolve(config) };
  const digest = createHash('sha256').update(identity).digest('hex').slice(0, 8);
  const folder = join(environment.XDG_STATE_HOME || join(homedir(), '.local', 'state'), 'tidemark');
  const file = join(folder, `${name}-${digest}.db`);
  try {
    makeFolders(folder);
  } catch {
    // The attempt to open the file reports the error, with its name.
  }
  return file;
}

/** Node's own `recursive` never ends where a parent is there and nothing can be made in it, as in /proc or below an automounter. */
function makeFolders(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT' || dirname(folder) === folder) throw error;
    makeFolders(dirname(folder));
    mkdirSync(folder, { mode: 0o700 });
  }
}
