import { TidemarkError } from '../domain/model/errors.ts';
import type { ConfigFault } from './tidemark-config.ts';

/** Something in a configuration that works, and probably not as its author thinks. */
export interface ConfigWarning {
  readonly file: string;
  readonly key: string;
  readonly line: number | null;
  readonly message: string;
}

/** `file:line` as editors and terminals link it. */
export function place(at: { readonly file: string; readonly line: number | null }): string {
  return at.line === null ? at.file : `${at.file}:${at.line}`;
}

/** Every fault of a configuration at once, in the order of the file. Exit code 2. */
export class ConfigurationError extends TidemarkError {
  override readonly name = 'ConfigurationError';
  readonly faults: readonly ConfigFault[];

  constructor(faults: readonly ConfigFault[]) {
    const files = [...new Set(faults.map((f) => f.file))].join(', ');
    super('CONFIGURATION_INVALID', `${files}: ${faults.length === 1 ? '1 fault' : `${faults.length} faults`}`);
    this.faults = faults;
  }
}

/** Collects faults and warnings over a whole file, so that one run shows them all. */
export class FaultCollector {
  readonly #faults: ConfigFault[] = [];
  readonly #warnings: ConfigWarning[] = [];

  fault(fault: ConfigFault): void {
    // Two flows that share a setting would report its fault twice.
    if (!this.#faults.some((f) => f.file === fault.file && f.key === fault.key && f.message === fault.message)) {
      this.#faults.push(fault);
    }
  }

  warn(warning: ConfigWarning): void {
    if (
      !this.#warnings.some((w) => w.file === warning.file && w.key === warning.key && w.message === warning.message)
    ) {
      this.#warnings.push(warning);
    }
  }

  get failed(): boolean {
    return this.#faults.length > 0;
  }

  get warnings(): readonly ConfigWarning[] {
    return inOrder(this.#warnings);
  }

  /** Ends the loading when anything was wrong. */
  throwIfAny(): void {
    if (this.#faults.length > 0) throw new ConfigurationError(inOrder(this.#faults));
  }
}

/** File by file as they were first met; within a file by line, what is missing (and has no line) last. */
function inOrder<T extends { readonly file: string; readonly line: number | null }>(all: readonly T[]): readonly T[] {
  const files = [...new Set(all.map((one) => one.file))];
  const line = (one: T): number => one.line ?? Number.MAX_SAFE_INTEGER;
  return all.toSorted((a, b) => files.indexOf(a.file) - files.indexOf(b.file) || line(a) - line(b));
}
