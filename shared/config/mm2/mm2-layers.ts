import type { LoadContext, Setting, Settings } from '../setting.ts';
import { expandReferences } from './config-providers.ts';
import { isClientName, MM2_NAMES, RENAMED } from './mm2-names.ts';
import type { Properties } from './properties.ts';

/** A pair of aliases, as in `A->B`. */
export interface Pair {
  readonly source: string;
  readonly target: string;
}

/**
 * The keys that may have a setting of a cluster's admin client, strongest first. `connectorBaseConfig` copies the
 * cluster's own settings to `source.admin.` and `source.cluster.`, lets those of the flow override them, and
 * `MirrorConnectorConfig.sourceAdminConfig` reads `source.admin.`, `admin.` and `source.cluster.` in this order. So
 * `A->B.source.cluster.` only counts if the cluster itself does not have the setting.
 */
function clusterKeys(alias: string, flows: readonly Pair[], name: string): readonly string[] {
  const ofFlows = (keys: (pair: string, side: 'source' | 'target') => readonly string[]): readonly string[] =>
    flows.flatMap(({ source, target }) =>
      (['source', 'target'] as const).flatMap((side) =>
        (side === 'source' ? source : target) === alias ? keys(`${source}->${target}`, side) : [],
      ),
    );
  const client = isClientName(name);
  return [
    ...ofFlows((pair, side) => [`${pair}.${side}.admin.${name}`]),
    `${alias}.admin.${name}`,
    `${alias}.${name}`,
    ...(client ? [name] : []),
    ...ofFlows((pair, side) => [`${pair}.admin.${name}`, ...(client ? [`${pair}.${side}.cluster.${name}`] : [])]),
    `${alias}.consumer.${name}`,
  ];
}

/**
 * Which entry of an mm2.properties is in effect for each setting: the layers of `MirrorMakerConfig.clusterProps`,
 * `connectorBaseConfig` and `workerConfig` in dedicated mode. References to config providers are expanded when read.
 */
export class Mm2Layers {
  readonly file: string;
  readonly properties: Properties;
  readonly #context: LoadContext;
  readonly #follow: boolean;

  /** With `follow: false`, references stay as written: for copying a configuration without its secrets. */
  constructor(file: string, properties: Properties, context: LoadContext, follow = true) {
    this.file = file;
    this.properties = properties;
    this.#context = context;
    this.#follow = follow;
  }

  /** The first of these keys that is in the file, expanded. */
  first(keys: readonly string[]): Setting | undefined {
    for (const key of keys) {
      const property = this.properties.entries.get(key);
      if (property !== undefined) return this.#expand({ ...property, referred: false });
    }
    return undefined;
  }

  /**
   * Settings of the clients that talk to one cluster. MM2 has admin clients, consumers and producers for each flow, but an
   * audit needs one connection. It takes what the admin clients of these flows have in common, or the first of them.
   */
  cluster(alias: string, flows: readonly Pair[]): Settings {
    return {
      file: this.file,
      keyFor: (name) => `${alias}.${name}`,
      get: (name) => this.first(clusterKeys(alias, flows, name)),
    };
  }

  /** The key whose value `cluster` gives for a name. */
  clusterKey(alias: string, flows: readonly Pair[], name: string): string | undefined {
    return clusterKeys(alias, flows, name).find((key) => this.properties.entries.has(key));
  }

  /** Settings of the connectors of one flow, with the names in `MirrorSourceConfig` and its sibling classes. */
  flow(source: string, target: string): Settings {
    const pair = `${source}->${target}.`;
    return {
      file: this.file,
      keyFor: (name) => `${pair}${name}`,
      get: (name) => this.first([`${pair}${name}`, ...(MM2_NAMES.has(name) || RENAMED.has(name) ? [name] : [])]),
    };
  }

  /**
   * Settings of the consumer of `MirrorSourceTask` on the source cluster
   * (`MirrorConnectorConfig.sourceConsumerConfig`).
   */
  sourceConsumer(source: string, target: string): Settings {
    const pair = `${source}->${target}.`;
    return {
      file: this.file,
      keyFor: (name) => `${source}.consumer.${name}`,
      get: (name) =>
        this.first([`${pair}source.consumer.${name}`, `${source}.consumer.${name}`, `${pair}consumer.${name}`]),
    };
  }

  /** Settings of the Connect worker of a flow, which runs on the target (`MirrorMakerConfig.workerConfig`). */
  worker(target: string): Settings {
    return {
      file: this.file,
      keyFor: (name) => `${target}.${name}`,
      get: (name) => this.first([...(name.startsWith('offset.storage') ? [name] : []), `${target}.${name}`]),
    };
  }

  #expand(setting: Setting): Setting {
    if (!this.#follow || !setting.value.includes('${')) return setting;
    const { faults, environment, base } = this.#context;
    const raw = (name: string): string | undefined => this.properties.entries.get(name)?.value;
    const at = { file: this.file, key: setting.key, line: setting.line };
    const expanded = expandReferences(setting.value, raw, environment, base);
    if (!expanded.ok) {
      faults.fault({ ...at, message: expanded.problem.message, remedy: expanded.problem.remedy });
      return setting;
    }
    for (const provider of expanded.value.undeclared) {
      faults.warn({
        ...at,
        message:
          `refers to provider "${provider}", which config.providers does not declare: ` +
          'Tidemark follows the reference, MirrorMaker takes it literally',
      });
    }
    return { ...setting, value: expanded.value.value, referred: expanded.value.referred };
  }
}
