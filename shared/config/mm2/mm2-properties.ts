import { dirname } from 'node:path';
import { DEFAULT_AUDIT_POLICY } from '../../domain/judge/audit-policy.ts';
import type { Flow } from '../../domain/model/flow.ts';
import { MAX_CLUSTERS, MAX_KEY_LENGTH, MAX_KEYS, MAX_VALUE_LENGTH } from '../config-limits.ts';
import { type ConfigWarning, FaultCollector } from '../configuration-error.ts';
import { type ConnectionOverride, connectionFromSettings } from '../connection/kafka-client-settings.ts';
import type { KafkaConnection } from '../connection/kafka-connection.ts';
import { type Environment, fileProblem } from '../connection/secret-source.ts';
import { readConfigFile } from '../read-file.ts';
import { type LoadContext, type Setting, SettingReader, splitList } from '../setting.ts';
import type { ConfigFault, TidemarkConfig } from '../tidemark-config.ts';
import { flowFromSettings, MM2_DEFAULTS } from './mm2-flow.ts';
import { Mm2Layers } from './mm2-layers.ts';
import { warnOfContradictions, warnOfIgnoredEntries } from './mm2-warnings.ts';
import { type Properties, parseProperties } from './properties.ts';

/** A configuration, with warnings for its author. */
export interface LoadedConfig {
  readonly config: TidemarkConfig;
  readonly warnings: readonly ConfigWarning[];
}

/**
 * Loads the file that MM2 itself runs on (`connect-mirror-maker.sh mm2.properties`), and reads it like dedicated mode.
 * Throws one `ConfigurationError` with all faults.
 */
export function loadMm2Properties(file: string, environment: Environment): LoadedConfig {
  const faults = new FaultCollector();
  const { clusters, flows } = readMm2Properties(file, { faults, environment, base: dirname(file) });
  faults.throwIfAny();
  return { config: { clusters, flows, policy: DEFAULT_AUDIT_POLICY }, warnings: faults.warnings };
}

/** Like `loadMm2Properties`, but leaves the faults in the context: for a tidemark.yaml that builds on the file. */
export function readMm2Properties(
  file: string,
  context: LoadContext,
  overrides: ReadonlyMap<string, ConnectionOverride> = new Map(),
): { readonly clusters: ReadonlyMap<string, KafkaConnection>; readonly flows: readonly Flow[] } {
  const read = readMm2Flows(file, context);
  const clusters = new Map<string, KafkaConnection>();
  for (const alias of read?.aliases ?? []) {
    const settings = read?.layers.cluster(alias, read.flows);
    if (settings === undefined) continue;
    const connection = connectionFromSettings(alias, settings, context, overrides.get(alias));
    if (connection !== null) clusters.set(alias, connection);
  }
  return { clusters, flows: read?.flows ?? [] };
}

/** The enabled flows and their aliases. Null, with faults, if the file is not an mm2.properties. */
export function readMm2Flows(
  file: string,
  context: LoadContext,
  followReferences = true,
): { readonly layers: Mm2Layers; readonly flows: readonly Flow[]; readonly aliases: readonly string[] } | null {
  const layers = readLayers(file, context, followReferences);
  if (layers === null) return null;
  const aliases = readAliases(layers, context);
  if (aliases.length < 2) return null;
  const flows = readFlows(layers, aliases, context);
  warnOfIgnoredEntries(layers, aliases, flows, context.faults);
  const used = aliases.filter((alias) => flows.some((flow) => flow.source === alias || flow.target === alias));
  return { layers, flows, aliases: used };
}

function readLayers(file: string, context: LoadContext, follow: boolean): Mm2Layers | null {
  let bytes: Buffer;
  try {
    bytes = readConfigFile(file);
  } catch (error) {
    context.faults.fault({ file, key: '', line: null, ...fileProblem(file, error) });
    return null;
  }
  const properties = parseProperties(bytes);
  for (const fault of tooLarge(properties)) context.faults.fault({ file, ...fault });
  if (context.faults.failed) return null;
  for (const { kind, key, line, message } of properties.problems) {
    if (kind === 'malformed-unicode') {
      context.faults.fault({ file, key, line, message, remedy: 'write \\uXXXX, or double the backslash' });
    } else context.faults.warn({ file, key, line, message });
  }
  return new Mm2Layers(file, properties, context, follow);
}

/** Settings that are longer, or more, than any real configuration has. They are reported and not processed. */
function tooLarge({ entries }: Properties): Omit<ConfigFault, 'file'>[] {
  if (entries.size > MAX_KEYS) {
    const message = `has ${entries.size} settings; the limit is ${MAX_KEYS}`;
    return [{ key: '', line: null, message, remedy: 'remove what MirrorMaker does not read' }];
  }
  return [...entries.values()].flatMap(({ key, value, line }) => {
    const shown = key.slice(0, 40);
    if (key.length > MAX_KEY_LENGTH) {
      const message = `has ${key.length} characters before the equals sign; the limit is ${MAX_KEY_LENGTH}`;
      return [{ key: `${shown}…`, line, message, remedy: 'correct the name of the setting' }];
    }
    if (value.length <= MAX_VALUE_LENGTH) return [];
    const message = `is ${value.length} characters long; the limit is ${MAX_VALUE_LENGTH}`;
    return [{ key, line, message, remedy: 'shorten it; one pattern can select many names' }];
  });
}

