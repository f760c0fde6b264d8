import Broker from 'kafkajs/src/broker/index.js';
import loggers from 'kafkajs/src/loggers/index.js';
import ConnectionPool, { type Connection } from 'kafkajs/src/network/connectionPool.js';
import { TidemarkError } from '../../../domain/model/errors.ts';

export { Broker, type Connection, ConnectionPool };

/** kafkajs logs what it throws anyway, and logs frames with secrets in debug mode. So nothing is logged. */
export const silentLogger = loggers.createLogger({ level: loggers.LEVELS.NOTHING, logCreator: () => () => {} });

/**
 * Compares the real objects of kafkajs with what `kafkajs.d.ts` declares. A version other than the pinned one must fail
 * here with a reason, not somewhere inside a connection.
 */
export function assertKafkajsShape(pool: ConnectionPool, broker: Broker): void {
  const wrong: string[] = [];
  const expect = (holds: boolean, what: string): void => {
    if (!holds) wrong.push(what);
  };
  expect(typeof broker.connect === 'function', 'Broker.connect');
  expect('versions' in broker, 'Broker.versions');
  expect(typeof pool.send === 'function', 'ConnectionPool.send');
  expect(typeof pool.getConnection === 'function', 'ConnectionPool.getConnection');
  expect(Array.isArray(pool.pool) && pool.pool.length === 2, 'ConnectionPool.pool of two');
  for (const connection of Array.isArray(pool.pool) ? pool.pool : []) {
    const queue = connection.requestQueue;
    expect(typeof connection.isConnected === 'function', 'Connection.isConnected');
    expect(typeof connection.processData === 'function', 'Connection.processData');
    expect(connection.authHandlers === null, 'Connection.authHandlers');
    expect(queue.inflight instanceof Map, 'RequestQueue.inflight');
    expect(Array.isArray(queue.pending), 'RequestQueue.pending');
    expect(typeof queue.throttledUntil === 'number', 'RequestQueue.throttledUntil');
    expect(typeof queue.push === 'function', 'RequestQueue.push');
    expect(typeof queue.destroy === 'function', 'RequestQueue.destroy');
    expect(typeof queue.maybeThrottle === 'function', 'RequestQueue.maybeThrottle');
    expect(typeof queue.scheduleCheckPendingRequests === 'function', 'RequestQueue.scheduleCheckPendingRequests');
  }
  if (wrong.length > 0) {
    throw new TidemarkError(
      'KAFKAJS_CHANGED',
      `kafkajs differs from the version that Tidemark needs: ${wrong.join(', ')}`,
      {
        remedy: 'install exactly kafkajs 2.2.4: npm ci',
      },
    );
  }
}

/** Kafka's default quotas never ask for more: their windows are 11 samples of a second. */
const MAX_THROTTLE_MS = 30_000;

/**
 * A broker may ask for a pause before the next request (KIP-219). Without this limit kafkajs would wait for any length
 * of time.
 */
export function limitThrottle({ requestQueue }: Connection): void {
  const original = requestQueue.maybeThrottle.bind(requestQueue);
  requestQueue.maybeThrottle = (milliseconds) => original(Math.min(milliseconds ?? 0, MAX_THROTTLE_MS));
}
