import type { Finding } from '../../model/finding.ts';
import { makeFinding } from './make-finding.ts';
import type { TopicContext } from './topic-context.ts';

/** Positions from the syncs that the compared records contradict: the worst of each topic, and how many. */
export function refuted({ topic, states }: TopicContext): Finding[] {
  const all = states.flatMap((state) =>
    (state.records.refutations ?? []).map((refutation) => ({ refutation, partition: state.partition })),
  );
  const worst = all.find(({ refutation }) => refutation.certain) ?? all[0];
  if (worst === undefined) return [];
  const { partition, refutation } = worst;
  const { upstream, said, found, how, certain } = refutation;
  return [
    makeFinding(
      'VERIFICATION_REFUTED',
      { topic: topic.topic, partition },
      `records contradict what MM2's syncs say about ${all.length} positions of ${topic.topic}: offset ${upstream} should be at ${said} on the target, but ${how}`,
      { upstream, said, found, positions: all.length },
      // If nothing at all compares equal, a transform on the way is as likely as a wrong mapping.
      certain ? 'critical' : 'warning',
    ),
  ];
}
