import type { LoadContext, Setting, Settings } from '../setting.ts';
import { expandReferences } from './config-providers.ts';
import { isClientName, MM2_NAMES, RENAMED } from './mm2-names.ts';
import type { Properties } from './properties.ts';

/**
 * Which of the entries of an mm2.properties is in effect for what: the layers of `MirrorMakerConfig.clusterProps`,
 * `connectorBaseConfig` and `workerConfig` in dedicated mode. References to config providers are expanded as they are read.
 */
export class Mm2Layers {
  readonly file: string;
  readonly properties: Properties;
  readonly #context: LoadContext;
  readonly #follow: boolean;

  /** `follow: false` leaves references as they are written: for copying a configuration without its secrets. */
  constructor(file: string, properties: Properties, context: LoadContext, follow = true) {
    this.file = file;
    this.properties = properties;
    this.#context = context;
    this.#follow = follow;
  }

  /** The first of these keys that the file has, expanded. */
  first(keys: readonly string[]): Setting | undefined {
    for (const key of keys) {
      const property = this.properties.entries.get(key);
      if (property !== undefined) return this.#expand({ ...property, referred: false });
    }
    return undefined;
  }

  /**
   * Settings of the clients that talk to one cluster. An audit needs one connection where MM2 has an admin client, a
   * consumer and a producer: the admin client's settings are taken.
   */
  cluster(alias: string): Settings {
    return {
      file: this.file,
      keyFor: (name) => `${alias}.${name}`,
      get: (name) =>
        this.first([
          `${alias}.admin.${name}`,
          `${alias}.${name}`,
          ...(isClientName(name) ? [name] : []),
          `${alias}.consumer.${name}`,
        ]),
    };
  }

  /** Settings of the connectors of one flow, by the names that `MirrorSourceConfig` and the like know. */
  flow(source: string, target: string): Settings {
    const pair = `${source}->${target}.`;
    return {
      file: this.file,
      keyFor: (name) => `${pair}${name}`,
      get: (name) => this.first([`${pair}${name}`, ...(MM2_NAMES.has(name) || RENAMED.has(name) ? [name] : [])]),
    };
  }

  /** The consumer of `MirrorSourceTask` on the source cluster (`MirrorConnectorConfig.sourceConsumerConfig`). */
  sourceConsumer(source: string, target: string): Settings {
    const pair = `${source}->${target}.`;
    return {
      file: this.file,
      keyFor: (name) => `${source}.consumer.${name}`,
      get: (name) =>
        this.first([`${pair}source.consumer.${name}`, `${source}.consumer.${name}`, `${pair}consumer.${name}`]),
    };
  }

  /** The Connect worker of a flow, which lives on its target (`MirrorMakerConfig.workerConfig`). */
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
          `refers to provider "${provider}", which config.providers does not name: ` +
          'Tidemark follows the reference, MirrorMaker takes it literally',
      });
    }
    return { ...setting, value: expanded.value.value, referred: expanded.value.referred };
  }
}
