import kafkajs, { type Kafka } from 'kafkajs';
import '../connection/kafkajs-idle-timer.ts';
import type { KafkaConnection } from '../../../config/connection/kafka-connection.ts';
import { Deadline } from '../connection/deadline.ts';
import { saslOptions } from '../connection/sasl-options.ts';
import { tlsOptions } from '../connection/tls-options.ts';

const CONNECT_TIMEOUT_MS = 4_000;
const REQUEST_TIMEOUT_MS = 15_000;
const TOKEN_DEADLINE_MS = 60_000;

/**
 * kafkajs's own client, for requests that change ACLs, for the canary and for a replay: nothing else in Tidemark writes that
 * way.
 * @param tokenDeadlineMs a client that is used for longer than this gets no new token
 */
export function kafkaClient(connection: KafkaConnection, tokenDeadlineMs = TOKEN_DEADLINE_MS): Kafka {
  const { alias, bootstrapServers, clientId, tls, sasl } = connection;
  return new kafkajs.Kafka({
    clientId,
    brokers: [...bootstrapServers],
    connectionTimeout: CONNECT_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    enforceRequestTimeout: true,
    // kafkajs logs frames with secrets in debug mode.
    logLevel: kafkajs.logLevel.NOTHING,
    retry: { retries: 3 },
    ...(tls === undefined ? {} : { ssl: tlsOptions(alias, tls) }),
    ...(sasl === undefined ? {} : { sasl: saslOptions(alias, sasl, new Deadline(tokenDeadlineMs))() }),
  });
}

/** The name of Kafka's error in what kafkajs throws, such as `TOPIC_AUTHORIZATION_FAILED`; null if Kafka sent none. */
export function kafkaErrorOf(error: unknown): string | null {
  for (let at: unknown = error, depth = 0; typeof at === 'object' && at !== null && depth < 8; depth++) {
    const type: unknown = Reflect.get(at, 'type');
    if (typeof type === 'string' && /^[A-Z0-9_]{3,60}$/.test(type)) return type;
    at = Reflect.get(at, 'cause') ?? Reflect.get(at, 'originalError');
  }
  return null;
}
