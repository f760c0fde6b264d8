import { type Command, Option } from 'commander';
import { connector } from '../../connect.ts';
import { addConfigOptions, type ConfigOptions, chosenFlows, loadFromOptions } from '../../options/config-options.ts';
import { collect, seconds } from '../../options/option-values.ts';
import type { Finish } from '../../output/exit-code.ts';
import { ExitCode } from '../../output/exit-code.ts';
import { createProgress } from '../../output/progress.ts';
import { painter, type Terminal, widthOf, writeAll } from '../../output/terminal.ts';

interface DoctorOptions extends ConfigOptions {
  readonly flow?: readonly string[];
  readonly format: 'table' | 'json';
  readonly timeout: number;
}

export function addDoctorCommand(program: Command, terminal: Terminal, finish: Finish): void {
  addConfigOptions(
    program.command('doctor').description('check every connection, permission and assumption, each with its remedy'),
  )
    .option('-f, --flow <A->B>', 'only this flow; may be given several times', collect)
    .addOption(new Option('--format <format>', 'how to print it').choices(['table', 'json']).default('table'))
    .option('--timeout <seconds>', 'be done by then', seconds, 60)
    .addHelpText(
      'after',
      `
It continues after a failure and prints the commands that grant every permission an audit
needs. It only reads.

Example:
  tidemark doctor --mm2 mm2.properties

Exit codes: 0 nothing failed, 1 a check failed, 2 wrong usage or configuration,
            3 no cluster could be reached`,
    )
    .action(async (options: DoctorOptions) => {
      const loaded = await loadFromOptions(options, terminal);
      const config = { ...loaded, flows: chosenFlows(loaded.flows, options.flow) };
      const { diagnose } = await import('../../../shared/doctor/diagnose.ts');
      const progress = createProgress(terminal.stderr);
      const report = await diagnose({
        config,
        connect: await connector(options.timeout),
        onStep: (what) => progress.step(what),
      }).finally(() => progress.end());
      if (options.format === 'json') {
        const { renderDoctorJson } = await import('./json.ts');
        await writeAll(terminal.stdout, renderDoctorJson(report, config));
      } else {
        const { renderDoctorTable } = await import('./table.ts');
        const look = { width: widthOf(terminal.stdout), paint: painter(terminal) };
        await writeAll(terminal.stdout, renderDoctorTable(report, config, look));
      }
      const reached = report.checks.some(({ what, status }) => what === 'connection' && status === 'ok');
      const failed = report.checks.some(({ status }) => status === 'fail');
      finish(!reached ? ExitCode.couldNotAudit : failed ? ExitCode.critical : ExitCode.fine);
    });
}
