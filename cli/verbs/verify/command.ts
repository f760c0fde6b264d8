import { type Command, Option } from 'commander';
import { SYSTEM_CLOCK } from '../../../shared/adapters/system/system-clock.ts';
import { withoutSeverities } from '../../../shared/domain/judge/audit-rules.ts';
import type { AuditReport } from '../../../shared/domain/model/report.ts';
import type { FlowVerification } from '../../../shared/survey/verify-positions.ts';
import { connectorsOf, readerOf } from '../../connect.ts';
import { addConfigOptions, type ConfigOptions, chosenFlows, loadFromOptions } from '../../options/config-options.ts';
import { filterOf } from '../../options/name-patterns.ts';
import { bytes, collect, positiveCount, seconds } from '../../options/option-values.ts';
import { OfferedNames, refuseUnmatched } from '../../options/unmatched-names.ts';
import { verifyBudget } from '../../options/verify-options.ts';
import type { Finish } from '../../output/exit-code.ts';
import { ExitCode } from '../../output/exit-code.ts';
import { createProgress } from '../../output/progress.ts';
import { painter, type Terminal, widthOf, writeAll } from '../../output/terminal.ts';

interface VerifyCommandOptions extends ConfigOptions {
  readonly flow?: readonly string[];
  readonly group?: readonly string[];
  readonly topic?: readonly string[];
  readonly sample?: number;
  readonly budget?: number;
  readonly format: 'table' | 'json';
  readonly timeout: number;
}

export function addVerifyCommand(program: Command, terminal: Terminal, finish: Finish): void {
  addConfigOptions(
    program.command('verify').description('compare records on both sides: are the positions of groups what they seem?'),
  )
    .option('-f, --flow <A->B>', 'only this flow; may be given several times', collect)
    .option('-g, --group <name>', 'only this consumer group, or a glob; several times', collect)
    .option('-t, --topic <name>', 'only this source topic, or a glob; several times', collect)
    .option('--sample <number>', 'only this many positions of each flow, evenly spread', positiveCount)
    .option('--budget <bytes>', 'read at most this many bytes of records, such as 32M (default: 32M)', bytes)
    .addOption(new Option('--format <format>', 'how to print it').choices(['table', 'json']).default('table'))
    .option('--timeout <seconds>', 'be done by then, with what could be compared', seconds, 60)
    .addHelpText(
      'after',
      `
Only reads. Compares key, value, headers and time around each position, exact ones
as well; prints and keeps no content. The JSON is described by
docs/schema/verify-1.json.

Examples:
  tidemark verify --mm2 mm2.properties --group billing
  tidemark verify --sample 100 --budget 256M

Exit codes: 0 nothing contradicts, 1 records contradict the offset syncs, 2 wrong
            usage or configuration, 3 no flow could be judged`,
    )
    .action(async (options: VerifyCommandOptions) => {
      const offered = new OfferedNames();
      const { report, verifications } = await verify(options, terminal, offered);
      refuseUnmatched(report, options, offered);
      if (options.format === 'json') {
        const { renderVerifyJson } = await import('./json.ts');
        await writeAll(terminal.stdout, renderVerifyJson(report, verifications));
      } else {
        const { renderVerifyTable } = await import('./table.ts');
        const look = { width: widthOf(terminal.stdout), paint: painter(terminal) };
        await writeAll(terminal.stdout, renderVerifyTable(report, verifications, look));
      }
      finish(verifyExitCode(report));
    });
}

async function verify(
  options: VerifyCommandOptions,
  terminal: Terminal,
  offered: OfferedNames,
): Promise<{ readonly report: AuditReport; readonly verifications: readonly FlowVerification[] }> {
  const config = await loadFromOptions(options, terminal);
  const flows = chosenFlows(config.flows, options.flow);
  const { runAudit } = await import('../../../shared/audit/run-audit.ts');
  const reader = await readerOf(config, options.timeout);
  const connectors = await connectorsOf(config, options.timeout);
  const progress = createProgress(terminal.stderr);
  const verifications: FlowVerification[] = [];
  try {
    const report = await runAudit({
      // What was asked for is whether records contradict: no rule may hide it.
      config: { ...config, policy: withoutSeverities(config.policy) },
      reader,
      connectors,
      clock: SYSTEM_CLOCK,
      filter: offered.noting(filterOf(flows, options)),
      verify: {
        positions: 'all',
        ...(options.sample === undefined ? {} : { sample: options.sample }),
        budgetBytes: await verifyBudget(options.budget),
        onVerified: (verification) => verifications.push(verification),
      },
      progress: (step) => progress.step(step),
    });
    return { report, verifications };
  } finally {
    progress.end();
  }
}

/** 3 where no flow could be judged; 1 where records contradict what the syncs say. */
function verifyExitCode({ flows }: AuditReport): ExitCode {
  if (flows.length > 0 && flows.every(({ verdict }) => verdict === 'unknown')) return ExitCode.couldNotAudit;
  const refuted = flows.some(({ findings }) => findings.some(({ code }) => code === 'VERIFICATION_REFUTED'));
  return refuted ? ExitCode.critical : ExitCode.fine;
}
