import { type Command, Option } from 'commander';
import { SYSTEM_CLOCK } from '../../../shared/adapters/system/system-clock.ts';
import { SEVERITIES } from '../../../shared/contract/finding-codes.ts';
import type { AuditReport } from '../../../shared/domain/model/report.ts';
import { connectorsOf, metricsOf, readerOf } from '../../connect.ts';
import { keepHistory } from '../../history/keep-history.ts';
import { asOfOption } from '../../options/as-of-option.ts';
import { addConfigOptions, type ConfigOptions, chosenFlows, loadFromOptions } from '../../options/config-options.ts';
import { addHistoryOption, type HistoryOptions } from '../../options/history-options.ts';
import { filterOf } from '../../options/name-patterns.ts';
import { bytes, collect, seconds } from '../../options/option-values.ts';
import { type RowsOption, rowsOption } from '../../options/rows-option.ts';
import { OfferedNames, refuseUnmatched } from '../../options/unmatched-names.ts';
import { type VerifyOpenOptions, verifyOpen } from '../../options/verify-options.ts';
import { auditExitCode, type FailOn } from '../../output/audit-exit-code.ts';
import type { Finish } from '../../output/exit-code.ts';
import { createProgress } from '../../output/progress.ts';
import { lookOf } from '../../output/table-options.ts';
import { type Terminal, writeAll } from '../../output/terminal.ts';
import { UsageError } from '../../output/usage-error.ts';
import { auditPast } from './audit-past.ts';

interface AuditOptions extends ConfigOptions, HistoryOptions, VerifyOpenOptions, RowsOption {
  readonly flow?: readonly string[];
  readonly group?: readonly string[];
  readonly topic?: readonly string[];
  readonly format: 'table' | 'json';
  readonly failOn: FailOn;
  readonly timeout: number;
  readonly asOf?: number;
}

export function addAuditCommand(program: Command, terminal: Terminal, finish: Finish): void {
  const command = program
    .command('audit')
    .description('how far behind is the replica, and where would each group land?');
  addHistoryOption(addConfigOptions(command))
    .option('-f, --flow <A->B>', 'only this flow; may be given several times', collect)
    .option('-g, --group <name>', 'only this consumer group, or a glob; several times', collect)
    .option('-t, --topic <name>', 'only this source topic, or a glob; several times', collect)
    .addOption(new Option('--format <format>', 'how to print it').choices(['table', 'json']).default('table'))
    .addOption(rowsOption())
    .addOption(
      new Option('--fail-on <severity>', 'exit with 1 from this severity of findings on')
        .choices([...SEVERITIES, 'never'])
        .default('critical'),
    )
    .option('--verify', 'compare records on both sides where the syncs leave a position open')
    .option('--budget <bytes>', 'read at most this many bytes per flow for that, such as 32M (default: 32M)', bytes)
    .option('--timeout <seconds>', 'be done by then, with what could be read', seconds, 60)
    .addOption(asOfOption('what audits said then, from the history alone'))
    .addHelpText(
      'after',
      `
Only reads: Describe and Read are all it needs (tidemark doctor prints the commands).
The JSON is described by docs/schema/audit-1.json. Audits of whole flows are kept in the
history, from which the next one continues.

Examples:
  tidemark audit --mm2 mm2.properties
  tidemark audit --flow 'A->B' --group 'billing-*' --fail-on warning
  tidemark audit --format json | jq '.flows[] | {flow, verdict, loss}'
  tidemark audit --as-of -2h

Exit codes: 0 nothing at or above --fail-on, 1 findings or the verdict not-ready,
            2 wrong usage or configuration, 3 no flow could be judged`,
    )
    .action(async (options: AuditOptions) => {
      const { asOf } = options;
      if (asOf !== undefined && options.verify === true) {
        throw new UsageError('--as-of and --verify exclude each other', 'records are compared as they are now');
      }
      const offered = new OfferedNames();
      const report = await (asOf === undefined
        ? audit(options, terminal, offered)
        : auditPast(options, asOf, terminal, offered));
      refuseUnmatched(report, options, offered);
      if (options.format === 'json') {
        const { renderAuditJson } = await import('../../output/audit-json.ts');
        await writeAll(terminal.stdout, renderAuditJson(report));
      } else {
        const { renderAuditTable } = await import('./table.ts');
        await writeAll(terminal.stdout, renderAuditTable(report, lookOf(terminal, options.rows)));
      }
      finish(auditExitCode(report, options.failOn));
    });
}

async function audit(options: AuditOptions, terminal: Terminal, offered: OfferedNames): Promise<AuditReport> {
  const config = await loadFromOptions(options, terminal);
  const flows = chosenFlows(config.flows, options.flow);
  const verify = await verifyOpen(options);
  const { runAudit } = await import('../../../shared/audit/run-audit.ts');
  const reader = await readerOf(config, options.timeout);
  const connectors = await connectorsOf(config, options.timeout);
  const metrics = await metricsOf(config, options.timeout);
  const progress = createProgress(terminal.stderr);
  const kept = await keepHistory(options, terminal, options.timeout);
  try {
    return await runAudit({
      // All flows stay in the configuration: the opposite direction can explain a finding of this one.
      config,
      reader,
      connectors,
      metrics,
      clock: SYSTEM_CLOCK,
      filter: offered.noting(filterOf(flows, options)),
      ...(verify === undefined ? {} : { verify }),
      progress: (step) => progress.step(step),
      ...(kept.history === null ? {} : { history: kept.history }),
      ...(kept.acknowledgements === null ? {} : { acknowledgements: kept.acknowledgements }),
    });
  } finally {
    await kept.close();
    progress.end();
  }
}
