import fc from 'fast-check';

/** How often something was so in what a property judged: a property that judges nothing holds as well. */
export type Counts = Readonly<Record<string, number>>;
export type Count = (what: string, by?: number) => void;

/** One thing that holds for every value, for the suite and for `npm run explore` alike. */
export interface Property {
  readonly name: string;
  /**
   * Draws `runs` values from the suite's fixed seed, known counterexamples first.
   * @throws with the shrunk counterexample where one does not hold
   */
  assert(runs: number): Counts;
  /** The known counterexamples alone. */
  replay(): Search;
  /** Draws from a seed until one does not hold, or the time is up. */
  search(seed: number, timeLimitMs: number): Search;
  /** Draws the one value that an earlier search found. */
  reproduce(seed: number, path: string): Search;
}

export interface Search {
  readonly runs: number;
  /** Null where everything that was drawn held. */
  readonly found: Found | null;
}

export interface Found {
  readonly seed: number;
  /** Leads from the seed to the shrunk value; null where a known counterexample does not hold. */
  readonly path: string | null;
  /** The shrunk value as a literal of the language. */
  readonly literal: string;
  readonly error: string;
}

interface Terms<T> {
  readonly name: string;
  readonly values: fc.Arbitrary<T>;
  /** Throws where it does not hold; `fc.pre` passes over what cannot be judged. */
  readonly holds: (value: T, count: Count) => void;
  /** What did not hold once. */
  readonly examples?: readonly T[];
}

/** As many values may be passed over for each that is judged. */
const MAX_SKIPS_PER_RUN = 200;
/** More than can be drawn: the time limit ends a search. */
const ENDLESS = 2 ** 31 - 1;

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

function outcome<T>({ failed, numRuns, seed, counterexample, counterexamplePath, errorInstance }: fc.RunDetails<[T]>) {
  if (!failed) return { runs: numRuns, found: null };
  const literal = counterexample === null ? 'none: too many values were passed over' : fc.stringify(counterexample[0]);
  return { runs: numRuns, found: { seed, path: counterexamplePath, literal, error: firstLines(errorInstance) } };
}

/** What did not hold, without the stack. */
function firstLines(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n').slice(0, 12).join('\n');
}
