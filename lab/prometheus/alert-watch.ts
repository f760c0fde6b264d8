import type { Prometheus } from './prometheus.ts';

const INTERVAL_MS = 500;

/** Asks a Prometheus all the time which alerts fire, and keeps every one that did. */
export class AlertWatch {
  readonly #prometheus: Prometheus;
  readonly #fired = new Set<string>();
  #isOver = false;
  #asking: Promise<void>;

  constructor(prometheus: Prometheus) {
    this.#prometheus = prometheus;
    this.#asking = this.#ask();
  }

  /** Ends it. Returns the alerts that fired at any time. */
  async end(): Promise<ReadonlySet<string>> {
    this.#isOver = true;
    await this.#asking;
    return this.#fired;
  }

  async #ask(): Promise<void> {
    while (!this.#isOver) {
      for (const alert of await this.#prometheus.firing()) this.#fired.add(alert);
      await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS));
    }
  }
}