function readAliases(layers: Mm2Layers, context: LoadContext): readonly string[] {
  const setting = layers.first(['clusters']);
  const aliases = [...new Set(splitList(setting?.value ?? ''))].filter((alias) => alias !== '');
  if (aliases.length > MAX_CLUSTERS) {
    context.faults.fault({
      file: layers.file,
      key: 'clusters',
      line: setting?.line ?? null,
      message: `names ${aliases.length} clusters; the limit is ${MAX_CLUSTERS}, because MirrorMaker runs a herder for each pair of them`,
      remedy: 'give each group of clusters its own file',
    });
    return [];
  }
  for (const property of layers.properties.entries.values()) {
    if (aliases.includes(property.key) && property.value.startsWith('->')) {
      context.faults.fault({
        file: layers.file,
        key: property.key,
        line: property.line,
        message: `the blank before -> ends the key: Java reads the key "${property.key}"`,
        remedy: `write ${property.key}->… without blanks around the arrow`,
      });
    }
  }
  const encoding = setting === undefined ? foreignEncoding(layers.properties) : null;
  if (encoding !== null) {
    context.faults.fault({
      file: layers.file,
      key: 'clusters',
      line: null,
      message: `is missing: ${encoding}`,
      remedy: 'save it as ISO-8859-1 or ASCII, without a mark; some shells write UTF-16 when they redirect to a file',
    });
    return [];
  }
  if (aliases.length < 2) {
    context.faults.fault({
      file: layers.file,
      key: 'clusters',
      line: setting?.line ?? null,
      message: setting === undefined ? 'is missing: is this an mm2.properties file?' : 'names fewer than two clusters',
      remedy: 'write clusters=A, B with the aliases of your clusters',
    });
  }
  return aliases;
}

/** In which encoding it was saved, if Java finds no setting in it for that; null if nothing tells. All of it was read as ISO-8859-1. */
function foreignEncoding({ entries }: Properties): string | null {
  const [first = ''] = entries.keys();
  if (first.startsWith('\xff\xfe')) return 'the file is in UTF-16 (little-endian), which Java does not read';
  if (first.startsWith('\xfe\xff')) return 'the file is in UTF-16 (big-endian), which Java does not read';
  if (first.startsWith('\xef\xbb\xbf')) {
    return 'the file is in UTF-8 with a byte order mark, which Java reads as part of the first setting';
  }
  const hasNul = [...entries.keys()].some((key) => key.includes('\0'));
  return hasNul ? 'the file has NUL bytes, as in UTF-16 without a byte order mark, which Java does not read' : null;
}

function readFlows(layers: Mm2Layers, aliases: readonly string[], context: LoadContext): readonly Flow[] {
  const flows: Flow[] = [];
  const before = context.faults.failed;
  for (const [source, target] of pairsInFileOrder(layers, aliases)) {
    const connector = layers.flow(source, target);
    const reader = new SettingReader(connector, context.faults);
    // A value that is neither ends the loading. Until then it counts as true, so that one run shows the other faults
    // too.
    const unclear = isNeitherTrueNorFalse(connector.get('enabled'));
    if (!reader.boolean('enabled', false) && !unclear) continue;
    // `enabled` at top level matters only if MM2 starts the pair's herder at all, for heartbeats (clusterPairs).
    const ofPair = layers
      .first([`${source}->${target}.enabled`])
      ?.value.trim()
      .toLowerCase();
    const own = ofPair === 'true' || (unclear && ofPair !== undefined);
    if (!own && !reader.boolean('emit.heartbeats.enabled', true)) continue;
    const flow = flowFromSettings(
      {
        source,
        target,
        connector,
        checkpointConnector: connector,
        sourceConsumer: layers.sourceConsumer(source, target),
        worker: layers.worker(target),
        heartbeatsOnSource: heartbeatsOn(source, layers, aliases, context),
        defaultOffsetsTopic: `mm2-offsets.${source}.internal`,
      },
      context,
    );
    warnOfContradictions(layers, flow, context.faults);
    flows.push(flow);
  }
  if (flows.length === 0 && context.faults.failed === before) {
    const [source = 'A', target = 'B'] = aliases;
    context.faults.fault({
      file: layers.file,
      key: `${source}->${target}.enabled`,
      line: null,
      message: 'no flow is enabled, so there is nothing to audit',
      remedy: `add ${source}->${target}.enabled=true`,
    });
  }
  return flows;
}

function isNeitherTrueNorFalse(setting: Setting | undefined): boolean {
  return setting !== undefined && !/^(true|false)$/i.test(setting.value.trim());
}

/** Pairs that the file mentions, in its order. Then the others, in the order of `clusters`. */
function pairsInFileOrder(layers: Mm2Layers, aliases: readonly string[]): readonly (readonly [string, string])[] {
  const pairs = aliases.flatMap((s) => aliases.filter((t) => t !== s).map((t) => [s, t] as const));
  const keys = [...layers.properties.entries.keys()].filter((key) => key.includes('->'));
  const mentioned = pairs.map((pair) => {
    const at = keys.findIndex((key) => key.startsWith(`${pair[0]}->${pair[1]}.`));
    return { pair, at: at < 0 ? keys.length : at };
  });
  return mentioned.toSorted((a, b) => a.at - b.at).map(({ pair }) => pair);
}

/**
 * The heartbeats that prove that a flow A->B is alive. The herders of all pairs into A write them on A. Dedicated mode
 * runs these herders even if the pair is not enabled.
 */
function heartbeatsOn(source: string, layers: Mm2Layers, aliases: readonly string[], context: LoadContext) {
  const intervals = aliases
    .filter((other) => other !== source)
    .map((other) => new SettingReader(layers.flow(other, source), context.faults))
    .filter((reader) => reader.boolean('emit.heartbeats.enabled', true))
    .map((reader) => reader.integer('emit.heartbeats.interval.seconds', MM2_DEFAULTS.emitHeartbeatsSeconds, 0));
  const seconds = intervals.length === 0 ? MM2_DEFAULTS.emitHeartbeatsSeconds : Math.min(...intervals);
  return { enabled: intervals.length > 0, intervalMs: 1000 * seconds };
}
