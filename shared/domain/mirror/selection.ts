import type { Flow } from '../model/flow.ts';
import { internalTopic, isCycle, isHeartbeatsTopic } from './replication-policy.ts';

/** MM2's defaults (`DefaultTopicFilter`, `DefaultGroupFilter`, Kafka 4.3). */
export const DEFAULT_TOPICS_EXCLUDE = ['mm2.*\\.internal', '.*\\.replica', '__.*'] as const;
export const DEFAULT_GROUPS_EXCLUDE = ['console-consumer-.*', 'connect-.*', '__.*'] as const;

/** A pattern that JavaScript cannot run as Java does. */
export class UnsupportedPatternError extends Error {
  override readonly name = 'UnsupportedPatternError';
  readonly pattern: string;

  constructor(pattern: string, cause: unknown) {
    super(`"${pattern}" is not a regular expression that can be run here`, { cause });
    this.pattern = pattern;
  }
}

/**
 * Compiles MM2's comma-separated list of names and Java regular expressions to one test of whole names
 * (`MirrorUtils.compilePatternList`). An empty list matches nothing.
 *
 * @throws UnsupportedPatternError
 */
export function compilePatterns(patterns: readonly string[]): (name: string) => boolean {
  const compiled = patterns.map(compilePattern);
  return (name) => compiled.some((pattern) => pattern.test(name));
}

function compilePattern(pattern: string): RegExp {
  // Java's leading flag group is the one construct that operators use and JavaScript spells differently.
  const insensitive = pattern.startsWith('(?i)');
  try {
    return new RegExp(`^(?:${insensitive ? pattern.slice(4) : pattern})$`, insensitive ? 'is' : 's');
  } catch (cause) {
    throw new UnsupportedPatternError(pattern, cause);
  }
}

/** What of a source cluster MM2 mirrors in one flow, by name alone. */
export interface Selection {
  /** `doubtful`: a name that MM2 before 4.0 took for internal and later ones mirror. */
  topic(name: string): 'mirrored' | 'doubtful' | 'not-mirrored';
  group(name: string): boolean;
}

/** @throws UnsupportedPatternError */
export function selectionOf(flow: Flow): Selection {
  const topics = compilePatterns(flow.topics);
  const topicsExclude = compilePatterns(flow.topicsExclude);
  const groups = compilePatterns(flow.groups);
  const groupsExclude = compilePatterns(flow.groupsExclude);
  // Dedicated MM2 runs its Connect workers as groups of these names.
  const workers = new Set([`${flow.source}-mm2`, `${flow.target}-mm2`]);
  return {
    topic(name) {
      const internal = internalTopic(flow.policy, name);
      if (internal === 'always' || isCycle(flow.policy, name, flow.target)) return 'not-mirrored';
      // Heartbeats are mirrored whatever the filter says, but they are proof of life, not data.
      if (isHeartbeatsTopic(flow.policy, name)) return 'not-mirrored';
      if (!topics(name) || topicsExclude(name)) return 'not-mirrored';
      return internal === 'before-4.0' ? 'doubtful' : 'mirrored';
    },
    group: (name) => !workers.has(name) && groups(name) && !groupsExclude(name),
  };
}
