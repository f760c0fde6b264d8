import { type Command, Option } from 'commander';
import { summaryOf } from '../../shared/domain/restore/restore-plan.ts';
import { isComplete } from '../../shared/domain/restore/restore-result.ts';
import { ExitCode } from '../../shared/errors.ts';
import type { LoadedPlan } from '../../shared/restore/load-plan.ts';
import { addConfigOptions, type ConfigOptions } from '../config-options.ts';
import type { Finish } from '../finish.ts';
import { addHistoryOption, type HistoryOptions } from '../history-options.ts';
import type { HistoryStores } from '../history-stores.ts';
import { json } from '../output/json.ts';
import { grouped, plural, printable } from '../render/text.ts';
import { openRestoreStores } from '../restore-stores.ts';
import { painter, type Terminal, widthOf, writeAll } from '../terminal.ts';
import { unknownName } from '../usage-error.ts';

interface ShowOptions extends ConfigOptions, HistoryOptions {
  readonly format: 'table' | 'json';
}

const PLANS_LISTED = 50;

export function addRestoreShowCommand(restore: Command, terminal: Terminal, finish: Finish): void {
  const command = restore.command('show [id]').description('a stored plan and what came of it, or the newest plans');
  addHistoryOption(addConfigOptions(command))
    .addOption(new Option('--format <format>', 'how to print it').choices(['table', 'json']).default('table'))
    .addHelpText(
      'after',
      `
Asks no cluster.

Exit codes: 0 shown, 2 wrong usage or configuration, 3 could not be read, 4 altered`,
    )
    .action(async (id: string | undefined, options: ShowOptions) => {
      const stores = await openRestoreStores(options, terminal);
      try {
        if (id === undefined) await writeAll(terminal.stdout, await planList(stores, options));
        finish(id === undefined ? ExitCode.fine : await show(id, stores, options, terminal));
      } finally {
        await stores.close();
      }
    });
}

async function show(id: string, { plans }: HistoryStores, options: ShowOptions, terminal: Terminal): Promise<ExitCode> {
  const { loadPlan } = await import('../../shared/restore/load-plan.ts');
  const { logOf } = await import('../../shared/restore/restore-checks.ts');
  const now = Date.now();
  const loaded = await loadPlan(plans, id, now);
  if (loaded === null) throw unknownName('plan', id, await plans.plans(100, now));
  const log = 'code' in loaded ? loaded : await logOf(plans, loaded, now);
  const look = { width: widthOf(terminal.stdout), paint: painter(terminal) };
  const plan = 'code' in loaded ? null : loaded;
  const refusals = 'code' in log ? [log] : [];
  if (options.format === 'json') {
    const { renderPlanJson } = await import('../render/restore-json.ts');
    await writeAll(terminal.stdout, renderPlanJson(plan?.plan ?? null, plan?.hash ?? null, refusals));
  } else {
    const { renderPlan } = await import('../render/restore-plan-table.ts');
    const { renderRefusals } = await import('../render/refusals.ts');
    const { renderResult } = await import('../render/restore-result-table.ts');
    const parts = plan === null ? [] : [...renderPlan(plan.plan, look), `  hash ${plan.hash}\n`];
    const results = 'code' in log ? [] : log.results;
    const done = results.flatMap((result) => [`\n${iso(result.at)}: `, ...renderResult(result, look)]);
    await writeAll(terminal.stdout, [...parts, ...renderRefusals(refusals, look), ...done]);
  }
  return refusals.length === 0 ? ExitCode.fine : ExitCode.refused;
}

async function planList({ plans }: HistoryStores, options: ShowOptions): Promise<readonly string[]> {
  const { loadPlan } = await import('../../shared/restore/load-plan.ts');
  const now = Date.now();
  const rows: object[] = [];
  const lines: string[] = [];
  for (const id of await plans.plans(PLANS_LISTED, now)) {
    const loaded = await loadPlan(plans, id, now);
    if (loaded === null) continue;
    const state = 'code' in loaded ? 'damaged' : await stateOf(plans, loaded, now);
    rows.push({ id, state, ...('code' in loaded ? {} : rowOf(loaded)) });
    lines.push(`${id}  ${state.padEnd(11)}${'code' in loaded ? '' : lineOf(loaded)}\n`);
  }
  if (options.format === 'json') return [`${json({ schema: 'tidemark.restore-plans/1', plans: rows })}\n`];
  return lines.length === 0 ? ['no restore was planned\n'] : lines;
}

/** What became of a plan, in a word. */
async function stateOf(plans: HistoryStores['plans'], loaded: LoadedPlan, now: number): Promise<string> {
  const { logOf } = await import('../../shared/restore/restore-checks.ts');
  const log = await logOf(plans, loaded, now);
  if ('code' in log) return 'damaged';
  const last = log.results.at(-1);
  if (log.undoBegun) return last?.action === 'undo' && isComplete(last) ? 'undone' : 'undoing';
  if (log.lastRun > 0) return last !== undefined && isComplete(last) ? 'applied' : 'incomplete';
  return now >= loaded.plan.expiresAt ? 'expired' : 'planned';
}

function rowOf({ plan, hash }: LoadedPlan): object {
  const { groups, partitions } = summaryOf(plan);
  return { flow: plan.flow, onto: plan.onto, asOf: iso(plan.asOf), madeAt: iso(plan.madeAt), groups, partitions, hash };
}

function lineOf({ plan }: LoadedPlan): string {
  const { groups, partitions } = summaryOf(plan);
  return `${printable(plan.flow)} onto the ${plan.onto} as of ${iso(plan.asOf)}: ${plural(groups, 'group')}, ${grouped(partitions)} partitions`;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
