import type { FaultCollector } from './configuration-error.ts';
import type { Environment } from './connection/secret-source.ts';

/** One effective setting, and where it was written. */
export interface Setting {
  readonly value: string;
  /** As written in the file, prefixes included: `A.consumer.isolation.level`. */
  readonly key: string;
  readonly line: number | null;
  /** The value came from an environment variable or another file, and is never printed. */
  readonly referred: boolean;
}

/** Effective settings of one thing (a cluster's clients, a flow), with the names in Kafka's classes. */
export interface Settings {
  readonly file: string;
  get(name: string): Setting | undefined;
  /** How the file would write a name that it does not have. */
  keyFor(name: string): string;
}

/** What it takes to read a configuration, besides the file itself. */
export interface LoadContext {
  readonly faults: FaultCollector;
  readonly environment: Environment;
  /** Relative paths start here. */
  readonly base: string;
  /**
   * For a flow, by its name, whose `replication.policy.class` Tidemark does not know: `described` if tidemark.yaml says
   * how it names topics, `draft` if a draft may leave that open. Otherwise such a class is a fault.
   */
  readonly unknownPolicy?: ((flow: string) => 'described' | 'draft' | 'fault') | undefined;
}

/** The parts of a comma-separated list, without the blanks around them. */
export function splitList(text: string): string[] {
  return text.split(',').map((part) => part.trim());
}

/** A message shows at most this many characters of a value: enough to recognize it. */
const SHOWN_LENGTH = 200;

/** A value in a form that messages may show. */
export function shown(setting: Setting): string {
  return setting.referred || /password|secret|jaas|token$|\.key$/i.test(setting.key)
    ? '[hidden]'
    : `"${shortened(setting.value)}"`;
}

function shortened(value: string): string {
  return value.length <= SHOWN_LENGTH ? value : `${value.slice(0, SHOWN_LENGTH)}…`;
}

/**
 * Reads typed values like Kafka's `ConfigDef.parseType`. A value that does not parse is a fault, and the default is
 * used.
 */
export class SettingReader {
  readonly #settings: Settings;
  readonly #faults: FaultCollector;

  constructor(settings: Settings, faults: FaultCollector) {
    this.#settings = settings;
    this.#faults = faults;
  }

  text(name: string): Setting | undefined {
    return this.#settings.get(name);
  }

  boolean(name: string, byDefault: boolean): boolean {
    const setting = this.#settings.get(name);
    if (setting === undefined) return byDefault;
    const value = setting.value.trim().toLowerCase();
    if (value === 'true' || value === 'false') return value === 'true';
    this.#invalid(setting, 'is neither true nor false', `write ${setting.key}=true or ${setting.key}=false`);
    return byDefault;
  }

  /** A whole number of at least `least`, in the unit of the setting. */
  integer(name: string, byDefault: number, least: number): number {
    const setting = this.#settings.get(name);
    if (setting === undefined) return byDefault;
    const value = Number(setting.value.trim());
    if (/^[+-]?\d+$/.test(setting.value.trim()) && Number.isSafeInteger(value) && value >= least) return value;
    this.#invalid(setting, `is not a whole number of at least ${least}`, `the default is ${byDefault}`);
    return byDefault;
  }

  /** A comma-separated list. An empty text is an empty list. */
  list(name: string, byDefault: readonly string[]): readonly string[] {
    const text = this.#settings.get(name)?.value.trim();
    if (text === undefined) return byDefault;
    return text === '' ? [] : splitList(text);
  }

  oneOf<const T extends string>(name: string, allowed: readonly T[], byDefault: T): T {
    const setting = this.#settings.get(name);
    if (setting === undefined) return byDefault;
    const value = allowed.find((one) => one === setting.value.trim());
    if (value !== undefined) return value;
    this.#invalid(setting, `is not one of ${allowed.join(', ')}`, `the default is ${byDefault}`);
    return byDefault;
  }

  #invalid(setting: Setting, message: string, remedy: string): void {
    this.#faults.fault({
      file: this.#settings.file,
      key: setting.key,
      line: setting.line,
      message: `${shown(setting)} ${message}`,
      remedy,
    });
  }
}
