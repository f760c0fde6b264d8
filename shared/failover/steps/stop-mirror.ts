import type { MirrorEnd } from '../../ports.ts';
import { StepFailedError } from '../failover-errors.ts';
import { requireStill } from '../log-ends.ts';
import { pollUntil } from '../poll-until.ts';
import type { FailoverWorld, Step, StepContext } from '../step.ts';
import { drained } from './drain.ts';

/** How long MirrorMaker may take to stop, in milliseconds. */
const STOPS_WITHIN_MS = 60_000;

/** Stops MirrorMaker: from then on nobody writes to the target's topics, and the mapping has an exact end. */
export const stopMirror: Step = {
  name: 'stop-mirror',
  skip: ({ mirror }) => (mirror === null ? 'the configuration does not say how to stop MirrorMaker' : null),
  describe: ({ mirror }) => mirror?.describe() ?? [],
  prepare: async () => ({}),

  async check({ world }) {
    const stopped = await mirrorOf(world).isInEffect();
    if (stopped === null) return 'unknown';
    return stopped ? 'in-effect' : 'absent';
  },

  do: async ({ world }) => await mirrorOf(world).apply(),

  async evidence(context) {
    const { world, progress } = context;
    const mirror = mirrorOf(world);
    const wait = { withinMs: STOPS_WITHIN_MS, everyMs: world.patience.pollMs };
    const stopped = await pollUntil(world.clock, wait, async () =>
      (await mirror.isInEffect()) === false ? null : true,
    );
    if (stopped === null) {
      // Connect accepts a stop and carries it out later, or never.
      throw new StepFailedError('MIRROR_NOT_STOPPED', 'the stop was accepted, and MirrorMaker still runs', {
        retriable: true,
        remedy: 'Look at its workers. Then run the failover again under the same id.',
      });
    }
    progress('watching that nobody writes to the target');
    const targetEnds = await requireStill(context, 'target', 'TARGET_WRITTEN');
    const ends = (await mirror.ends()) ?? [];
    requireAllMirrored(context, ends);
    const of = new Set(context.scope.topics.map(({ topic }) => topic));
    const mirrored = ends
      .filter(({ topic }) => of.has(topic))
      .map((one) => ({ ...one, lastMirrored: one.lastMirrored.toString() }));
    return { known: await mirror.isInEffect(), targetEnds, mirrored };
  },

  async undo({ world }) {
    const mirror = mirrorOf(world);
    if (mirror.putBack === null) return { resumed: false, remedy: 'start MirrorMaker again by hand' };
    await mirror.putBack();
    return { resumed: true };
  },
};

function mirrorOf({ mirror }: FailoverWorld): NonNullable<FailoverWorld['mirror']> {
  if (mirror === null) throw new StepFailedError('NOT_CONFIGURED', 'the configuration no longer has a mirror control');
  return mirror;
}

/** An offset past the last mirrored one may be that of a transaction marker, so only too much is a contradiction. */
function requireAllMirrored({ evidenceOf }: StepContext, ends: readonly MirrorEnd[]): void {
  const before = drained.safeParse(evidenceOf('drain'));
  if (!before.success) return;
  for (const { topic, partition, lastMirrored } of ends) {
    const end = before.data.sourceEnds[topic]?.[partition];
    if (end === undefined || lastMirrored < BigInt(end)) continue;
    throw new StepFailedError(
      'MIRROR_PAST_END',
      `MirrorMaker has committed offset ${lastMirrored} of ${topic}-${partition}, where the source ended at ${end}`,
      { remedy: 'Someone wrote to the source after it was drained, or set the offsets of Connect. Undo the failover.' },
    );
  }
}
