import type { Outcome } from '../../../domain/model/outcome.ts';
import { kafkaErrorCode, NONE } from '../kafka-error-code.ts';
import { DESCRIBE_CONFIGS } from '../wire/describe-configs.ts';
import { failureOfCode } from './read-failure.ts';
import { fail, type Reply, type RoutedReadContext, readRouted } from './routed-read.ts';
import type { Topology } from './topology.ts';

const TOPICS_AT_ONCE = 500;

/** Configuration of topics. Any broker can answer for all of them. */
export async function readTopicConfigs(
  context: RoutedReadContext,
  topology: Topology,
  topics: readonly string[],
): Promise<ReadonlyMap<string, Outcome<ReadonlyMap<string, string>>>> {
  const items = [...new Set(topics)];
  const outcomes = await readRouted(context, {
    items,
    what: (topic: string) => `configuration of ${topic}`,
    permission: (topic) => ({ operation: 'DescribeConfigs', resourceType: 'Topic', resourceName: topic }) as const,
    route: async (asked, attempt): Promise<Reply<number>[]> => {
      const { brokers } = await topology.current();
      const nodes = brokers.filter(({ nodeId }) => !context.givenUp.has(nodeId));
      // Each attempt begins at another broker, in case the first one is dead.
      const node = (nodes.length > 0 ? nodes : brokers).at(attempt % Math.max(nodes.length, 1));
      if (node === undefined) return [];
      return asked.map(() => ({ kind: 'value', value: node.nodeId }));
    },
    ask: async (connection, asked) => {
      const replies = new Map<string, Reply<ReadonlyMap<string, string>>>();
      for (let i = 0; i < asked.length; i += TOPICS_AT_ONCE) {
        const chunk = asked.slice(i, i + TOPICS_AT_ONCE);
        for (const { topic, error, configs } of await connection.send(DESCRIBE_CONFIGS, { topics: chunk })) {
          if (error === NONE) replies.set(topic, { kind: 'value', value: configs });
          else if (kafkaErrorCode(error).retriable) replies.set(topic, fail(notNow(error)));
          else replies.set(topic, { kind: 'refused', error });
        }
      }
      return asked.map((topic) => replies.get(topic) ?? fail(notNow(-1)));
    },
  });
  return new Map(
    items.flatMap((topic, i) => {
      const outcome = outcomes[i];
      return outcome === undefined ? [] : [[topic, outcome] as const];
    }),
  );
}

/** Configurations have no leader: what one broker cannot answer now, another cannot either. */
function notNow(error: number): ReturnType<typeof failureOfCode> {
  return { ...failureOfCode(error, 'the cluster'), again: false };
}
