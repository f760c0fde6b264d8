import { TidemarkError } from '../domain/model/errors.ts';
import { MAX_TOLD } from './config-limits.ts';
import { STANDARD_INPUT } from './read-file.ts';
import type { ConfigFault } from './tidemark-config.ts';

/** Something in a configuration that works, but probably not as its author expects. */
export interface ConfigWarning {
  readonly file: string;
  readonly key: string;
  readonly line: number | null;
  readonly message: string;
}

/** `file:line`, as editors and terminals link to it. */
export function place(at: { readonly file: string; readonly line: number | null }): string {
  return at.line === null ? fileName(at.file) : `${fileName(at.file)}:${at.line}`;
}

/** What messages call a configuration file. */
export function fileName(file: string): string {
  return file === STANDARD_INPUT ? 'standard input' : file;
}

/** All faults of a configuration, in the order of the file. Exit code 2. */
export class ConfigurationError extends TidemarkError {
  override readonly name = 'ConfigurationError';
  readonly faults: readonly ConfigFault[];

  constructor(faults: readonly ConfigFault[]) {
    const files = [...new Set(faults.map((f) => fileName(f.file)))].join(', ');
    super('CONFIGURATION_INVALID', `${files}: ${faults.length === 1 ? '1 fault' : `${faults.length} faults`}`);
    this.faults = faults;
  }
}

/** Collects the faults and warnings of a whole file, so that one run shows them all. */
export class FaultCollector {
  readonly #faults = new Told<ConfigFault>();
  readonly #warnings = new Told<ConfigWarning>();

  fault(fault: ConfigFault): void {
    this.#faults.add(fault);
  }

  warn(warning: ConfigWarning): void {
    this.#warnings.add(warning);
  }

  get failed(): boolean {
    return this.#faults.list.length > 0;
  }

  get warnings(): readonly ConfigWarning[] {
    return [...inOrder(this.#warnings.list), ...this.#warnings.more()];
  }

  /** Throws all faults if there are any. */
  throwIfAny(): void {
    if (!this.failed) return;
    const more = this.#faults.more().map((one) => ({ ...one, remedy: 'correct the faults above first' }));
    throw new ConfigurationError([...inOrder(this.#faults.list), ...more]);
  }
}

/** The items that are reported one by one. Each is kept once: two flows that share a setting would report it twice. */
class Told<T extends ConfigWarning> {
  readonly list: T[] = [];
  readonly #seen = new Set<string>();

  add(one: T): void {
    const { file, key, message } = one;
    const same = JSON.stringify([file, key, message]);
    if (this.#seen.has(same)) return;
    this.#seen.add(same);
    if (this.list.length < MAX_TOLD) this.list.push(one);
  }

  /** One item that counts the rest, if there are any. */
  more(): ConfigWarning[] {
    const [first] = this.list;
    const count = this.#seen.size - this.list.length;
    return first === undefined || count === 0
      ? []
      : [{ file: first.file, key: '', line: null, message: `and ${count} more` }];
  }
}

/**
 * Files are in the order in which they were first reported. In a file, items are sorted by line, those without a line
 * last.
 */
function inOrder<T extends { readonly file: string; readonly line: number | null }>(all: readonly T[]): readonly T[] {
  const files = [...new Set(all.map((one) => one.file))];
  const line = (one: T): number => one.line ?? Number.MAX_SAFE_INTEGER;
  return all.toSorted((a, b) => files.indexOf(a.file) - files.indexOf(b.file) || line(a) - line(b));
}
