import { type Command, Option } from 'commander';
import type { KafkaConnection } from '../../../shared/config/connection/kafka-connection.ts';
import { shortId } from '../../../shared/domain/model/short-id.ts';
import { isComplete } from '../../../shared/domain/restore/restore-result.ts';
import type { ClusterReader, OffsetWriter } from '../../../shared/ports.ts';
import type { Restored } from '../../../shared/restore/apply-restore.ts';
import type { LoadedPlan } from '../../../shared/restore/load-plan.ts';
import { connector } from '../../connect.ts';
import type { HistoryStores } from '../../history/history-stores.ts';
import { addConfigOptions, type ConfigOptions, loadFromOptions } from '../../options/config-options.ts';
import { addHistoryOption, givenAgain, type HistoryOptions } from '../../options/history-options.ts';
import { seconds } from '../../options/option-values.ts';
import { idWritten } from '../../options/written-id.ts';
import { commandLine } from '../../output/command-line.ts';
import type { Finish } from '../../output/exit-code.ts';
import { ExitCode } from '../../output/exit-code.ts';
import { createProgress } from '../../output/progress.ts';
import { painter, type Terminal, widthOf, writeAll } from '../../output/terminal.ts';
import { UsageError, unknownName } from '../../output/usage-error.ts';
import { openRestoreStores } from './restore-stores.ts';
import { planIds } from './stored-plans.ts';

interface CarryOutOptions extends ConfigOptions, HistoryOptions {
  readonly format: 'table' | 'json';
  readonly timeout: number;
}

interface ApplyOptions extends CarryOutOptions {
  readonly hash: string;
}

interface UndoOptions extends CarryOutOptions {
  readonly force?: boolean;
}

/** What became of a plan. */
interface CarriedOut {
  readonly id: string;
  /** As much of the id as tells it apart from all others. */
  readonly short: string;
  readonly restored: Restored;
}

/** What carrying out a plan works with; the connections end when it is done. */
interface Hands {
  readonly loaded: LoadedPlan;
  readonly plans: HistoryStores['plans'];
  readonly reader: ClusterReader;
  readonly writer: OffsetWriter;
  readonly clock: { now(): number };
  readonly progress: (step: string) => void;
}

const CODES = `
Exit codes: 0 done, 2 wrong usage or configuration, 3 could not be read or written,
            4 refused, or not complete: run it again`;

export function addRestoreApplyCommand(restore: Command, terminal: Terminal, finish: Finish): void {
  const command = restore.command('apply <id>').description('carry a plan out: WRITES group offsets');
  carryOutOptions(command)
    .requiredOption('--hash <hash>', 'the hash that the plan was printed with')
    .addHelpText(
      'after',
      `
Stores the positions that it overwrites, writes one request per group, reads back.
Groups with members are left out and named. Can be run again to complete it.
${CODES}`,
    )
    .action(async (id: string, options: ApplyOptions) => {
      const carried = await carryOut(id, options, terminal, async (hands) => {
        const { applyRestore } = await import('../../../shared/restore/apply-restore.ts');
        return await applyRestore({ ...hands, hash: options.hash });
      });
      await print(carried, 'apply', options, terminal);
      finish(codeOf(carried.restored));
    });
}

export function addRestoreUndoCommand(restore: Command, terminal: Terminal, finish: Finish): void {
  const command = restore.command('undo <id>').description('put back what a plan overwrote: WRITES group offsets');
  carryOutOptions(command)
    .option('--force', 'also groups that have moved since')
    .addHelpText(
      'after',
      `
Commits that the plan added are deleted. Groups with members, and groups that have
moved since, are left alone and named. Can be run again; the plan can then not be applied any more.
${CODES}`,
    )
    .action(async (id: string, options: UndoOptions) => {
      const carried = await carryOut(id, options, terminal, async (hands) => {
        const { undoRestore } = await import('../../../shared/restore/undo-restore.ts');
        return await undoRestore({ ...hands, force: options.force === true });
      });
      await print(carried, 'undo', options, terminal);
      finish(codeOf(carried.restored));
    });
}

