export interface Drill<S extends { readonly name: string }, G extends { stop(): Promise<void> }, R> {
  readonly scenarios: readonly S[];
  /** Names, or how they begin, with commas between them; all scenarios if absent. */
  readonly only: string | undefined;
  readonly open: (scenario: S) => Promise<G>;
  readonly play: (stage: G) => Promise<R>;
  readonly resultLine: (result: R) => string;
}

/** Plays one scenario after the other, each on a stage of its own, and prints its result. Ends with 2 if none is chosen. */
export async function playDrill<S extends { readonly name: string }, G extends { stop(): Promise<void> }, R>({
  scenarios,
  only,
  open,
  play,
  resultLine,
}: Drill<S, G, R>): Promise<readonly R[]> {
  const begins = only?.split(',');
  const chosen = scenarios.filter(({ name }) => begins === undefined || begins.some((one) => name.startsWith(one)));
  if (chosen.length === 0) {
    const names = scenarios.map(({ name }) => name).join(', ');
    process.stderr.write(`--only ${only}: there is no such scenario. There are: ${names}\n`);
    process.exit(2);
  }
  const results: R[] = [];
  for (const scenario of chosen) {
    process.stderr.write(`playing ${scenario.name} …\n`);
    const stage = await open(scenario);
    try {
      const result = await play(stage);
      results.push(result);
      process.stdout.write(resultLine(result));
    } finally {
      await stage.stop();
    }
  }
  return results;
}

/** What `--sabotage` names, of what a drill knows; null if it was not given. Ends with 2 if there is no such harm. */
export function sabotageOf<H extends string>(known: readonly H[], name: string | undefined): H | null {
  if (name === undefined) return null;
  const found = known.find((one) => one === name);
  if (found !== undefined) return found;
  process.stderr.write(`--sabotage is one of ${known.join(', ')}\n`);
  process.exit(2);
}
