/**
 * How many runs a property test makes: `suite`, or the share of `whole` that `TIDEMARK_PROPERTY_RUNS` says where the same
 * tests run for every mutant.
 */
export function propertyRuns(suite: number, whole = suite): number {
  const share = process.env.TIDEMARK_PROPERTY_RUNS;
  return share === undefined ? suite : Math.max(1, Math.round(whole * Number(share)));
}
