import type { ConnectConnection } from '../../config/connection/connect-connection.ts';
import { TidemarkError } from '../../domain/model/errors.ts';
import { ConnectFailure } from './connect-failure.ts';

/** How long Connect may take to answer one request, in milliseconds. It takes longer while its workers rebalance. */
const PATIENCE_MS = 30_000;

/** Bounds requests in time, and says in their failures what was asked and where. */
export function askerOf({ url }: ConnectConnection) {
  return <T>(what: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> =>
    work(AbortSignal.timeout(PATIENCE_MS)).catch((error: unknown) => {
      if (!(error instanceof ConnectFailure)) throw error;
      const message = `${what}: Kafka Connect at ${url} ${error.message}`;
      throw new TidemarkError(error.code, message, { retriable: error.retriable });
    });
}
