import { type Command, Option } from 'commander';
import type { KnownFlow } from '../../../shared/domain/history/known-flow.ts';
import { TidemarkError } from '../../../shared/domain/model/errors.ts';
import { type Flow, flowName } from '../../../shared/domain/model/flow.ts';
import type { TranslatedOffset } from '../../../shared/translate/translate-offset.ts';
import { connector } from '../../connect.ts';
import { asOfOption } from '../../options/as-of-option.ts';
import { addConfigOptions, type ConfigOptions, loadFromOptions, oneFlow } from '../../options/config-options.ts';
import { addHistoryOption, type HistoryOptions, openHistory, requireHistory } from '../../options/history-options.ts';
import { seconds, wholeNumber } from '../../options/option-values.ts';
import { ExitCode, type Finish } from '../../output/exit-code.ts';
import { createProgress } from '../../output/progress.ts';
import { painter, type Terminal, widthOf, writeAll } from '../../output/terminal.ts';
import { printable } from '../../output/text.ts';
import { UsageError } from '../../output/usage-error.ts';

interface TranslateOptions extends ConfigOptions, HistoryOptions {
  readonly flow?: string;
  readonly topic: string;
  readonly partition?: bigint;
  readonly offset: bigint;
  readonly format: 'table' | 'json';
  readonly timeout: number;
  readonly asOf?: number;
}

export function addTranslateCommand(program: Command, terminal: Terminal, finish: Finish): void {
  const command = program.command('translate').description('where does one source offset lie on the target?');
  addHistoryOption(addConfigOptions(command))
    .option('-f, --flow <A->B>', 'the flow; may be left out where there is only one')
    .requiredOption('-t, --topic <name>', 'source topic')
    .option('-p, --partition <number>', 'partition (default: 0)', wholeNumber)
    .requiredOption('--offset <number>', 'offset of the next record to read, as a group commits it', wholeNumber)
    .addOption(new Option('--format <format>', 'how to print it').choices(['table', 'json']).default('table'))
    .option('--timeout <seconds>', 'be done by then', seconds, 60)
    .addOption(asOfOption('by the mapping as of this time, from the history alone'))
    .addHelpText(
      'after',
      `
Continuing at the position skips nothing and reads at most the printed number of records
twice. What MM2 has forgotten, or a dead source holds, comes from the history.

Examples:
  tidemark translate --mm2 mm2.properties --topic orders --partition 2 --offset 500000
  tidemark translate --topic orders --offset 500000 --as-of -2h

Exit codes: 0 translated, 2 wrong usage or configuration, 3 not translatable`,
    )
    .action(async (options: TranslateOptions) => {
      const translated = await translate(options, terminal).catch(asUsage);
      if (options.format === 'json') {
        const { renderTranslationJson } = await import('./table.ts');
        await writeAll(terminal.stdout, renderTranslationJson(translated));
      } else {
        const { renderTranslation } = await import('./table.ts');
        const look = { width: widthOf(terminal.stdout), paint: painter(terminal) };
        await writeAll(terminal.stdout, renderTranslation(translated, look));
      }
      finish(translated.position.kind === 'unknown' ? ExitCode.couldNotAudit : ExitCode.fine);
    });
}

async function translate(options: TranslateOptions, terminal: Terminal): Promise<TranslatedOffset> {
  const config = await loadFromOptions(options, terminal);
  const flow = oneFlow(config.flows, options.flow);
  const partition = Number(options.partition ?? 0n);
  const { topic, offset, asOf } = options;
  const clock = { now: () => Date.now() };
  if (asOf !== undefined) {
    const { translateAsOf } = await import('../../../shared/translate/translate-as-of.ts');
    const store = await requireHistory(options, terminal);
    return await translateAsOf({ flow, topic, partition, offset, store, asOf, clock }).finally(() => store.close());
  }
  const source = config.clusters.get(flow.source);
  const target = config.clusters.get(flow.target);
  if (source === undefined || target === undefined) throw new Error(`a cluster of ${flowName(flow)} has no connection`);
  const { translateOffset } = await import('../../../shared/translate/translate-offset.ts');
  const known = await knownOf(flow, options, terminal);
  const connect = await connector(options.timeout);
  const progress = createProgress(terminal.stderr);
  progress.step(`reading ${flowName(flow)}`);
  try {
    return await translateOffset({
      flow,
      policy: config.policy,
      topic,
      partition,
      offset,
      source: connect(source),
      target: connect(target),
      clock,
      known,
    });
  } finally {
    progress.end();
  }
}

/** What audits left in the history. Without it the clusters still have an answer. */
async function knownOf(flow: Flow, options: TranslateOptions, terminal: Terminal): Promise<KnownFlow | null> {
  try {
    const store = await openHistory(options, terminal);
    if (store === null) return null;
    const { readStateAsOf } = await import('../../../shared/history/read-history.ts');
    return await readStateAsOf(store, flowName(flow), Date.now(), Date.now()).finally(() => store.close());
  } catch (error) {
    if (!(error instanceof TidemarkError)) throw error;
    terminal.stderr.write(`warning: the history is left aside: ${printable(error.message)}\n`);
    return null;
  }
}

/** A topic that is not mirrored is a usage error. */
function asUsage(error: unknown): never {
  if (error instanceof TidemarkError && error.code === 'NOT_MIRRORED') {
    throw new UsageError(error.message, error.remedy ?? '');
  }
  throw error;
}
