import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Clock } from '../../shared/ports.ts';

/** After this time without an answer, the store counts as down for the rest of the audit. */
const PATIENCE_MS = 5_000;

/**
 * Limits how long an audit waits for its store, because publishing the audit matters more than storing it. Every
 * request ends with the audit's signal. A store that does not answer for a while is not asked again until the next
 * audit, no matter how many flows remain.
 */
export class StorePatience {
  readonly #clock: Clock;
  #signal: AbortSignal | null = null;
  /** When the first of the consecutive failed requests began; null after any answer. */
  #silentSince: number | null = null;

  constructor(client: DynamoDBClient, clock: Clock) {
    this.#clock = clock;
    const { requestHandler } = client.config;
    const handle = requestHandler.handle.bind(requestHandler);
    requestHandler.handle = (request, options) => this.#limited((signal) => handle(request, { ...options, ...signal }));
  }

  /** Begins a new audit, whose requests end when `signal` is aborted. */
  begin(signal: AbortSignal): void {
    this.#signal = signal;
    this.#silentSince = null;
  }

  async #limited<T>(request: (options: { abortSignal?: AbortSignal }) => Promise<T>): Promise<T> {
    const begun = this.#clock.now();
    if (this.#signal?.aborted === true || this.#isGone()) throw new StoreGivenUpError();
    try {
      const response = await request(this.#signal === null ? {} : { abortSignal: this.#signal });
      this.#silentSince = null;
      return response;
    } catch (error) {
      this.#silentSince ??= begun;
      throw error;
    }
  }

  #isGone(): boolean {
    return this.#silentSince !== null && this.#clock.now() - this.#silentSince >= PATIENCE_MS;
  }
}

/** The SDK does not retry errors with this name. The store's error has it as its cause. */
class StoreGivenUpError extends Error {
  override readonly name = 'StoreGivenUpError';
}
