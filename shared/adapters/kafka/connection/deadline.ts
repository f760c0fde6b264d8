import { setMaxListeners } from 'node:events';
import { BrokerFailure } from './broker-failure.ts';

/** Ends everything that a reader does: after a time, on the caller's signal, or on `end()`. */
export class Deadline {
  readonly #controller = new AbortController();
  readonly #release: () => void;

  /** @param milliseconds from now */
  constructor(milliseconds: number, signal?: AbortSignal) {
    // Every connection and every wait adds a listener. Many listeners are no leak.
    setMaxListeners(0, this.#controller.signal);
    const timer = setTimeout(() => this.end(exceeded(milliseconds)), Math.min(milliseconds, 2 ** 31 - 1));
    // A reader that was never closed must not keep the process alive.
    timer.unref();
    const onAbort = (): void => this.end(interrupted());
    this.#release = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    };
    if (signal?.aborted) onAbort();
    else signal?.addEventListener('abort', onAbort, { once: true });
  }

  /** Aborts with a `BrokerFailure` as its reason. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Why the deadline ended, once it has. */
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

  /** Sleeps, but no longer than until the deadline; then it throws. */
  async sleep(milliseconds: number): Promise<void> {
    await this.race(
      new Promise((resolve) => {
        setTimeout(resolve, milliseconds);
      }),
    );
  }

  /** The promise's outcome, or the deadline's failure if that is first. */
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
    remedy: 'give the audit more time, or find out whether a broker or the network to it is slow',
  });
}

function interrupted(): BrokerFailure {
  return new BrokerFailure('DEADLINE_EXCEEDED', 'the audit was stopped before it finished');
}
