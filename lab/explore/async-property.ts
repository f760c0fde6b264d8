import fc from 'fast-check';
import {
  type Count,
  type Counts,
  ENDLESS,
  firstLines,
  MAX_SKIPS_PER_RUN,
  outcome,
  type Search,
  type Terms,
} from './property.ts';

/** A property that waits for what it judges: the same as `Property`, with promises. */
export interface AsyncProperty {
  readonly name: string;
  assert(runs: number): Promise<Counts>;
  replay(): Promise<Search>;
  search(seed: number, timeLimitMs: number): Promise<Search>;
  reproduce(seed: number, path: string): Promise<Search>;
}

export function asyncProperty<T>({ name, values, holds, examples = [] }: Terms<T, Promise<void>>): AsyncProperty {
  const check = async (parameters: fc.Parameters<[T]>, count: Count) =>
    await fc.check(
      fc.asyncProperty(values, (value) => holds(value, count)),
      { maxSkipsPerRun: MAX_SKIPS_PER_RUN, ...parameters },
    );
  const uncounted = () => undefined;
  return {
    name,
    assert: async (runs) => {
      const counts: Record<string, number> = {};
      const count: Count = (what, by = 1) => {
        counts[what] = (counts[what] ?? 0) + by;
      };
      const details = await check({ numRuns: runs, examples: examples.map((value) => [value]) }, count);
      if (details.failed) throw new Error(fc.defaultReportMessage(details), { cause: details.errorInstance });
      return counts;
    },
    replay: async () => {
      for (const [index, value] of examples.entries()) {
        const parameters = { numRuns: 1, examples: [[value]] satisfies [T][], endOnFailure: true };
        const { failed, errorInstance } = await check(parameters, uncounted);
        if (!failed) continue;
        const found = { seed: 0, path: null, literal: fc.stringify(value), error: firstLines(errorInstance) };
        return { runs: index + 1, found };
      }
      return { runs: examples.length, found: null };
    },
    search: async (seed, timeLimitMs) => {
      const drawn = { numRuns: ENDLESS, interruptAfterTimeLimit: timeLimitMs, markInterruptAsFailure: false };
      return outcome(await check({ seed, ...drawn }, uncounted));
    },
    reproduce: async (seed, path) => outcome(await check({ seed, path, numRuns: 1, endOnFailure: true }, uncounted)),
  };
}
