import type { ClusterRole } from '../domain/model/flow.ts';
import type { ClusterReader } from '../ports.ts';
import { byName, type LogEnds } from './ends-by-topic.ts';
import { StepFailedError } from './failover-errors.ts';
import type { StepContext } from './step.ts';
import type { TopicIds } from './way-back.ts';

/** Opens a reader for one use of it. */
export async function withReader<T>(
  { world }: Pick<StepContext, 'world'>,
  role: ClusterRole,
  use: (reader: ClusterReader) => Promise<T>,
): Promise<T> {
  const reader = world.reader(role);
  try {
    return await use(reader);
  } finally {
    await reader.close();
  }
}

/** The ends of all logs of the failover on one cluster. @throws StepFailedError if an end could not be read */
export async function readEnds(context: Pick<StepContext, 'world' | 'scope'>, role: ClusterRole): Promise<LogEnds> {
  const topics = context.scope.topics.map((one) => (role === 'source' ? one.topic : one.targetTopic));
  return await withReader(context, role, async (reader) => {
    const found = await reader.offsets(topics, 'read_uncommitted');
    return byName(
      topics.map((topic) => {
        const logs = found.get(topic) ?? [];
        if (logs.length === 0) throw new StepFailedError('LOG_ENDS_UNREAD', `${reader.alias} has no topic ${topic}`);
        const ends = logs.map((log) => {
          if (log.kind === 'read') return log.value.highWatermark.toString();
          throw new StepFailedError('LOG_ENDS_UNREAD', `on ${reader.alias}: ${log.unread.message}`, {
            retriable: true,
          });
        });
        return [topic, ends];
      }),
    );
  });
}

/** Ids of the topics of the failover on one cluster, by name; null if the brokers are too old for them. */
export async function readIds(context: Pick<StepContext, 'world' | 'scope'>, role: ClusterRole): Promise<TopicIds> {
  const { topics } = await withReader(context, role, (reader) => reader.metadata());
  const names = context.scope.topics.map((one) => (role === 'source' ? one.topic : one.targetTopic));
  return byName(names.map((name) => [name, topics.get(name)?.id ?? null]));
}

/** The first partition at which the ends differ, in words; null if none does. */
export function endsDiffer(before: LogEnds, now: LogEnds): string | null {
  for (const [topic, ends] of Object.entries(before)) {
    for (const [partition, end] of ends.entries()) {
      const is = now[topic]?.[partition];
      if (is !== end) return `${topic}-${partition} ended at ${end} and now ends at ${is ?? 'no offset'}`;
    }
  }
  return null;
}

/**
 * Watches the ends for a while.
 * @throws StepFailedError with `code` if one of them moves
 */
export async function requireStill(context: StepContext, role: ClusterRole, code: string): Promise<LogEnds> {
  const { clock, patience } = context.world;
  const before = await readEnds(context, role);
  const end = clock.now() + patience.stillMs;
  while (clock.now() < end && clock.pause !== undefined) {
    await clock.pause(Math.min(patience.pollMs, patience.stillMs));
    const moved = endsDiffer(before, await readEnds(context, role));
    if (moved !== null) {
      throw new StepFailedError(code, `records are still written: ${moved}`, {
        retriable: true,
        remedy: 'Find who writes there, and stop it. Then run the failover again under the same id.',
      });
    }
  }
  return before;
}
