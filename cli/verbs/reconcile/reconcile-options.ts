import { type Command, Option } from 'commander';
import type { KafkaConnection } from '../../../shared/config/connection/kafka-connection.ts';
import type { TidemarkConfig } from '../../../shared/config/tidemark-config.ts';
import { type Flow, flowName } from '../../../shared/domain/model/flow.ts';
import type { ClusterReader } from '../../../shared/ports.ts';
import type { UnmirroredList } from '../../../shared/reconcile/list-unmirrored.ts';
import { connector } from '../../connect.ts';
import { addConfigOptions, type ConfigOptions, loadFromOptions, oneFlow } from '../../options/config-options.ts';
import { addHistoryOption, type HistoryOptions } from '../../options/history-options.ts';
import { matcher } from '../../options/name-patterns.ts';
import { collect, count, seconds } from '../../options/option-values.ts';
import { OfferedNames } from '../../options/unmatched-names.ts';
import { createProgress } from '../../output/progress.ts';
import type { Terminal } from '../../output/terminal.ts';
import { UsageError } from '../../output/usage-error.ts';
import { failoverPointOf } from './failover-point.ts';

/** What all three commands are given. */
export interface ReconcileOptions extends ConfigOptions, HistoryOptions {
  readonly flow?: string;
  readonly topic?: readonly string[];
  readonly partition?: readonly number[];
  readonly failover?: string;
  readonly format: 'table' | 'json';
  readonly timeout: number;
}

/** Both logs are read whole: seconds. */
const TIMEOUT_SECONDS = 3600;

export function addReconcileOptions(command: Command): Command {
  return addHistoryOption(addConfigOptions(command))
    .option('-f, --flow <A->B>', 'the flow; may be left out where there is only one')
    .option('-t, --topic <name>', 'only this source topic, or a glob; several times', collect)
    .option('-p, --partition <number>', 'only this partition; several times', numbers)
    .option(
      '--failover <run>',
      'the failover whose points bound the copies, or "none" (default: the newest of the flow)',
    )
    .addOption(new Option('--format <format>', 'how to print it').choices(['table', 'json']).default('table'))
    .option('--timeout <seconds>', 'be done by then', seconds, TIMEOUT_SECONDS);
}

function numbers(text: string, before: readonly number[] | undefined): readonly number[] {
  return [...(before ?? []), count(text)];
}

/** What the work with a list has at hand; all of it is closed afterwards. */
export interface Hands {
  readonly list: UnmirroredList;
  readonly config: TidemarkConfig;
  readonly flow: Flow;
  readonly source: ClusterReader;
  readonly target: ClusterReader;
  readonly progress: (step: string) => void;
}

/** Compares the logs, and hands on what was found. Writes nothing to Kafka. */
export async function withList<T>(
  options: ReconcileOptions,
  terminal: Terminal,
  use: (hands: Hands) => Promise<T>,
): Promise<T> {
  const config = await loadFromOptions(options, terminal);
  const flow = oneFlow(config.flows, options.flow);
  const point = await failoverPointOf(flow, options, terminal);
  const connect = await connector(options.timeout);
  const [source, target] = [connect(connectionOf(config, flow.source)), connect(connectionOf(config, flow.target))];
  const progress = createProgress(terminal.stderr);
  const step = (what: string): void => progress.step(what);
  try {
    const { listUnmirrored } = await import('../../../shared/reconcile/list-unmirrored.ts');
    const offered = new OfferedNames();
    const test = matcher(options.topic);
    const { topic } = offered.noting(test === null ? {} : { topic: test });
    const list = await listUnmirrored({
      flow,
      source,
      target,
      point,
      ...(topic === undefined ? {} : { topic }),
      ...(options.partition === undefined
        ? {}
        : { partition: (number: number) => options.partition?.includes(number) === true }),
      progress: step,
    });
    refuseWhatIsNotThere(list, options, offered);
    return await use({ list, config, flow, source, target, progress: step });
  } finally {
    progress.end();
    await Promise.all([source.close(), target.close()]);
  }
}

/** Nothing is lost of what is not there: that would read as if nothing were lost. @throws UsageError */
function refuseWhatIsNotThere(
  { topics, partitions }: UnmirroredList,
  options: ReconcileOptions,
  offered: OfferedNames,
) {
  offered.refuseUnmatched(
    'topic',
    options,
    topics.map(({ topic }) => topic),
  );
  for (const number of options.partition ?? []) {
    if (partitions.some(({ found }) => found.partition === number)) continue;
    throw new UsageError(`no compared topic has a partition ${number}`, 'partition numbers start at 0');
  }
}

export function connectionOf({ clusters }: Pick<TidemarkConfig, 'clusters'>, alias: string): KafkaConnection {
  const connection = clusters.get(alias);
  if (connection === undefined) throw new Error(`cluster ${alias} has no connection`);
  return connection;
}

/** The options of this call, for a command to paste. */
export function givenOptions(options: ReconcileOptions, flow: Flow): Readonly<Record<string, string | undefined>> {
  const { config, mm2, history } = options;
  return { config, mm2, history, flow: options.flow === undefined ? undefined : flowName(flow) };
}
