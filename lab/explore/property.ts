import fc from 'fast-check';

/** Counters of a run, by name. They show that a property judged something: one that judges nothing always holds. */
export type Counts = Readonly<Record<string, number>>;
export type Count = (what: string, by?: number) => void;

/** A statement that must hold for every value. The suite and `npm run explore` share it. */
export interface Property {
  readonly name: string;
  /**
   * Checks the known counterexamples, then values from the suite's fixed seed: `runs` in total.
   * @throws with the shrunk counterexample
   */
  assert(runs: number): Counts;
  /** Checks the known counterexamples only. */
  replay(): Search;
  /** Draws values from a seed until the first counterexample, or until the time is up. */
  search(seed: number, timeLimitMs: number): Search;
  /** Draws the counterexample of an earlier search again. */
  reproduce(seed: number, path: string): Search;
}

export interface Search {
  readonly runs: number;
  /** Null if no counterexample was found. */
  readonly found: Found | null;
}

export interface Found {
  readonly seed: number;
  /** fast-check's path from the seed to the shrunk value; null if a known counterexample failed. */
  readonly path: string | null;
  /** The shrunk value as a TypeScript literal. */
  readonly literal: string;
  readonly error: string;
}

export interface Terms<T, Judged = void> {
  readonly name: string;
  readonly values: fc.Arbitrary<T>;
  /** Throws for a counterexample. `fc.pre` skips a value that cannot be judged. */
  readonly holds: (value: T, count: Count) => Judged;
  /** Counterexamples that were found once. */
  readonly examples?: readonly T[];
}

/** How many values may be skipped per judged value. */
export const MAX_SKIPS_PER_RUN = 200;
/** So many that the time limit always ends a search first. */
export const ENDLESS = 2 ** 31 - 1;

export function property<T>({ name, values, holds, examples = [] }: Terms<T>): Property {
  const check = (parameters: fc.Parameters<[T]>, count: Count) =>
    fc.check(
      fc.property(values, (value) => holds(value, count)),
      { maxSkipsPerRun: MAX_SKIPS_PER_RUN, ...parameters },
    );
  const uncounted = () => undefined;
  return {
    name,
    assert: (runs) => {
      const counts: Record<string, number> = {};
      const count: Count = (what, by = 1) => {
        counts[what] = (counts[what] ?? 0) + by;
      };
      const details = check({ numRuns: runs, examples: examples.map((value) => [value]) }, count);
      if (details.failed) throw new Error(fc.defaultReportMessage(details), { cause: details.errorInstance });
      return counts;
    },
    replay: () => {
      for (const [index, value] of examples.entries()) {
        const { failed, errorInstance } = check({ numRuns: 1, examples: [[value]], endOnFailure: true }, uncounted);
        if (!failed) continue;
        const found = { seed: 0, path: null, literal: fc.stringify(value), error: firstLines(errorInstance) };
        return { runs: index + 1, found };
      }
      return { runs: examples.length, found: null };
    },
    search: (seed, timeLimitMs) => {
      const drawn = { numRuns: ENDLESS, interruptAfterTimeLimit: timeLimitMs, markInterruptAsFailure: false };
      return outcome(check({ seed, ...drawn }, uncounted));
    },
    reproduce: (seed, path) => outcome(check({ seed, path, numRuns: 1, endOnFailure: true }, uncounted)),
  };
}

export function outcome<T>({
  failed,
  numRuns,
  seed,
  counterexample,
  counterexamplePath,
  errorInstance,
}: fc.RunDetails<[T]>) {
  if (!failed) return { runs: numRuns, found: null };
  const literal = counterexample === null ? 'none: too many values were skipped' : fc.stringify(counterexample[0]);
  return { runs: numRuns, found: { seed, path: counterexamplePath, literal, error: firstLines(errorInstance) } };
}

/** The message of the failed assertion, without the stack. */
export function firstLines(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n').slice(0, 12).join('\n');
}
