import { setMaxListeners } from 'node:events';
import { BrokerFailure } from './broker-failure.ts';

/** The one end of everything that a reader does: a time, the caller's signal, or `end()`. */
export class Deadline {
  readonly #controller = new AbortController();
  readonly #release: () => void;

  /** @param milliseconds from now */
  constructor(milliseconds: number, signal?: AbortSignal) {
    // Every connection and every wait listens: many are no leak.
    setMaxListeners(0, this.#controller.signal);
    const timer = setTimeout(() => this.end(exceeded(milliseconds)), Math.min(milliseconds, 2 ** 31 - 1));
    // A reader that nobody closed must not keep the process alive.
    timer.unref();
    const onAbort = (): void => this.end(interrupted());
    this.#release = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    };
    if (signal?.aborted) onAbort();
    else signal?.addEventListener('abort', onAbort, { once: true });
  }

  /** Aborts with a `BrokerFailure` as reason. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The reason, once it is over. */
  get failure(): BrokerFailure | undefined {
    const reason: unknown = this.signal.reason;
    return reason instanceof BrokerFailure ? reason : undefined;
  }

  end(reason: BrokerFailure): void {
    if (this.signal.aborted) return;
    this.#release();
    this.#controller.abort(reason);
  }

  throwIfOver(): void {
    if (this.failure !== undefined) throw this.failure;
  }

  /** Waits, and no longer than the deadline; then it throws. */
  async sleep(milliseconds: number): Promise<void> {
    await this.race(
      new Promise((resolve) => {
        setTimeout(resolve, milliseconds);
      }),
    );
  }

  /** The promise's outcome, or the deadline's failure if that comes first. */
  race<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.failure !== undefined) {
        promise.catch(() => undefined);
        reject(this.failure);
        return;
      }
      const onEnd = (): void => reject(this.failure);
      this.signal.addEventListener('abort', onEnd, { once: true });
      promise
        .then(resolve, reject)
        .finally(() => this.signal.removeEventListener('abort', onEnd))
        .catch(() => undefined);
    });
  }
}

function exceeded(milliseconds: number): BrokerFailure {
  return new BrokerFailure('DEADLINE_EXCEEDED', `the deadline of ${milliseconds} ms passed first`, {
    remedy: 'give the audit more time, or look for what is slow: a broker, or the network to it',
  });
}

function interrupted(): BrokerFailure {
  return new BrokerFailure('DEADLINE_EXCEEDED', 'the audit was told to end first');
}
