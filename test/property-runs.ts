/**
 * How many runs a property test makes: all of them, or the share that `TIDEMARK_PROPERTY_RUNS` says where the same tests
 * run for every mutant.
 */
export function propertyRuns(all: number): number {
  const share = Number(process.env.TIDEMARK_PROPERTY_RUNS ?? 1);
  return Math.max(1, Math.round(all * share));
}
