import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Clock } from '../../shared/ports.ts';

/** After so long without any answer the store counts as gone for the rest of the audit. */
const PATIENCE_MS = 5_000;

/**
 * How long an audit waits for its store. The audit is worth more than its place in the history: every request ends with
 * the audit's own signal, and a store that has left requests unanswered for a while is not asked again before the next
 * audit, however many flows there are.
 */
export class StorePatience {
  readonly #clock: Clock;
  #signal: AbortSignal | null = null;
  /** When the first of the requests began that failed in a row; null after an answer, whatever it says. */
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

/** The SDK does not try again what fails with this name, and the store's error tells it as the cause. */
class StoreGivenUpError extends Error {
  override readonly name = 'StoreGivenUpError';
}
