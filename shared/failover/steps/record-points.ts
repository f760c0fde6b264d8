import { z } from 'zod';
import { endsDiffer, logEnds, readEnds } from '../log-ends.ts';
import type { Step } from '../step.ts';

/** Evidence: where each partition of the target ended before any producer could write there. A failback begins there. */
export const failoverPoints = z.object({ targetEnds: logEnds });

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
  evidence: async (context) => ({ targetEnds: await readEnds(context, 'target') }),
  undo: null,
};
