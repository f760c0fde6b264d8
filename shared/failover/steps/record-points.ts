import * as z from 'zod';
import { TidemarkError } from '../../domain/model/errors.ts';
import { byNameOf, logEnds } from '../ends-by-topic.ts';
import { endsDiffer, readEnds, readIds } from '../log-ends.ts';
import type { Step, StepContext } from '../step.ts';
import type { TopicIds } from '../way-back.ts';

/** Null where the brokers are too old for topic ids. */
const topicIds = byNameOf(z.string().nullable());

/** Evidence: where each partition of the target ended before any producer could write there. A failback begins there. */
export const failoverPoints = z.object({
  targetEnds: logEnds,
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
    const targetEnds = await readEnds(context, 'target');
    const [targetIds, sourceIds] = await Promise.all([readIds(context, 'target'), idsOfSource(context)]);
    return { targetEnds, targetIds, sourceIds };
  },
  undo: null,
};

/** The source may be dead, or die here: the points count without its ids. */
async function idsOfSource(context: StepContext): Promise<TopicIds | null> {
  if (context.sourceWasDead) return null;
  return await readIds(context, 'source').catch((error: unknown) => {
    if (error instanceof TidemarkError && error.retriable) return null;
    throw error;
  });
}
