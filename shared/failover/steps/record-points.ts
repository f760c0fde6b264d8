import * as z from 'zod';
import { TidemarkError } from '../../domain/model/errors.ts';
import { endsAfterStop } from '../ends-after-stop.ts';
import { byNameOf, type LogEnds, logEnds } from '../ends-by-topic.ts';
import { endsDiffer, readEnds, readIds, requireStill } from '../log-ends.ts';
import type { Step, StepContext } from '../step.ts';
import type { TopicIds } from '../way-back.ts';

/** Null where the brokers are too old for topic ids. */
const topicIds = byNameOf(z.string().nullable());

/** Evidence: where each partition of the target ended before any producer could write there. A failback begins there. */
export const failoverPoints = z.object({
  targetEnds: logEnds,
  /** For how long they had not moved, at least; absent if nothing stopped MirrorMaker. */
  stillMs: z.number().optional(),
  /** Topic ids by name: a failback refuses topics that were made again since. Absent in runs of earlier versions. */
  targetIds: topicIds.optional(),
  /** Null if the source did not answer. */
  sourceIds: topicIds.nullable().optional(),
});

export const recordPoints: Step = {
  name: 'record-points',
  skip: () => null,
  describe: () => ['records where every partition of the target ends: a failback needs these failover points'],
  prepare: async () => ({}),

  async check(context) {
    const points = failoverPoints.safeParse(context.evidenceOf('record-points'));
    if (!points.success) return 'unknown';
    return endsDiffer(points.data.targetEnds, await readEnds(context, 'target')) === null ? 'in-effect' : 'absent';
  },

  do: async () => undefined,
  async evidence(context) {
    const still = await stillEnds(context);
    const [targetIds, sourceIds] = await Promise.all([readIds(context, 'target'), idsOfSource(context)]);
    return { ...still, targetIds, sourceIds };
  },
  undo: null,
};

/**
 * The target's ends, which have not moved for a while: since MirrorMaker was stopped, if that is long enough. Consumers were
 * stopped in that time.
 */
async function stillEnds(context: StepContext): Promise<{ targetEnds: LogEnds; stillMs?: number }> {
  const stopped = endsAfterStop.safeParse(context.evidenceOf('stop-mirror'));
  if (!stopped.success) return { targetEnds: await readEnds(context, 'target') };
  const { clock, patience } = context.world;
  const { stillMs } = patience;
  const askedAt = clock.now();
  const targetEnds = await readEnds(context, 'target');
  const isStill = endsDiffer(stopped.data.targetEnds, targetEnds) === null;
  if (isStill && askedAt - Date.parse(stopped.data.readAt) >= stillMs) return { targetEnds, stillMs };
  context.progress('watching that nobody writes to the target');
  return { targetEnds: await requireStill(context, 'target', 'TARGET_WRITTEN'), stillMs };
}

/** The source may be dead, or die here: the points count without its ids. */
async function idsOfSource(context: StepContext): Promise<TopicIds | null> {
  if (context.sourceWasDead) return null;
  return await readIds(context, 'source').catch((error: unknown) => {
    if (error instanceof TidemarkError && error.retriable) return null;
    throw error;
  });
}
