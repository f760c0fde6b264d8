import { inspect } from 'node:util';

const REDACTED = '[secret]';

/**
 * A value that must never be printed. Every conversion of an object to text gives `[secret]`. Only `reveal()` returns
 * the value, and only adapters that pass it to a client call it.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [inspect.custom](): string {
    return REDACTED;
  }
}
