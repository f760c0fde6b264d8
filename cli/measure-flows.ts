import { SYSTEM_CLOCK } from '../shared/adapters/system/system-clock.ts';
import type { AuditPolicy } from '../shared/domain/judge/audit-policy.ts';
import type { Flow } from '../shared/domain/model/flow.ts';
import { flowName } from '../shared/domain/model/flow.ts';
import type { FlowMeasured } from '../shared/tune/measure-flow.ts';
import { metricsOf, readerOf, settingsOf } from './connect.ts';
import { type ConfigOptions, chosenFlows, loadFromOptions } from './options/config-options.ts';
import { createProgress } from './output/progress.ts';
import type { Terminal } from './output/terminal.ts';

export interface MeasureOptions extends ConfigOptions {
  readonly flow?: readonly string[];
  readonly during: number;
  readonly timeout: number;
}

export interface MeasuredFlows {
  /** When the measurement ended: ms since the epoch. */
  readonly at: number;
  readonly policy: AuditPolicy;
  readonly measured: readonly (FlowMeasured & { readonly flow: Flow })[];
}

/** Measures the chosen flows side by side. */
export async function measureFlows(options: MeasureOptions, terminal: Terminal): Promise<MeasuredFlows> {
  const config = await loadFromOptions(options, terminal);
  const flows = chosenFlows(config.flows, options.flow);
  const { measureFlow } = await import('../shared/tune/measure-flow.ts');
  const allSeconds = options.during + options.timeout;
  const reader = await readerOf(config, allSeconds);
  const metrics = await metricsOf(config, allSeconds);
  const settings = await settingsOf(config, options.timeout);
  const progress = createProgress(terminal.stderr);
  const readers = new Map(
    flows.flatMap(({ source, target }) => [source, target]).map((alias) => [alias, reader(alias)]),
  );
  const of = (alias: string) => {
    const one = readers.get(alias);
    if (one === undefined) throw new Error(`cluster ${alias} has no reader`);
    return one;
  };
  try {
    const measured = await Promise.all(
      flows.map(async (flow) => ({
        flow,
        ...(await measureFlow({
          flow,
          flows: config.flows,
          policy: config.policy,
          source: of(flow.source),
          target: of(flow.target),
          metrics: metrics(flowName(flow)),
          settings: settings(flowName(flow)),
          seconds: options.during,
          clock: SYSTEM_CLOCK,
          progress: (step) => progress.step(step),
        })),
      })),
    );
    return { at: SYSTEM_CLOCK.now(), policy: config.policy, measured };
  } finally {
    await Promise.all([...readers.values()].map((one) => one.close()));
    progress.end();
  }
}