function carryOutOptions(command: Command): Command {
  return addHistoryOption(addConfigOptions(command))
    .addOption(new Option('--format <format>', 'how to print it').choices(['table', 'json']).default('table'))
    .option('--timeout <seconds>', 'be done by then', seconds, 120);
}

function codeOf(restored: Restored): ExitCode {
  return restored.kind === 'done' && isComplete(restored.result) ? ExitCode.fine : ExitCode.refused;
}

async function carryOut(
  written: string,
  options: CarryOutOptions,
  terminal: Terminal,
  work: (hands: Hands) => Promise<Restored>,
): Promise<CarriedOut> {
  const config = await loadFromOptions(options, terminal, { writers: true });
  const stores = await openRestoreStores(options, terminal);
  const progress = createProgress(terminal.stderr);
  const open: { close(): Promise<void> }[] = [stores];
  try {
    const { loadPlan } = await import('../../../shared/restore/load-plan.ts');
    const ids = await planIds(stores.plans);
    const id = idWritten('plan', written, ids);
    const found = await loadPlan(stores.plans, id, Date.now());
    if (found.kind === 'absent') throw unknownName('plan', id, ids);
    const short = shortId(id, ids);
    if (found.kind === 'altered') return { id, short, restored: { kind: 'refused', refusals: [found.refusal] } };
    const { loaded } = found;
    const connection = connectionOf(config.clusters, loaded.plan.cluster);
    const [connect, connectWriter] = await Promise.all([connector(options.timeout), writerConnector(options.timeout)]);
    const reader = connect(connection);
    const writer = connectWriter(connection);
    open.unshift(reader, writer);
    const clock = { now: () => Date.now() };
    const hands = { loaded, plans: stores.plans, reader, writer, clock };
    return { id, short, restored: await work({ ...hands, progress: (step) => progress.step(step) }) };
  } finally {
    progress.end();
    for (const one of open) await one.close();
  }
}

/** The way to what writes offsets, with the writer's own credentials where the configuration has them. */
async function writerConnector(timeoutSeconds: number): Promise<(connection: KafkaConnection) => OffsetWriter> {
  const { createOffsetWriter } = await import('../../../shared/adapters/kafka/offset-writer.ts');
  const end = Date.now() + timeoutSeconds * 1000;
  return (connection) => createOffsetWriter(connection, { deadlineMs: Math.max(1, end - Date.now()) });
}

function connectionOf(clusters: ReadonlyMap<string, KafkaConnection>, alias: string): KafkaConnection {
  const connection = clusters.get(alias);
  if (connection !== undefined) return connection;
  throw new UsageError(
    `the configuration has no cluster ${alias}`,
    'use the configuration that the plan was made with',
  );
}

async function print(
  { id, short, restored }: CarriedOut,
  action: 'apply' | 'undo',
  options: CarryOutOptions,
  terminal: Terminal,
): Promise<void> {
  const result = restored.kind === 'done' ? restored.result : null;
  const refusals = restored.kind === 'refused' ? restored.refusals : [];
  if (options.format === 'json') {
    const { renderResultJson } = await import('./json.ts');
    await writeAll(terminal.stdout, renderResultJson(id, action, result, refusals));
    return;
  }
  const look = { width: widthOf(terminal.stdout), paint: painter(terminal) };
  if (result === null) {
    const { renderRefusals } = await import('./refusals-table.ts');
    const title = `${look.paint('red', 'refused')}: nothing was written\n`;
    await writeAll(terminal.stdout, [title, ...renderRefusals(refusals, look)]);
    return;
  }
  const { renderResult } = await import('./result-table.ts');
  const command = commandLine(terminal, ['restore', 'undo', short], givenAgain(options, terminal));
  const undo = action === 'undo' ? [] : [`  to undo it: ${command}\n`];
  await writeAll(terminal.stdout, [...renderResult(result, look), ...undo]);
}
