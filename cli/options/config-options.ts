import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { place } from '../../shared/config/configuration-error.ts';
import type { ConfigSource } from '../../shared/config/load-config.ts';
import type { LoadedConfig } from '../../shared/config/mm2/mm2-properties.ts';
import { type Flow, flowName } from '../../shared/domain/model/flow.ts';
import { shellWord } from '../../shared/domain/model/shell-word.ts';
import type { Terminal } from '../output/terminal.ts';
import { printable } from '../output/text.ts';
import { UsageError, unknownName } from '../output/usage-error.ts';

/** What every command that talks to clusters is given. */
export interface ConfigOptions {
  readonly config?: string;
  readonly mm2?: string;
}

const DEFAULT_FILE = 'tidemark.yaml';

export function addConfigOptions(command: Command): Command {
  return command
    .option('-c, --config <file>', `Tidemark's configuration (default: ./${DEFAULT_FILE})`)
    .option('--mm2 <file>', "MirrorMaker's own mm2.properties, or Strimzi's KafkaMirrorMaker2: enough by itself");
}

/**
 * Loads what the options name, and says the configuration's warnings on stderr.
 * @param writers whether the command writes: only then are the writers' credentials resolved, and used
 */
export async function loadFromOptions(
  options: ConfigOptions,
  terminal: Terminal,
  { writers = false }: { readonly writers?: boolean } = {},
): Promise<LoadedConfig['config']> {
  const { loadConfig } = await import('../../shared/config/load-config.ts');
  const loaded = await loadConfig(sourceOf(options), terminal.environment, { writers });
  for (const warning of loaded.warnings) {
    terminal.stderr.write(`warning: ${printable(`${place(warning)}: ${warning.key}: ${warning.message}`)}\n`);
  }
  return loaded.config;
}

/** Path of the configuration that the options name. @throws UsageError if they name none */
export function configFileOf(options: ConfigOptions): string {
  return sourceOf(options).file;
}

function sourceOf(options: ConfigOptions): ConfigSource {
  if (options.config !== undefined && options.mm2 !== undefined) {
    throw new UsageError(
      '--config and --mm2 exclude each other',
      `to build on ${options.mm2}, write mm2: ${options.mm2} into ${options.config}`,
    );
  }
  if (options.mm2 !== undefined) return { kind: 'mm2', file: options.mm2 };
  if (options.config !== undefined) {
    // An easy slip with a clear intent, and a YAML parser's complaints about properties help nobody.
    if (options.config.endsWith('.properties')) return { kind: 'mm2', file: options.config };
    return { kind: 'tidemark-yaml', file: options.config };
  }
  if (existsSync(DEFAULT_FILE)) return { kind: 'tidemark-yaml', file: DEFAULT_FILE };
  throw new UsageError(
    `no configuration is given, and there is no ./${DEFAULT_FILE}`,
    "name MirrorMaker's own file: --mm2 mm2.properties; or make one: `tidemark init mm2.properties --output tidemark.yaml`",
  );
}

/** The flows that `--flow` names, or all of them. */
export function chosenFlows(flows: readonly Flow[], names: readonly string[] | undefined): readonly Flow[] {
  const known = flows.map(flowName);
  for (const name of names ?? []) {
    if (!known.includes(name)) throw unknownName('flow', name, known);
  }
  return names === undefined ? flows : flows.filter((flow) => names.includes(flowName(flow)));
}

/** The one flow that `--flow` names, which may be left out where there is no other. */
export function oneFlow(flows: readonly Flow[], name: string | undefined): Flow {
  const [flow, second] = chosenFlows(flows, name === undefined ? undefined : [name]);
  if (flow === undefined || second !== undefined) {
    const named = flows.map((one) => `--flow ${shellWord(flowName(one))}`);
    throw new UsageError('there are several flows', `name one: ${named.join(' or ')}`);
  }
  return flow;
}
