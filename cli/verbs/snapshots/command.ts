import { type Command, Option } from 'commander';
import { DEFAULT_RETENTION } from '../../../shared/domain/history/retention.ts';
import { type Flow, flowName } from '../../../shared/domain/model/flow.ts';
import type { ShownSnapshot } from '../../../shared/history/show-snapshot.ts';
import type { SnapshotStore } from '../../../shared/history/snapshot-store.ts';
import { asOfOption } from '../../options/as-of-option.ts';
import { addConfigOptions, type ConfigOptions, chosenFlows, loadFromOptions } from '../../options/config-options.ts';
import { addHistoryOption, type HistoryOptions, requireHistory } from '../../options/history-options.ts';
import { filterOf } from '../../options/name-patterns.ts';
import { collect, positiveCount } from '../../options/option-values.ts';
import { pointInTime } from '../../options/point-in-time.ts';
import { OfferedNames } from '../../options/unmatched-names.ts';
import { ExitCode, type Finish } from '../../output/exit-code.ts';
import type { TableOptions } from '../../output/table-options.ts';
import { painter, type Terminal, widthOf, writeAll } from '../../output/terminal.ts';
import { printable } from '../../output/text.ts';

interface SnapshotsOptions extends ConfigOptions, HistoryOptions {
  readonly flow?: readonly string[];
  readonly format: 'table' | 'json';
}

interface ListOptions extends SnapshotsOptions {
  readonly from?: number;
  readonly to?: number;
  readonly limit: number;
}

interface ShowOptions extends SnapshotsOptions {
  readonly asOf?: number;
  readonly group?: readonly string[];
  readonly topic?: readonly string[];
}

export function addSnapshotsCommand(program: Command, terminal: Terminal, finish: Finish): void {
  const snapshots = program
    .command('snapshots')
    .description('what the history holds: positions and mapping as audits found them')
    .helpCommand(false)
    .addHelpText(
      'after',
      `
They only read the history, and ask no cluster.

Examples:
  tidemark snapshots list --from -2h
  tidemark snapshots show --as-of 2026-11-20T10:00:00Z --group billing
  tidemark snapshots stats

Exit codes: 0 printed, 2 wrong usage or configuration, 3 nothing recorded or readable`,
    );
  addList(snapshots, terminal, finish);
  addShow(snapshots, terminal, finish);
  addStats(snapshots, terminal, finish);
}

function addList(snapshots: Command, terminal: Terminal, finish: Finish): void {
  withOptions(snapshots.command('list').description('snapshots of a range, newest first; damaged ones are marked'))
    .addOption(timeOption('--from <time>', 'from then on'))
    .addOption(timeOption('--to <time>', 'up to then'))
    .option('--limit <number>', 'at most this many of each flow', positiveCount, 20)
    .addHelpText(
      'after',
      `
A snapshot is written when an audit finds something changed. "held until" is the last audit
that found nothing changed. "per" is the interval it stands for: the longer, the
longer it is kept.`,
    )
    .action((options: ListOptions) =>
      withHistory(options, terminal, async (store, flows, look) => {
        const { listSnapshots } = await import('../../../shared/history/list-snapshots.ts');
        const now = Date.now();
        const range = { from: options.from ?? 0, to: options.to ?? Number.MAX_SAFE_INTEGER - 1, limit: options.limit };
        const lists = await ofEach(flows, (flow) => listSnapshots(store, flow, range, now));
        if (options.format === 'json') {
          const { snapshotListJson } = await import('./json.ts');
          await writeAll(terminal.stdout, [snapshotListJson(lists, DEFAULT_RETENTION)]);
        } else {
          const { renderSnapshotList } = await import('./table.ts');
          for (const [flow, list] of lists) {
            await writeAll(terminal.stdout, renderSnapshotList(flow, list, DEFAULT_RETENTION, look));
          }
        }
        finish(ExitCode.fine);
      }),
    );
}

