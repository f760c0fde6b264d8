import type { Join } from '../../domain/restore/join.ts';
import { StepFailedError } from '../failover-errors.ts';
import { readEnds } from '../log-ends.ts';
import type { StepContext } from '../step.ts';
import { backOf } from './place-offsets.ts';

/**
 * Where groups continue in the topics of the first direction, whose names on the failback's source are other ones. Nobody
 * but MirrorMaker wrote there, so that a group at their end has read all that was mirrored. Without a drain it has not read the rest of the source.
 */
export async function joinsOfRenamed(context: StepContext): Promise<Join[]> {
  const { origin, forwardOffsets } = backOf(context.world);
  const { points, sourceEnds } = origin;
  if (points === null) throw new StepFailedError('POINTS_UNKNOWN', 'the failover has not recorded its points');
  const topics = origin.topics.map((one) => ({ ...one, topic: one.targetTopic, targetTopic: one.topic }));
  const ends = await readEnds({ ...context, scope: { ...context.scope, topics } }, 'target');
  const mirrored = sourceEnds === null ? ((await forwardOffsets?.read()) ?? []) : [];
  return topics.flatMap(({ topic, targetTopic }) =>
    (points[topic] ?? []).map((point, partition): Join => {
      const place = { topic, partition, point: BigInt(point), replayed: null };
      const drainedTo = sourceEnds?.[targetTopic]?.[partition];
      if (drainedTo !== undefined) {
        return { ...place, landing: BigInt(drainedTo), mirrored: BigInt(drainedTo), lostFrom: null };
      }
      const committed = mirrored.find((one) => one.topic === targetTopic && one.partition === partition);
      const until = committed === undefined ? 0n : committed.lastMirrored + 1n;
      return { ...place, landing: BigInt(ends[targetTopic]?.[partition] ?? 0), mirrored: until, lostFrom: until };
    }),
  );
}
