import { type Command, Option } from 'commander';
import { plural } from '../../../shared/domain/model/figures.ts';
import { iso } from '../../../shared/domain/model/iso-time.ts';
import { shortId } from '../../../shared/domain/model/short-id.ts';
import { summaryOf } from '../../../shared/domain/restore/restore-plan.ts';
import { isComplete } from '../../../shared/domain/restore/restore-result.ts';
import type { LoadedPlan } from '../../../shared/restore/load-plan.ts';
import { json } from '../../../shared/text/json.ts';
import type { HistoryStores } from '../../history/history-stores.ts';
import { addConfigOptions, type ConfigOptions } from '../../options/config-options.ts';
import { addHistoryOption, type HistoryOptions } from '../../options/history-options.ts';
import { type RowsOption, rowsOption } from '../../options/rows-option.ts';
import { idWritten } from '../../options/written-id.ts';
import { ExitCode, type Finish } from '../../output/exit-code.ts';
import { lookOf } from '../../output/table-options.ts';
import { type Terminal, writeAll } from '../../output/terminal.ts';
import { printable } from '../../output/text.ts';
import { unknownName } from '../../output/usage-error.ts';
import { openRestoreStores } from './restore-stores.ts';
import { planIds } from './stored-plans.ts';

interface ShowOptions extends ConfigOptions, HistoryOptions, RowsOption {
  readonly format: 'table' | 'json';
}

const PLANS_LISTED = 50;

export function addRestoreShowCommand(restore: Command, terminal: Terminal, finish: Finish): void {
  const command = restore.command('show [id]').description('a stored plan and its result, or the newest plans');
  addHistoryOption(addConfigOptions(command))
    .addOption(new Option('--format <format>', 'how to print it').choices(['table', 'json']).default('table'))
    .addOption(rowsOption())
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

async function show(
  written: string,
  { plans }: HistoryStores,
  options: ShowOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const { loadPlan } = await import('../../../shared/restore/load-plan.ts');
  const { logOf } = await import('../../../shared/restore/restore-checks.ts');
  const now = Date.now();
  const ids = await planIds(plans);
  const id = idWritten('plan', written, ids);
  const found = await loadPlan(plans, id, now);
  if (found.kind === 'absent') throw unknownName('plan', id, ids);
  const noted = found.kind === 'altered' ? found : await logOf(plans, found.loaded, now);
  const look = lookOf(terminal, options.rows);
  const plan = found.kind === 'altered' ? null : found.loaded;
  const refusals = noted.kind === 'altered' ? [noted.refusal] : [];
  if (options.format === 'json') {
    const { renderPlanJson } = await import('./json.ts');
    await writeAll(terminal.stdout, renderPlanJson(plan?.plan ?? null, plan?.hash ?? null, refusals));
  } else {
    const { renderPlan } = await import('./plan-table.ts');
    const { renderRefusals } = await import('./refusals-table.ts');
    const { renderResult } = await import('./result-table.ts');
    const parts = plan === null ? [] : [...renderPlan(plan.plan, look), `  hash ${plan.hash}\n`];
    const results = noted.kind === 'altered' ? [] : noted.log.results;
    const done = results.flatMap((result) => [`\n${iso(result.at)}: `, ...renderResult(result, look)]);
    await writeAll(terminal.stdout, [...parts, ...renderRefusals(refusals, look), ...done]);
  }
  return refusals.length === 0 ? ExitCode.fine : ExitCode.refused;
}

async function planList({ plans }: HistoryStores, options: ShowOptions): Promise<readonly string[]> {
  const { loadPlan } = await import('../../../shared/restore/load-plan.ts');
  const now = Date.now();
  const rows: object[] = [];
  const lines: string[] = [];
  const ids = await planIds(plans);
  for (const id of ids.slice(0, PLANS_LISTED)) {
    const found = await loadPlan(plans, id, now);
    if (found.kind === 'absent') continue;
    const loaded = found.kind === 'found' ? found.loaded : null;
    const state = loaded === null ? 'damaged' : await stateOf(plans, loaded, now);
    rows.push({ id, state, ...(loaded === null ? {} : rowOf(loaded)) });
    lines.push(`${shortId(id, ids)}  ${state.padEnd(11)}${loaded === null ? id : lineOf(loaded)}\n`);
  }
  if (options.format === 'json') return [`${json({ schema: 'tidemark.restore-plans/1', plans: rows })}\n`];
  return lines.length === 0 ? ['no restore was planned\n'] : lines;
}

/** What became of a plan, in a word. */
async function stateOf(plans: HistoryStores['plans'], loaded: LoadedPlan, now: number): Promise<string> {
  const { logOf } = await import('../../../shared/restore/restore-checks.ts');
  const noted = await logOf(plans, loaded, now);
  if (noted.kind === 'altered') return 'damaged';
  const { log } = noted;
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
  return `made ${iso(plan.madeAt)}: ${printable(plan.flow)} onto the ${plan.onto} as of ${iso(plan.asOf)}: ${plural(groups, 'group')}, ${plural(partitions, 'partition')}`;
}
