import type { BrokerConnection } from '../connection/broker-connection.ts';
import { BrokerFailure } from '../connection/broker-failure.ts';
import type { BrokerPool } from '../connection/broker-pool.ts';
import { mostTelling } from '../connection/first-to-open.ts';

/**
 * Sends any broker a request that all of them can answer. Skips a broker that fails. Retries once if the connection
 * broke, because it may have been idle.
 *
 * @throws BrokerFailure the most specific one if no broker answered, AuthenticationError
 */
export async function askAny<T>(pool: BrokerPool, ask: (connection: BrokerConnection) => Promise<T>): Promise<T> {
  const failures: BrokerFailure[] = [];
  const failed = new Set<string>();
  const broken = new Set<string>();
  for (;;) {
    let connection: BrokerConnection;
    try {
      connection = await pool.any(failed);
    } catch (error) {
      if (!(error instanceof BrokerFailure) || failures.length === 0) throw error;
      throw mostTelling(error.code === 'NO_BROKERS' ? failures : [...failures, error]);
    }
    try {
      return await ask(connection);
    } catch (error) {
      if (!(error instanceof BrokerFailure)) throw error;
      failures.push(error);
      if (error.code === 'DEADLINE_EXCEEDED' || error.code === 'READER_CLOSED') throw error;
      if (error.again && !broken.has(connection.address)) broken.add(connection.address);
      else failed.add(connection.address);
    }
  }
}
