import { type KafkaConnection, writingConnection } from '../../config/connection/kafka-connection.ts';
import type { OffsetWriter } from '../../ports.ts';
import { BrokerFailure } from './connection/broker-failure.ts';
import { BrokerPool } from './connection/broker-pool.ts';
import { type ConnectionOptions, connectionSettings, seedsOf } from './connection/connection-settings.ts';
import { Deadline } from './connection/deadline.ts';
import { NONE } from './kafka-error-code.ts';
import { Topology } from './reading/topology.ts';
import { OFFSET_COMMIT } from './wire/offset-commit.ts';
import { OFFSET_DELETE } from './wire/offset-delete.ts';
import { CoordinatorLookup } from './writing/coordinator-lookup.ts';
import { LaneGates } from './writing/lane-gates.ts';
import { type WriteContext, writePartitions } from './writing/write-partitions.ts';

export interface OffsetWriterOptions extends ConnectionOptions {
  /** Milliseconds from now until the writer ends everything, even requests without an answer. */
  readonly deadlineMs?: number;
  /** Ends everything at once when aborted. */
  readonly signal?: AbortSignal;
  /** Milliseconds for which to retry one write while its group has no coordinator that is ready. */
  readonly retryMs?: number;
}

const DEFAULTS = { deadlineMs: 60_000, retryMs: 20_000, maxInFlight: 4 };

/**
 * The only writer of group offsets. It commits and deletes the offsets of groups, with the credentials of the connection's
 * `writer` if there is one. It connects at the first request; `close()` ends it. Commits get empty metadata, because
 * Tidemark reads none.
 *
 * @throws TidemarkError BOOTSTRAP_SERVERS_INVALID, TLS_INVALID_MATERIAL
 */
export function createOffsetWriter(connection: KafkaConnection, options: OffsetWriterOptions = {}): OffsetWriter {
  const { alias } = connection;
  const maxInFlight = options.maxInFlight ?? DEFAULTS.maxInFlight;
  const deadline = new Deadline(options.deadlineMs ?? DEFAULTS.deadlineMs, options.signal);
  const settings = connectionSettings(writingConnection(connection), { ...options, maxInFlight }, deadline);
  const pool = new BrokerPool(seedsOf(connection), settings);
  const context: WriteContext = {
    alias,
    pool,
    deadline,
    coordinators: new CoordinatorLookup(pool, new Topology(alias, pool)),
    gates: new LaneGates(maxInFlight),
    retryMs: options.retryMs ?? DEFAULTS.retryMs,
    waitedInVain: false,
  };
  return {
    alias,
    commit: async (group, positions) => {
      const wrong = positions.find(({ offset }) => offset < 0n);
      // Brokers store any offset, so check it here.
      if (wrong !== undefined) throw new RangeError(`offset ${wrong.offset} of group ${group} is below 0`);
      return writePartitions(context, {
        kind: 'commit',
        group,
        partitions: positions,
        send: (broker, pending) => broker.send(OFFSET_COMMIT, { group, positions: pending }),
      });
    },
    delete: (group, partitions) =>
      writePartitions(context, {
        kind: 'delete',
        group,
        partitions,
        send: async (broker, pending) => {
          const { error, partitions: errors } = await broker.send(OFFSET_DELETE, { group, partitions: pending });
          return error === NONE ? errors : error;
        },
      }),
    close: async () => deadline.end(new BrokerFailure('READER_CLOSED', 'the writer was closed')),
  };
}
