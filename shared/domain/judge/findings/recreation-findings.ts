import type { Finding } from '../../model/finding.ts';
import { missingRecords } from '../missing-stretches.ts';
import type { PartitionState } from '../partition-state.ts';
import { between } from './between.ts';
import { makeFinding } from './make-finding.ts';
import type { TopicContext } from './topic-context.ts';
import { worstOf } from './worst-of.ts';

const CERTAINTIES = {
  'topic-id': 'its topic id changed',
  earlier: 'an earlier audit noticed that its log is a new one',
  records: 'a record it holds is younger than the sync that claims to have mirrored it, and differs on the target',
  doubt:
    'its records are younger than the syncs that claim to have mirrored them, and the records could not be compared',
} as const satisfies Record<NonNullable<PartitionState['sourceRecreated']>, string>;

export function sourceRecreated({ topic, states }: TopicContext): Finding[] {
  // A log that is known to have been cut has a finding for that.
  const uncut = states.filter(({ mapping }) => (mapping?.sourceCuts ?? []).length === 0);
  const certain = states.filter(
    (s) =>
      s.sourceRecreated !== null &&
      s.sourceRecreated !== 'doubt' &&
      (!s.recreatedAt.sourceMayBeCut || uncut.includes(s)),
  );
  const shorter = uncut.filter((s) => s.replication?.sourceShorter === true || s.mapping?.cause === 'source-shortened');
  // Where the first record could not be read, nothing speaks for another topic: PARTITIONS_UNREADABLE says so.
  const doubtful = states.filter((s) => s.sourceRecreated === 'doubt' && s.unread === null);
  const found = certain.length > 0 ? certain : shorter.length > 0 ? shorter : doubtful;
  const worst = worstOf(found, missingRecords);
  if (worst === null) return [];
  const how =
    certain.length > 0
      ? CERTAINTIES[certain[0]?.sourceRecreated ?? 'doubt']
      : shorter.length > 0
        ? 'it ends before offsets that MM2 has mirrored (recreated, or truncated by an unclean election)'
        : CERTAINTIES.doubt;
  const { passedOver, text } = lackOf(found);
  // In doubt, nothing shows that MM2 skipped them: they are absent, whatever the cause.
  const [is, lacks] =
    found === doubtful
      ? ['may not be', `the target lacks ${text} of its records`]
      : ['is not', `MM2 skipped ${text} of its records`];
  return [
    makeFinding(
      'SOURCE_TOPIC_RECREATED',
      { topic: topic.topic, partition: worst.partition },
      `${topic.topic} ${is} the topic that was mirrored before: ${how}; ${lacks}`,
      { partitions: found.length, passedOver, topicId: topic.sourceId },
      certain.length > 0 || shorter.length > 0 ? 'critical' : 'warning',
    ),
  ];
}

export function targetRecreated({ topic, states }: TopicContext): Finding[] {
  const found = states.filter(
    (s) =>
      s.targetRecreatedById ||
      (s.mapping?.cause === 'target-recreated' && s.epochIsRecent) ||
      // A log that is known to have been cut has a finding for that.
      (s.mapping?.cause === 'target-shortened' && s.mapping.targetCuts.length === 0),
  );
  const worst = worstOf(found, missingRecords);
  if (worst === null) return [];
  const { passedOver, text } = lackOf(found);
  return [
    makeFinding(
      'TARGET_TOPIC_RECREATED',
      { topic: topic.targetTopic, partition: worst.partition },
      `${topic.targetTopic} is not the log that MM2 wrote to before: ${text} of the records mirrored earlier ${passedOver === 1n ? 'is' : 'are'} no longer there`,
      { partitions: found.length, missing: passedOver, topicId: topic.targetId },
      // MM2 mirrors again what the source holds: groups that stand wrong there have findings of their own.
      passedOver === 0n ? 'info' : 'critical',
    ),
  ];
}

/** How many records the partitions lack: at most, null if that is not known, and in words with what is certain. */
function lackOf(states: readonly PartitionState[]): { readonly passedOver: bigint | null; readonly text: string } {
  const passedOver = states.reduce((sum, state) => sum + missingRecords(state), 0n);
  const atLeast = states.flatMap(({ missing }) => missing).reduce((sum, one) => sum + one.atLeast, 0n);
  if (states.every(isMirrored)) return { passedOver, text: between(atLeast, passedOver, null) };
  return { passedOver: null, text: atLeast > 0n ? `at least ${atLeast}` : 'an unknown number' };
}

/** Whether it is known how far MM2 is in the present logs: 0 missing records are none then. */
function isMirrored({ replication, target, targetMissing }: PartitionState): boolean {
  return replication?.lag.kind === 'known' && (target !== null || targetMissing);
}
