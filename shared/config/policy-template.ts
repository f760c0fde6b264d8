import type { TemplatePolicy } from '../domain/model/flow.ts';
import type { Problem } from './connection/secret-source.ts';

/** What a draft has in the place of a template that only the author of the policy class knows. */
export const UNKNOWN_TEMPLATE = 'CHANGE-ME';

const HEARTBEATS = 'heartbeats';
const EXAMPLE = 'write {topic} for the name on the source and {source} for its alias, such as "{source}-{topic}"';

/** The template as a policy; what it does not say of heartbeats, it says of all topics. */
export function templatePolicy(topic: string, heartbeats: string | undefined): TemplatePolicy {
  return { kind: 'template', topic, heartbeats: heartbeats ?? topic.replaceAll('{topic}', HEARTBEATS) };
}

/**
 * Why a template does not say exactly which topic of the source a name on the target stands for; null if it does. For a
 * known source, one `{topic}` is enough: the text before and behind it is then fixed.
 */
export function templateProblem(topic: string): Problem | null {
  if (topic === UNKNOWN_TEMPLATE) {
    return { message: 'is not filled in: how does the class name a topic on the target?', remedy: EXAMPLE };
  }
  if (count(topic, '{topic}') !== 1) {
    return { message: 'needs {topic} exactly once: else a name does not lead back to one topic', remedy: EXAMPLE };
  }
  if (topic === '{topic}') {
    return { message: 'leaves names as they are', remedy: 'write kind: identity, without topic' };
  }
  return restProblem(topic.replace('{topic}', ''));
}

/** The same of the name that the source's `heartbeats` has on the target. */
export function heartbeatsProblem(heartbeats: string): Problem | null {
  const remedy = 'write the name of the mirrored heartbeats topic, such as "{source}.heartbeats"';
  if (heartbeats === HEARTBEATS) return { message: 'is the name that the target’s own heartbeats have', remedy };
  return heartbeats.includes('{topic}') ? { message: 'has {topic}', remedy } : restProblem(heartbeats);
}

function restProblem(text: string): Problem | null {
  if (count(text, '{source}') > 1) return { message: 'has {source} more than once', remedy: 'keep one' };
  if (/^[\w.-]*$/.test(text.replace('{source}', ''))) return null;
  return {
    message: 'has characters that no topic’s name can have',
    remedy: 'use letters, digits, dots, hyphens and underscores, and no blanks, beside {topic} and {source}',
  };
}

function count(text: string, part: string): number {
  return text.split(part).length - 1;
}
