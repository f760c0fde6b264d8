import type { KafkaConnection } from '../../../config/connection/kafka-connection.ts';
import type { CanaryWriter } from '../../../ports.ts';
import { kafkaClient, kafkaErrorOf } from './kafka-client.ts';

/** Kafka's answers that mean that it will not take the record, however often it is sent. */
const REFUSALS: ReadonlySet<string> = new Set([
  'TOPIC_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'MESSAGE_TOO_LARGE',
  'POLICY_VIOLATION',
]);

/**
 * Writes one record with an ordinary application's credentials and all acknowledgements. If there is no fence, the record
 * is real: its key is `tidemark-canary`, its value is empty.
 */
export function createCanaryWriter(connection: KafkaConnection, topic: string): CanaryWriter {
  const { alias } = connection;
  return {
    describe: () =>
      `tries to write one record to ${topic} as an ordinary application (${alias}), which must be refused`,
    async tryWrite() {
      const producer = kafkaClient(connection).producer({ retry: { retries: 0 } });
      try {
        await producer.connect();
        await producer.send({ topic, acks: -1, messages: [{ key: 'tidemark-canary', value: '' }] });
        return { kind: 'accepted' };
      } catch (error) {
        const code = kafkaErrorOf(error);
        if (code !== null && REFUSALS.has(code)) return { kind: 'refused', error: code };
        return { kind: 'unanswered', reason: code ?? (error instanceof Error ? error.message : 'unknown reason') };
      } finally {
        await producer.disconnect().catch(() => undefined);
      }
    },
  };
}
