import type { Clock } from '../ports.ts';

/** Polls until `look` gives something other than null, or the time is over: then null. It looks at least once. */
export async function pollUntil<T>(
  clock: Clock,
  options: { readonly withinMs: number; readonly everyMs: number },
  look: () => Promise<T | null>,
): Promise<T | null> {
  const end = clock.now() + options.withinMs;
  for (;;) {
    const seen = await look();
    if (seen !== null) return seen;
    if (clock.now() >= end) return null;
    if (clock.pause === undefined) return null;
    await clock.pause(options.everyMs);
  }
}
