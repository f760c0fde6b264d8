import type { Flow } from '../model/flow.ts';
import { compileJavaPatterns } from './java-pattern.ts';
import { cycleOf, internalTopic, isHeartbeatsTopic, syncsTopicOf } from './replication-policy.ts';

/** MM2's defaults (`DefaultTopicFilter`, `DefaultGroupFilter`, Kafka 4.3). */
export const DEFAULT_TOPICS_EXCLUDE = ['mm2.*\\.internal', '.*\\.replica', '__.*'] as const;
export const DEFAULT_GROUPS_EXCLUDE = ['console-consumer-.*', 'connect-.*', '__.*'] as const;

/**
 * Whether two flows of opposite directions write their offset syncs to the same topic. One has it on its target, the
 * other on its source, and the topic's name does not say which flow wrote a sync.
 */
function sharesSyncs(flow: Flow, opposite: Flow): boolean {
  return flow.offsetSyncsLocation !== opposite.offsetSyncsLocation && syncsTopicOf(flow) === syncsTopicOf(opposite);
}

/**
 * Tells the topics whose syncs may be the opposite flow's: both flows write theirs to one topic, and both clusters have a
 * topic of that name.
 */
export function mixedSyncsOf(flow: Flow, opposite: Flow | null): (topic: string) => boolean {
  if (opposite === null || !opposite.emitOffsetSyncs || !sharesSyncs(flow, opposite)) return () => false;
  const [there, back] = [selectionOf(flow), selectionOf(opposite)];
  return (topic) => there.topic(topic) !== 'not-mirrored' && back.topic(topic) !== 'not-mirrored';
}

/** What MM2 mirrors of a source cluster in one flow, by name alone. */
export interface Selection {
  /**
   * `doubtful`: a name that MM2 before 4.0 treats as internal and that later versions mirror, or one of which only a
   * custom policy class knows whether it came from the target.
   */
  topic(name: string): 'mirrored' | 'doubtful' | 'not-mirrored';
  group(name: string): boolean;
}

/** @throws UnsupportedPatternError */
export function selectionOf(flow: Flow): Selection {
  const topics = compileJavaPatterns(flow.topics, 'topics');
  const topicsExclude = compileJavaPatterns(flow.topicsExclude, 'topics');
  const groups = compileJavaPatterns(flow.groups, 'groups');
  const groupsExclude = compileJavaPatterns(flow.groupsExclude, 'groups');
  // Dedicated MM2 runs its Connect workers as groups of these names.
  const workers = new Set([`${flow.source}-mm2`, `${flow.target}-mm2`]);
  return {
    topic(name) {
      const internal = internalTopic(flow.policy, name);
      const cycle = cycleOf(flow.policy, name, flow.target);
      if (internal === 'always' || cycle === 'cycle') return 'not-mirrored';
      // Heartbeats are mirrored whatever the filter says, but they are proof of life, not data.
      if (isHeartbeatsTopic(flow.policy, name)) return 'not-mirrored';
      if (!topics(name) || topicsExclude(name)) return 'not-mirrored';
      return internal === 'before-4.0' || cycle === 'unknown' ? 'doubtful' : 'mirrored';
    },
    group: (name) => !workers.has(name) && groups(name) && !groupsExclude(name),
  };
}
