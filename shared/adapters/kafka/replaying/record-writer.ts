import type { IHeaders, Producer } from 'kafkajs';
import { type KafkaConnection, writingConnection } from '../../../config/connection/kafka-connection.ts';
import type { NewRecord, RecordWriter } from '../../../ports.ts';
import { kafkaClient, kafkaErrorOf } from '../fencing/kafka-client.ts';

/** kafkajs waits longer each time, up to 30 s: a broker that restarts is waited for. */
const RETRIES = 8;
/** A replay can take long, and a token of OAuth is asked for when a connection opens. */
const TOKEN_DEADLINE_MS = 24 * 60 * 60 * 1000;

/**
 * Writes records with kafkajs's idempotent producer and all acknowledgements, with the credentials of the connection's
 * `writer` if there is one. One request of a partition is under way at a time, so what is sent again is not appended again.
 * Nothing but a replay creates it. It needs Write and Describe on the topics, and connects at the first write.
 */
export function createRecordWriter(connection: KafkaConnection): RecordWriter {
  const { alias } = connection;
  let connected: Promise<Producer> | null = null;
  const producer = (): Promise<Producer> => {
    connected ??= connect(writingConnection(connection)).catch((error: unknown) => {
      connected = null;
      throw error;
    });
    return connected;
  };
  return {
    alias,
    unwritable,
    async write(topic, partition, records) {
      try {
        const messages = records.map(({ key, value, timestamp, headers }) => ({
          partition,
          key,
          value,
          timestamp: timestamp.toString(),
          headers: headersOf(headers),
        }));
        await (await producer()).send({ topic, acks: -1, messages });
        return null;
      } catch (error) {
        const code = kafkaErrorOf(error);
        const message = error instanceof Error ? error.message : 'unknown reason';
        return { error: code ?? 'BROKER_UNREACHABLE', message, retriable: isRetriable(error), live: false };
      }
    },
    close: async () => {
      const open = await connected?.catch(() => null);
      await open?.disconnect().catch(() => undefined);
    },
  };
}

async function connect(connection: KafkaConnection): Promise<Producer> {
  const producer = kafkaClient(connection, TOKEN_DEADLINE_MS).producer({
    idempotent: true,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    retry: { retries: RETRIES },
  });
  await producer.connect();
  return producer;
}

/**
 * kafkajs takes headers as an object, which keeps no order of names that are numbers, nor of other names between two of one
 * name, and it fails at a header without a value. Rather than change a record, it is left out and named.
 */
function unwritable({ headers, timestamp }: NewRecord): string | null {
  if (headers.some(({ value }) => value === null)) return 'a header has no value';
  if (headers.some(({ key }) => key.includes('\ufffd'))) return 'the name of a header is not UTF-8';
  const kept = Object.entries(headersOf(headers)).flatMap(([key, values]) =>
    Array.isArray(values) ? values.map((value) => ({ key, value })) : [],
  );
  const isSame = kept.every(({ key, value }, i) => headers[i]?.key === key && headers[i]?.value === value);
  if (!isSame || kept.length !== headers.length) return 'the producer cannot keep the order of its headers';
  const isExact = timestamp >= -1n && timestamp <= BigInt(Number.MAX_SAFE_INTEGER);
  return isExact ? null : 'its timestamp is no time';
}

function headersOf(headers: NewRecord['headers']): IHeaders {
  const object: Record<string, Buffer[]> = Object.create(null);
  for (const { key, value } of headers) {
    const values = object[key] ?? [];
    object[key] = values;
    if (value !== null) values.push(value);
  }
  return object;
}

function isRetriable(error: unknown): boolean {
  return typeof error === 'object' && error !== null && Reflect.get(error, 'retriable') === true;
}
