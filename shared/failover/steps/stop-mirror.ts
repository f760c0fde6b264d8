import * as z from 'zod';
import type { Json } from '../../domain/model/canonical-json.ts';
import type { MirrorEnd } from '../../ports.ts';
import type { EndsAfterStop } from '../ends-after-stop.ts';
import { StepFailedError } from '../failover-errors.ts';
import { readEnds } from '../log-ends.ts';
import { pollUntil } from '../poll-until.ts';
import type { FailoverWorld, Step, StepContext } from '../step.ts';
import { drained } from './drain.ts';

/** How long MirrorMaker may take to stop, in milliseconds. */
export const STOPS_WITHIN_MS = 60_000;

/** Stops MirrorMaker: from then on nobody writes to the target's topics, and the mapping has an exact end. */
export const stopMirror: Step = {
  name: 'stop-mirror',
  skip: ({ mirror }) => (mirror === null ? 'the configuration does not say how to stop MirrorMaker' : null),
  describe: ({ mirror }) => mirror?.describe() ?? [],
  prepare: async () => ({}),

  async check({ world, evidenceOf }) {
    const stopped = await mirrorOf(world).isInEffect();
    if (stopped === null) return 'unknown';
    if (stopped) return 'in-effect';
    // The run continued while MirrorMaker was still stopping.
    return isStopOpen(evidenceOf('stop-mirror')) ? 'unknown' : 'absent';
  },

  async do(context) {
    const { world, scope } = context;
    const { clock, patience } = world;
    const begun = clock.now();
    // A dead source is asked while MirrorMaker stops, so that nobody waits for it afterwards.
    context.source.watch();
    await mirrorOf(world).apply();
    // Connect takes seconds to answer the stop: they count.
    if (scope.mode === 'unplanned')
      await stopsWithin(context, Math.max(0, patience.deadStopMs - (clock.now() - begun)));
  },

  async evidence(context) {
    const { world, scope } = context;
    const mirror = mirrorOf(world);
    const isStopped = await stopsWithin(context, scope.mode === 'unplanned' ? 0 : STOPS_WITHIN_MS);
    // What is open is looked at again before the name is switched.
    if (!isStopped && !(await canWriteNothing(context))) throw notStopped();
    // Both at once: applications are down meanwhile, and neither look needs what the other one finds.
    const [read, dead] = await Promise.allSettled([endsNow(context), context.source.requireDead()]);
    if (dead.status === 'rejected') throw dead.reason;
    if (read.status === 'rejected') throw read.reason;
    // From here on they must not move. That is watched for until the points are recorded.
    const { readAt, targetEnds } = read.value;
    if (!isStopped) return { known: false, readAt, targetEnds, mirrored: [] };
    const ends = (await mirror.ends()) ?? [];
    requireAllMirrored(context, ends);
    const of = new Set(context.scope.topics.map(({ topic }) => topic));
    const mirrored = ends
      .filter(({ topic }) => of.has(topic))
      .map((one) => ({ ...one, lastMirrored: one.lastMirrored.toString() }));
    return { known: await mirror.isInEffect(), readAt, targetEnds, mirrored };
  },

  async undo({ world }) {
    const mirror = mirrorOf(world);
    if (mirror.putBack === null) return { resumed: false, remedy: 'start MirrorMaker again by hand' };
    await mirror.putBack();
    return { resumed: true };
  },
};

/** Of the evidence: the last offsets that a stopped mirror has committed; empty if it had not stopped yet. */
export const mirroredEnds = z.object({
  mirrored: z.array(z.object({ topic: z.string(), partition: z.int(), lastMirrored: z.string().transform(BigInt) })),
});

async function endsNow(context: StepContext): Promise<EndsAfterStop> {
  const targetEnds = await readEnds(context, 'target');
  return { readAt: new Date(context.world.clock.now()).toISOString(), targetEnds };
}

/** Whether a run continued although MirrorMaker had not stopped yet. */
export function isStopOpen(evidence: Json | null): boolean {
  return z.object({ known: z.literal(false) }).safeParse(evidence).success;
}

/** Whether MirrorMaker stops in time; also if that cannot be found out. */
export async function stopsWithin({ world }: StepContext, withinMs: number): Promise<boolean> {
  const mirror = mirrorOf(world);
  const wait = { withinMs, everyMs: world.patience.pollMs };
  const stopped = await pollUntil(world.clock, wait, async () => ((await mirror.isInEffect()) === false ? null : true));
  return stopped !== null;
}

/**
 * Whether an unplanned run need not wait for a stop that takes long: a dead source gives MirrorMaker nothing to write. Of one
 * that has lost brokers Connect gives up the tasks within seconds, while a connector waits for a minute for those brokers.
 */
async function canWriteNothing({ world, scope, sourceWasDead }: StepContext): Promise<boolean> {
  if (scope.mode !== 'unplanned') return false;
  if (sourceWasDead) return true;
  const wait = { withinMs: STOPS_WITHIN_MS, everyMs: world.patience.pollMs };
  const ended = await pollUntil(world.clock, wait, async () => {
    const mirror = mirrorOf(world);
    const isOver = (await mirror.hasTasks()) === false || (await mirror.isInEffect()) !== false;
    return isOver ? true : null;
  });
  return ended !== null;
}

/** Connect accepts a stop and carries it out later, or never. */
export function notStopped(): StepFailedError {
  return new StepFailedError('MIRROR_NOT_STOPPED', 'the stop was accepted, and MirrorMaker still runs', {
    retriable: true,
    remedy: 'Look at its workers. Then run the failover again under the same id.',
  });
}

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
