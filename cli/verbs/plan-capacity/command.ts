import { type Command, Option } from 'commander';
import { measureFlows } from '../../measure-flows.ts';
import { addConfigOptions, type ConfigOptions } from '../../options/config-options.ts';
import { collect, hours, rate, seconds } from '../../options/option-values.ts';
import { ExitCode, type Finish } from '../../output/exit-code.ts';
import { lookOf } from '../../output/table-options.ts';
import { type Terminal, writeAll } from '../../output/terminal.ts';

interface PlanCapacityOptions extends ConfigOptions {
  readonly flow?: readonly string[];
  readonly outage: number;
  readonly within?: number;
  readonly capacity?: number;
  readonly sourceRate?: number;
  readonly during: number;
  readonly format: 'table' | 'json';
  readonly timeout: number;
}

export function addPlanCapacityCommand(program: Command, terminal: Terminal, finish: Finish): void {
  addConfigOptions(
    program
      .command('plan-capacity')
      .description('tasks, partitions and time that a mirror takes to catch up after an outage'),
  )
    .option('-f, --flow <A->B>', 'only this flow; may be given several times', collect)
    .requiredOption('--outage <hours>', 'how long the mirror does not run', hours)
    .option('--within <hours>', 'be caught up this much later (default: as long as the outage)', hours)
    .option('--capacity <records/s>', 'what the mirror can do, if it was measured before', rate)
    .option('--source-rate <records/s>', 'what producers write then, if not as much as now', rate)
    .option('--during <seconds>', 'length of the measurement', seconds, 60)
    .addOption(new Option('--format <format>', 'how to print it').choices(['table', 'json']).default('table'))
    .option('--timeout <seconds>', 'give up reading after this time, besides the measurement', seconds, 60)
    .addHelpText(
      'after',
      `
Only reads. What a mirror can do shows only while records wait: run it then, or give
--capacity. docs/tuning.md has the arithmetic, docs/schema/capacity-1.json the JSON.

Examples:
  tidemark plan-capacity --outage 8
  tidemark plan-capacity --outage 8 --within 2 --capacity 20000 --format json

Exit codes: 0 planned, 2 wrong usage or configuration, 3 nothing could be measured`,
    )
    .action(async (options: PlanCapacityOptions) => {
      const { planCapacity } = await import('../../../shared/domain/tune/capacity.ts');
      const { flowName } = await import('../../../shared/domain/model/flow.ts');
      const { at, measured } = await measureFlows(options, terminal);
      const { outage: length, within: withinHours = length, capacity, sourceRate } = options;
      const outage = { hours: length, withinHours, capacity, sourceRate };
      const plans = measured.map(({ flow, measurement, retention }) => ({
        flow: flowName(flow),
        seconds: measurement.seconds,
        plan: planCapacity(measurement, retention, outage),
      }));
      if (options.format === 'json') {
        const { renderCapacityJson } = await import('./json.ts');
        await writeAll(terminal.stdout, [renderCapacityJson(at, outage, plans)]);
      } else {
        const { renderCapacityTable } = await import('./table.ts');
        await writeAll(terminal.stdout, renderCapacityTable(outage, plans, lookOf(terminal)));
      }
      finish(ExitCode.fine);
    });
}
