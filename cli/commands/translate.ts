import { type Command, Option } from 'commander';
import type { Flow } from '../../shared/domain/flow.ts';
import { flowName } from '../../shared/domain/flow.ts';
import { ExitCode } from '../../shared/errors.ts';
import type { TranslatedOffset } from '../../shared/translate/translate-offset.ts';
import { addConfigOptions, type ConfigOptions, chosenFlows, loadFromOptions } from '../config-options.ts';
import { connector } from '../connect.ts';
import type { Finish } from '../finish.ts';
import { seconds, wholeNumber } from '../option-values.ts';
import { createProgress } from '../progress.ts';
import { painter, type Terminal, widthOf, writeAll } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';

interface TranslateOptions extends ConfigOptions {
  readonly flow?: string;
  readonly topic: string;
  readonly partition?: bigint;
  readonly offset: bigint;
  readonly format: 'table' | 'json';
  readonly timeout: number;
}

export function addTranslateCommand(program: Command, terminal: Terminal, finish: Finish): void {
  addConfigOptions(program.command('translate').description('where does one source offset lie on the target?'))
    .option('-f, --flow <A->B>', 'the flow; may be left out where there is only one')
    .requiredOption('-t, --topic <name>', 'source topic')
    .option('-p, --partition <number>', 'partition (default: 0)', wholeNumber)
    .requiredOption('--offset <number>', 'offset of the next record to read, as a group commits it', wholeNumber)
    .addOption(new Option('--format <format>', 'how to print it').choices(['table', 'json']).default('table'))
    .option('--timeout <seconds>', 'be done by then', seconds, 60)
    .addHelpText(
      'after',
      `
Continuing at the position skips nothing and reads at most so many records twice.

Example:
  tidemark translate --mm2 mm2.properties --topic orders --partition 2 --offset 500000

Exit codes: 0 translated, 2 wrong usage or configuration, 3 not translatable`,
    )
    .action(async (options: TranslateOptions) => {
      const translated = await translate(options, terminal);
      if (options.format === 'json') {
        const { renderTranslationJson } = await import('../render/translation.ts');
        await writeAll(terminal.stdout, renderTranslationJson(translated));
      } else {
        const { renderTranslation } = await import('../render/translation.ts');
        const look = { width: widthOf(terminal.stdout), paint: painter(terminal) };
        await writeAll(terminal.stdout, renderTranslation(translated, look));
      }
      finish(translated.position.position === null ? ExitCode.couldNotAudit : ExitCode.fine);
    });
}

async function translate(options: TranslateOptions, terminal: Terminal): Promise<TranslatedOffset> {
  const config = await loadFromOptions(options, terminal);
  const flow = oneFlow(config.flows, options.flow);
  const source = config.clusters.get(flow.source);
  const target = config.clusters.get(flow.target);
  if (source === undefined || target === undefined) throw new Error(`a cluster of ${flowName(flow)} has no connection`);
  const { NotMirroredError, translateOffset } = await import('../../shared/translate/translate-offset.ts');
  const connect = await connector(options.timeout);
  const progress = createProgress(terminal.stderr);
  progress.step(`reading ${flowName(flow)}`);
  try {
    return await translateOffset({
      flow,
      policy: config.policy,
      topic: options.topic,
      partition: Number(options.partition ?? 0n),
      offset: options.offset,
      source: connect(source),
      target: connect(target),
      clock: { now: () => Date.now() },
    });
  } catch (error) {
    if (error instanceof NotMirroredError) throw new UsageError(error.message, error.remedy ?? '');
    throw error;
  } finally {
    progress.end();
  }
}

function oneFlow(flows: readonly Flow[], name: string | undefined): Flow {
  const [flow, second] = chosenFlows(flows, name === undefined ? undefined : [name]);
  if (flow === undefined || second !== undefined) {
    throw new UsageError('there are several flows', `name one: --flow '${flows.map(flowName).join("' or --flow '")}'`);
  }
  return flow;
}
