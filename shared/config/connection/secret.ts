import { inspect } from 'node:util';

const REDACTED = '[secret]';

/**
 * A value that must never be printed. Every way of turning an object into text gives `[secret]`; only `reveal()`
 * gives the value, and only adapters that hand it to a client call that.
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