function addShow(snapshots: Command, terminal: Terminal, finish: Finish): void {
  withOptions(snapshots.command('show').description('everything that is kept as of a time'))
    .addOption(asOfOption('as of this time (default: now)'))
    .option('-g, --group <name>', 'only this consumer group, or a glob; several times', collect)
    .option('-t, --topic <name>', 'only this source topic, or a glob; several times', collect)
    .addHelpText('after', '\n"audit --as-of" judges it: lag, loss, and where each group would have landed.')
    .action((options: ShowOptions) =>
      withHistory(options, terminal, async (store, flows, look) => {
        const { showSnapshots } = await import('../../../shared/history/show-snapshot.ts');
        const now = Date.now();
        const asOf = options.asOf ?? now;
        const all = await showSnapshots(store, flows, asOf, now);
        const offered = new OfferedNames();
        const shown = all.map((one) => limited(one, options, offered));
        const where = ` in the history as of ${new Date(asOf).toISOString()}`;
        offered.refuseUnknown('topic', options.topic ?? [], where);
        offered.refuseUnknown('group', options.group ?? [], where);
        for (const name of flows.map(flowName).filter((flow) => !all.some((one) => one.flow === flow))) {
          terminal.stderr.write(
            `warning: the history holds nothing of ${printable(name)} as of ${new Date(asOf).toISOString()}\n`,
          );
        }
        if (options.format === 'json') {
          const { snapshotsShownJson } = await import('./json.ts');
          await writeAll(terminal.stdout, [snapshotsShownJson(shown)]);
        } else {
          const { renderSnapshot } = await import('./table.ts');
          for (const one of shown) await writeAll(terminal.stdout, renderSnapshot(one, look));
        }
        finish(ExitCode.fine);
      }),
    );
}

function addStats(snapshots: Command, terminal: Terminal, finish: Finish): void {
  withOptions(snapshots.command('stats').description('size of the history, and how long each part is kept')).action(
    (options: SnapshotsOptions) =>
      withHistory(options, terminal, async (store, flows, look) => {
        const { historySize } = await import('../../../shared/history/history-size.ts');
        const sizes = await ofEach(flows, (flow) => historySize(store, flow, DEFAULT_RETENTION, Date.now()));
        if (options.format === 'json') {
          const { historySizeJson } = await import('./json.ts');
          await writeAll(terminal.stdout, [historySizeJson(sizes)]);
        } else {
          const { renderHistorySize } = await import('./table.ts');
          for (const [flow, size] of sizes) await writeAll(terminal.stdout, renderHistorySize(flow, size, look));
        }
        finish(ExitCode.fine);
      }),
  );
}

function withOptions(command: Command): Command {
  return addHistoryOption(addConfigOptions(command))
    .option('-f, --flow <A->B>', 'only this flow; may be given several times', collect)
    .addOption(new Option('--format <format>', 'how to print it').choices(['table', 'json']).default('table'));
}

function timeOption(flags: string, description: string): Option {
  return new Option(flags, `${description}: 2026-11-20T10:00:00Z, or how long ago: -2h, 30m`).argParser(
    (text: string) => pointInTime(text),
  );
}

async function withHistory(
  options: SnapshotsOptions,
  terminal: Terminal,
  run: (store: SnapshotStore, flows: readonly Flow[], look: TableOptions) => Promise<void>,
): Promise<void> {
  const config = await loadFromOptions(options, terminal);
  const flows = chosenFlows(config.flows, options.flow);
  const store = await requireHistory(options, terminal);
  try {
    await run(store, flows, { width: widthOf(terminal.stdout), paint: painter(terminal) });
  } finally {
    await store.close();
  }
}

async function ofEach<T>(flows: readonly Flow[], read: (flow: string) => Promise<T>): Promise<Map<string, T>> {
  const all = new Map<string, T>();
  for (const flow of flows) all.set(flowName(flow), await read(flowName(flow)));
  return all;
}

function limited(shown: ShownSnapshot, options: ShowOptions, offered: OfferedNames): ShownSnapshot {
  const { topic, group } = offered.noting(filterOf([], options));
  return {
    ...shown,
    partitions: shown.partitions.filter((one) => topic?.(one.topic) ?? true),
    positions: shown.positions.filter((one) => (group?.(one.group) ?? true) && (topic?.(one.topic) ?? true)),
  };
}
