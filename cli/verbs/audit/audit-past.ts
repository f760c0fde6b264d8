import { flowName } from '../../../shared/domain/model/flow.ts';
import type { AuditReport } from '../../../shared/domain/model/report.ts';
import { newestHistory } from '../../../shared/history/history-lineage.ts';
import { type ConfigOptions, chosenFlows, loadFromOptions } from '../../options/config-options.ts';
import { type HistoryOptions, requireAuditHistory } from '../../options/history-options.ts';
import { filterOf } from '../../options/name-patterns.ts';
import type { OfferedNames } from '../../options/unmatched-names.ts';
import type { Terminal } from '../../output/terminal.ts';
import { printable } from '../../output/text.ts';

interface PastOptions extends ConfigOptions, HistoryOptions {
  readonly flow?: readonly string[];
  readonly group?: readonly string[];
  readonly topic?: readonly string[];
}

/**
 * What audits said at a time (ms since the epoch), from the history. stderr names each flow without a snapshot.
 * @throws NothingRecordedError where that is every flow
 */
export async function auditPast(
  options: PastOptions,
  asOf: number,
  terminal: Terminal,
  offered: OfferedNames,
): Promise<AuditReport> {
  const config = await loadFromOptions(options, terminal);
  const flows = chosenFlows(config.flows, options.flow);
  const { auditAsOf } = await import('../../../shared/audit/audit-as-of.ts');
  const { history, acknowledgements, close } = await requireAuditHistory(options, terminal);
  try {
    const report = await auditAsOf({
      flows,
      policy: config.policy,
      store: newestHistory(history),
      acknowledgements,
      asOf,
      clock: { now: () => Date.now() },
      filter: offered.noting(filterOf(flows, options)),
    });
    const told = new Set(report.flows.map(({ flow }) => flow));
    for (const name of flows.map(flowName).filter((one) => !told.has(one))) {
      const time = new Date(asOf).toISOString();
      terminal.stderr.write(`warning: the history holds nothing of ${printable(name)} as of ${time}\n`);
    }
    return report;
  } finally {
    await close();
  }
}
