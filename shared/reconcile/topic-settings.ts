import { AuthorizationError } from '../domain/model/errors.ts';
import type { ClusterReader } from '../ports.ts';

/** Settings of one topic; null if they could not be read. */
export type TopicSettings = ReadonlyMap<string, string> | null;

/**
 * Settings of topics, as far as they can be read. No audit needs DescribeConfigs, so a list has to do without it as well: it
 * then says less.
 */
export async function topicSettings(
  reader: Pick<ClusterReader, 'topicConfigs'>,
  topics: readonly string[],
): Promise<(topic: string) => TopicSettings> {
  try {
    const found = await reader.topicConfigs([...new Set(topics)]);
    return (topic) => {
      const settings = found.get(topic);
      return settings?.kind === 'read' ? settings.value : null;
    };
  } catch (error) {
    if (!(error instanceof AuthorizationError)) throw error;
    return () => null;
  }
}

/** Whether compaction removes records of a topic; null if that is not known. */
export function compactsOf(settings: TopicSettings): boolean | null {
  return settings === null ? null : (settings.get('cleanup.policy') ?? 'delete').includes('compact');
}
