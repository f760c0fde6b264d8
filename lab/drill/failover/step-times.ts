/** One entry of a run's record, as the command line prints it. */
export interface TimedEntry {
  readonly at: number;
  readonly event: { readonly kind: string; readonly step?: string | undefined };
}

const LONG_SECONDS = 2;

/**
 * What took long, in order, such as `before restore-groups 4.1 s, restore-groups 5.0 s`: each step from its beginning to its
 * end, and what passed between the entry before and its beginning, when it was prepared.
 */
export function longTimesOf(entries: readonly TimedEntry[]): string {
  const long = entries.flatMap(({ at, event }, i) => {
    const before = entries.slice(0, i);
    const from =
      event.kind === 'began'
        ? before.at(-1)
        : before.findLast((one) => one.event.kind === 'began' && one.event.step === event.step);
    const seconds = (at - (from?.at ?? at)) / 1000;
    if (seconds < LONG_SECONDS) return [];
    if (event.kind === 'began') return [`before ${event.step} ${seconds.toFixed(1)} s`];
    return event.kind === 'done' ? [`${event.step} ${seconds.toFixed(1)} s`] : [];
  });
  return long.join(', ') || 'no step';
}

/** How long the run assessed again before it recorded the approval, in seconds: nothing after the approval waits for that. */
export function assessedAgainSeconds(entries: readonly TimedEntry[]): number {
  const approved = entries.findIndex(({ event }) => event.kind === 'approved');
  const [before, at] = [entries[approved - 1], entries[approved]];
  return before === undefined || at === undefined ? 0 : (at.at - before.at) / 1000;
}
