import { type Command, InvalidArgumentError, Option } from 'commander';
import { flowName } from '../../../shared/domain/model/flow.ts';
import { openRunStore } from '../../history/history-stores.ts';
import { addConfigOptions, type ConfigOptions, chosenFlows, loadFromOptions } from '../../options/config-options.ts';
import {
  addHistoryOption,
  type HistoryOptions,
  historyPlace,
  requireAuditHistory,
} from '../../options/history-options.ts';
import { collect, positiveCount } from '../../options/option-values.ts';
import { pointInTime } from '../../options/point-in-time.ts';
import { ExitCode, type Finish } from '../../output/exit-code.ts';
import { writeNewFile } from '../../output/new-file.ts';
import { createProgress } from '../../output/progress.ts';
import { type Terminal, writeAll } from '../../output/terminal.ts';
import { printable } from '../../output/text.ts';
import { UsageError } from '../../output/usage-error.ts';
import type { ReportData } from './report-data.ts';

interface ReportOptions extends ConfigOptions, HistoryOptions {
  readonly flow?: readonly string[];
  readonly from: number;
  readonly to: number;
  readonly states?: number;
  readonly format: 'html' | 'json';
  readonly output?: string;
}

const STANDARD_OUTPUT = '-';

export function addReportCommand(program: Command, terminal: Terminal, finish: Finish): void {
  const command = program
    .command('report')
    .description('one HTML file for managers and auditors: were the objectives kept, what happened, how is it known?');
  const time = (text: string) => pointInTime(text);
  addHistoryOption(addConfigOptions(command))
    .option('-f, --flow <A->B>', 'only this flow; may be given several times', collect)
    .addOption(
      new Option('--from <time>', 'begin of the period, or how long ago: 24h, 7d')
        .argParser(time)
        .default(pointInTime('24h'), '24h'),
    )
    .addOption(new Option('--to <time>', 'its end').argParser(time).default(pointInTime('now'), 'now'))
    .addOption(new Option('--format <format>', 'how to print it').choices(['html', 'json']).default('html'))
    .option(
      '--states <count>',
      'read at most this many recorded states of each flow, evenly spread (default: all)',
      twoAtLeast,
    )
    .option('-o, --output <file>', 'a new file instead of standard output')
    .addHelpText(
      'after',
      `
Reads the history alone, and asks no cluster. The objectives are flows[].failover.objectives
of tidemark.yaml. The file needs no network: it has its plots in it, and no script.
Judging a recorded state of a large flow takes up to a second: --states reads fewer of a
long period, and the report then says that it does not see what held between them.

Examples:
  tidemark report --from 7d --output week.html
  tidemark report --from 2026-11-01T00:00:00Z --to 2026-11-08T00:00:00Z --format json

Exit codes: 0 printed, 2 wrong usage or configuration, 3 nothing recorded or readable`,
    )
    .action(async (options: ReportOptions) => {
      if (options.from >= options.to) throw new UsageError('--from is not before --to', 'swap them, or leave --to out');
      const data = await report(options, terminal);
      const { renderReportJson } = await import('./json.ts');
      const { renderReportPage } = await import('./page.ts');
      const text = options.format === 'json' ? renderReportJson(data) : renderReportPage(data);
      const { output = STANDARD_OUTPUT } = options;
      if (output === STANDARD_OUTPUT) await writeAll(terminal.stdout, [text]);
      else {
        await writeNewFile(output, text);
        terminal.stderr.write(`${printable(output)} is written\n`);
      }
      finish(ExitCode.fine);
    });
}

/** The first and the last state at least. */
function twoAtLeast(text: string): number {
  const value = positiveCount(text);
  if (value >= 2) return value;
  throw new InvalidArgumentError('Write a whole number from 2 on.');
}

async function report(options: ReportOptions, terminal: Terminal): Promise<ReportData> {
  const config = await loadFromOptions(options, terminal);
  const flows = chosenFlows(config.flows, options.flow);
  const stores = await requireAuditHistory(options, terminal);
  const place = historyPlace(options, terminal.environment);
  if (place === null) throw new Error('a history that is open has a place');
  const { runs, close } = await openRunStore(place);
  const progress = createProgress(terminal.stderr);
  try {
    const { readReport } = await import('./read-report.ts');
    const { from, to, states = Number.POSITIVE_INFINITY } = options;
    const step = (what: string) => progress.step(what);
    const data = await readReport({ config, flows, stores, runs, from, to, states, now: Date.now(), progress: step });
    const { NothingRecordedError } = await import('../../../shared/history/history-errors.ts');
    if (data.flows.length === 0) throw new NothingRecordedError(flows.map(flowName), to);
    return data;
  } finally {
    progress.end();
    await Promise.all([stores.close(), close()]);
  }
}
