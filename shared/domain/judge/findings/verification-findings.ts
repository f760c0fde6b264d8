import { counted } from '../../model/figures.ts';
import type { Finding } from '../../model/finding.ts';
import { makeFinding } from './make-finding.ts';
import type { TopicContext } from './topic-context.ts';

/** Positions from the syncs that the compared records contradict: the worst of each topic, and how many. */
export function refuted({ topic, states }: Pick<TopicContext, 'topic' | 'states'>): Finding[] {
  const all = states.flatMap((state) =>
    (state.records.refutations ?? []).map((refutation) => ({ refutation, partition: state.partition })),
  );
  const worst = all.find(({ refutation }) => refutation.certain) ?? all[0];
  if (worst === undefined) return refutedBefore({ topic, states });
  const { partition, refutation } = worst;
  const { upstream, said, found, how, certain } = refutation;
  return [
    makeFinding(
      'VERIFICATION_REFUTED',
      { topic: topic.topic, partition },
      `records contradict what MM2's syncs say about ${counted(all.length, 'position')} of ${topic.topic}: offset ${upstream} should be at ${said} on the target, but ${how}`,
      { upstream, said, found, positions: all.length },
      // If nothing at all compares equal, a transform on the way is as likely as a wrong mapping.
      certain ? 'critical' : 'warning',
    ),
  ];
}

/** An earlier audit found the contradiction: the older syncs stay void. */
function refutedBefore({ topic, states }: Pick<TopicContext, 'topic' | 'states'>): Finding[] {
  const found = states.filter(({ mapping, epochIsRecent }) => mapping?.cause === 'records-refuted' && epochIsRecent);
  const [first] = found;
  if (first === undefined) return [];
  return [
    makeFinding(
      'VERIFICATION_REFUTED',
      { topic: topic.topic, partition: first.partition },
      `an earlier audit found that records contradict MM2's syncs of ${topic.topic}: Tidemark no longer uses the syncs from before`,
      { partitions: found.length },
    ),
  ];
}
