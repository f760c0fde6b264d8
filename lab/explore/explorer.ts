import type { Found } from './property.ts';
import type { Batch } from './worker-process.ts';

/** Time of one batch of one property. Starting a batch costs little, and every property gets its turn within minutes. */
const BATCH_MS = 5_000;
/** Stop searching a property after this many counterexamples: fix those first. */
const MOST_FOUND = 3;

interface Searched {
  readonly name: string;
  spentMs: number;
  readonly found: Set<string>;
}

export interface ExplorerTerms {
  readonly properties: readonly string[];
  readonly seed: number;
  /** When the search ends: ms since the epoch. */
  readonly until: number;
  /** Called once for each counterexample. */
  readonly onFound: (property: string, found: Found) => void;
}

/** Gives batches to workers: first the known counterexamples, then always the property with the least time so far. */
export class Explorer {
  runs = 0;
  readonly #terms: ExplorerTerms;
  readonly #searched: readonly Searched[];
  readonly #toReplay: Searched[];
  #batches = 0;

  constructor(terms: ExplorerTerms) {
    this.#terms = terms;
    this.#searched = terms.properties.map((name) => ({ name, spentMs: 0, found: new Set() }));
    this.#toReplay = [...this.#searched];
  }

  get found(): number {
    return this.#searched.reduce((sum, { found }) => sum + found.size, 0);
  }

  /** Keeps one worker busy until the time is up or no property is left. */
  async work(
    search: (batch: Batch) => Promise<{ readonly runs: number; readonly found: Found | null }>,
  ): Promise<void> {
    for (;;) {
      const began = Date.now();
      const left = this.#terms.until - began;
      const replayed = this.#toReplay.shift();
      const searched = replayed ?? this.#next();
      if (searched === undefined || (replayed === undefined && left <= 0)) return;
      const timeLimitMs = Math.min(BATCH_MS, Math.max(left, 1));
      // Counted before the search, so that two workers do not choose the same property.
      searched.spentMs += timeLimitMs;
      const seed = replayed === undefined ? this.#nextSeed() : null;
      const { runs, found } = await search({ property: searched.name, seed, timeLimitMs });
      searched.spentMs += Math.max(1, Date.now() - began) - timeLimitMs;
      this.runs += runs;
      if (found === null || searched.found.has(found.literal)) continue;
      searched.found.add(found.literal);
      this.#terms.onFound(searched.name, found);
    }
  }

  #next(): Searched | undefined {
    const open = this.#searched.filter(({ found }) => found.size < MOST_FOUND);
    return open.sort((a, b) => a.spentMs - b.spentMs)[0];
  }

  /** Spread over all 32-bit seeds. The same first seed gives the same sequence. */
  #nextSeed(): number {
    return Math.imul(this.#terms.seed + this.#batches++, 0x9e3779b1) | 0;
  }
}
