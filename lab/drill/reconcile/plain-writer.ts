import kafkajs from 'kafkajs';
import type { LabCluster } from '../../cluster.ts';

/** The time of all of them: nothing but their order tells two equal letters apart. */
const TIME = '1760000000000';

/** Writes one record for each letter to partition 0, without a header: equal letters are equal in everything. */
export async function writePlain(cluster: LabCluster, topic: string, letters: string): Promise<void> {
  const { Kafka, logLevel } = kafkajs;
  const kafka = new Kafka({ brokers: cluster.bootstrapServers.split(','), logLevel: logLevel.NOTHING });
  const producer = kafka.producer();
  await producer.connect();
  try {
    const messages = [...letters].map((value) => ({ partition: 0, key: 'k', value, timestamp: TIME }));
    await producer.send({ topic, acks: -1, messages });
  } finally {
    await producer.disconnect();
  }
}
