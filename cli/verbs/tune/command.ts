import { type Command, Option } from 'commander';
import { measureFlows } from '../../measure-flows.ts';
import { addConfigOptions, type ConfigOptions } from '../../options/config-options.ts';
import { collect, seconds } from '../../options/option-values.ts';
import { ExitCode, type Finish } from '../../output/exit-code.ts';
import { lookOf } from '../../output/table-options.ts';
import { type Terminal, writeAll } from '../../output/terminal.ts';

interface TuneOptions extends ConfigOptions {
  readonly flow?: readonly string[];
  readonly during: number;
  readonly format: 'table' | 'json';
  readonly timeout: number;
}

export function addTuneCommand(program: Command, terminal: Terminal, finish: Finish): void {
  addConfigOptions(program.command('tune').description('measure a mirror, and say what to change in MirrorMaker'))
    .option('-f, --flow <A->B>', 'only this flow; may be given several times', collect)
    .option('--during <seconds>', 'length of the measurement; less than 60 mixes in what was before', seconds, 60)
    .addOption(new Option('--format <format>', 'how to print it').choices(['table', 'json']).default('table'))
    .option('--timeout <seconds>', 'give up reading after this time, besides the measurement', seconds, 60)
    .addHelpText(
      'after',
      `
Only reads. Needs what MirrorMaker exports (flows[].metrics), and for some advice
Connect's REST API (flows[].connect): docs/tuning.md. A mirror that keeps up gets
no advice about speed. The JSON is described by docs/schema/tune-1.json.

Examples:
  tidemark tune
  tidemark tune --flow 'A->B' --during 120 --format json

Exit codes: 0 measured, 2 wrong usage or configuration, 3 nothing could be measured`,
    )
    .action(async (options: TuneOptions) => {
      const { advise } = await import('../../../shared/domain/tune/advise.ts');
      const { policyOfFlow } = await import('../../../shared/domain/judge/audit-rules.ts');
      const { flowName } = await import('../../../shared/domain/model/flow.ts');
      const { at, policy, measured } = await measureFlows(options, terminal);
      const tuned = measured.map(({ flow, measurement }) => ({
        flow: flowName(flow),
        measurement,
        tuning: advise(measurement, flow, policyOfFlow(policy, flowName(flow))),
      }));
      if (options.format === 'json') {
        const { renderTuneJson } = await import('./json.ts');
        await writeAll(terminal.stdout, [renderTuneJson(at, tuned)]);
      } else {
        const { renderTuneTable } = await import('./table.ts');
        await writeAll(terminal.stdout, renderTuneTable(tuned, lookOf(terminal)));
      }
      finish(ExitCode.fine);
    });
}
