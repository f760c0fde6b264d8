import type { NameAnswer, NameLookup } from '../ports.ts';
import { pollUntil } from './poll-until.ts';
import type { StepContext } from './step.ts';

/**
 * What the resolvers say of the name: once all that answer lead to the target, or what they said last if that takes too
 * long. A resolver that does not answer may be lost with the source: nothing waits for it.
 */
export async function awaitName(
  { world, progress }: StepContext,
  lookup: NameLookup,
  withinMs = world.patience.nameMs,
): Promise<readonly NameAnswer[]> {
  const { clock, patience } = world;
  progress('asking resolvers for the name');
  let last: readonly NameAnswer[] = [];
  const wait = { withinMs, everyMs: patience.pollMs };
  await pollUntil(clock, wait, async () => {
    last = await lookup.ask();
    return last.some(({ kind }) => kind === 'elsewhere') ? null : last;
  });
  return last;
}
