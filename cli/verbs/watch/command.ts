import { setTimeout as wait } from 'node:timers/promises';
import { type Command, Option } from 'commander';
import { SYSTEM_CLOCK } from '../../../shared/adapters/system/system-clock.ts';
import type { AuditRequest } from '../../../shared/audit/run-audit.ts';
import type { WatchEvent } from '../../../shared/audit/watch.ts';
import { SEVERITIES } from '../../../shared/contract/finding-codes.ts';
import { flowName } from '../../../shared/domain/model/flow.ts';
import { connectorsOf, metricsOf, readerOf } from '../../connect.ts';
import { type KeptHistory, keepHistory } from '../../history/keep-history.ts';
import { addConfigOptions, type ConfigOptions, chosenFlows, loadFromOptions } from '../../options/config-options.ts';
import { addHistoryOption, type HistoryOptions } from '../../options/history-options.ts';
import { collect, positiveCount, seconds } from '../../options/option-values.ts';
import { auditExitCode, type FailOn } from '../../output/audit-exit-code.ts';
import type { Finish } from '../../output/exit-code.ts';
import { ExitCode } from '../../output/exit-code.ts';
import { painter, type Terminal, writeAll } from '../../output/terminal.ts';
import { UsageError } from '../../output/usage-error.ts';
import { pagesTo } from './notify-option.ts';

interface WatchOptions extends ConfigOptions, HistoryOptions {
  readonly flow?: readonly string[];
  readonly interval: number;
  readonly count?: number;
  readonly format: 'table' | 'json';
  readonly failOn: FailOn;
  readonly timeout: number;
  readonly notify?: string;
}

export function addWatchCommand(program: Command, terminal: Terminal, finish: Finish): void {
  const command = program.command('watch').description('audit on an interval; say when findings open and close');
  addHistoryOption(addConfigOptions(command))
    .option('-f, --flow <A->B>', 'only this flow; may be given several times', collect)
    .option('--interval <seconds>', 'from the start of one audit to that of the next', seconds, 60)
    .option('--count <number>', 'end after this many audits (default: at Ctrl-C)', positiveCount)
    .addOption(
      new Option('--format <format>', 'a line for a person, or a JSON object')
        .choices(['table', 'json'])
        .default('table'),
    )
    .addOption(
      new Option('--fail-on <severity>', 'with --count: exit with 1 if any audit found this severity or worse')
        .choices([...SEVERITIES, 'never'])
        .default('critical'),
    )
    .option('--timeout <seconds>', 'time limit of each audit', seconds, 60)
    .addOption(
      new Option('--notify <url>', 'page this webhook for critical findings that open, and when they close').env(
        'TIDEMARK_NOTIFY',
      ),
    )
    .addHelpText(
      'after',
      `
One line for each flow and audit, one for each finding that opens or closes. An audit that
fails is a line, and the watch continues. Audits are kept in the history, which "audit
--as-of" and "snapshots" read. --notify pages a webhook of Slack in Slack's form, any other
with JSON; acknowledged findings page nobody, and what could not be sent is sent again.
The URL is a secret: set TIDEMARK_NOTIFY rather than write it. The JSON is described by
docs/schema/watch-1.json.

Examples:
  tidemark watch --mm2 mm2.properties
  tidemark watch --interval 10 --format json | jq 'select(.event == "opened")'

Exit codes: 0 no audit found anything at or above --fail-on, 1 findings, 2 wrong usage or
            configuration, 3 nothing could be audited, 130 after Ctrl-C, 143 after SIGTERM`,
    )
    .action(async (options: WatchOptions) => {
      const config = await loadFromOptions(options, terminal);
      const flows = new Set(chosenFlows(config.flows, options.flow).map(flowName));
      const { notify, interval, timeout } = options;
      const publisher = notify === undefined ? undefined : await pagesTo(notify, options);
      const history = await keepHistory(options, terminal, interval + timeout, publisher);
      if (publisher !== undefined && history.history === null) {
        throw new UsageError('--notify needs the history, which is off', 'name its place: --history FILE');
      }
      try {
        finish(await watchAll(config, flows, options, history, terminal));
      } finally {
        await history.close();
      }
    });
}

async function watchAll(
  config: AuditRequest['config'],
  flows: ReadonlySet<string>,
  options: WatchOptions,
  { history, acknowledgements }: KeptHistory,
  terminal: Terminal,
): Promise<ExitCode> {
  const [{ runAudit }, { AuditMemory }, { watch }] = await Promise.all([
    import('../../../shared/audit/run-audit.ts'),
    import('../../../shared/audit/audit-memory.ts'),
    import('../../../shared/audit/watch.ts'),
  ]);
  const render = await renderer(options, terminal);
  const clock = SYSTEM_CLOCK;
  const memory = new AuditMemory();
  const audit = async () => {
    const reader = await readerOf(config, options.timeout);
    const connectors = await connectorsOf(config, options.timeout);
    const metrics = await metricsOf(config, options.timeout);
    return await runAudit({
      config,
      clock,
      memory,
      filter: { flow: (name) => flows.has(name) },
      reader,
      connectors,
      metrics,
      ...(history === null ? {} : { history }),
      ...(acknowledgements === null ? {} : { acknowledgements }),
    });
  };
  const { interval, count, failOn } = options;
  const events = watch({
    audit,
    intervalMs: interval * 1_000,
    ...(count === undefined ? {} : { count }),
    clock,
    wait: (ms) => wait(ms),
  });
  const seen = new Set<ExitCode>();
  for await (const event of events) {
    // Nobody reads any longer (`| head`).
    if (!(await writeAll(terminal.stdout, [render(event)]))) break;
    if (event.kind === 'audit') seen.add(auditExitCode({ at: event.at, flows: [event.report] }, failOn));
  }
  if (seen.has(ExitCode.critical)) return ExitCode.critical;
  return seen.has(ExitCode.fine) ? ExitCode.fine : ExitCode.couldNotAudit;
}

async function renderer(options: WatchOptions, terminal: Terminal): Promise<(event: WatchEvent) => string> {
  if (options.format === 'json') return (await import('./json.ts')).watchJson;
  const { watchLine } = await import('./table.ts');
  const paint = painter(terminal);
  return (event) => watchLine(event, paint);
}
