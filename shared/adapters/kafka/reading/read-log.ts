import type { LogRecord, LogScan, Peek, PeekRequest, ScanRequest } from '../../../domain/model/cluster.ts';
import { least } from '../../../domain/model/offsets.ts';
import type { Outcome } from '../../../domain/model/outcome.ts';
import type { Permission } from '../../../domain/model/permission.ts';
import { partitionName, type TopicPartition } from '../../../domain/model/topic-partition.ts';
import type { BrokerConnection } from '../connection/broker-connection.ts';
import { routeToLeaders } from './leader-route.ts';
import { type FetchSize, LogCursor } from './log-cursor.ts';
import { failureOfError } from './read-failure.ts';
import { fail, type Reply, type RoutedReadContext, readRouted } from './routed-read.ts';
import type { Topology } from './topology.ts';

/** Small at first, so that one answer holds all partitions of Connect's offset topic, mostly of a few kB each. */
const SCAN_SIZE: FetchSize = { first: 256 * 1024, most: 8 * 1024 * 1024 };
const SMALL_LIMIT = 128 * 1024;
/** For a read of only some records: as little as they usually need. */
const STRETCH_SIZE: FetchSize = { first: 16 * 1024, most: 1024 * 1024 };
/** A peek usually finds its record in the first batch. */
const PEEK_SIZE: FetchSize = { first: 16 * 1024, most: 1024 * 1024 };
/** A peek ends after this many answers: the record that it looks for may be millions of control records away. */
const PEEK_ANSWERS = 24;

/** Reads a partition from a position to its current end, or as far as the request allows. */
export async function scanPartition(
  context: RoutedReadContext,
  topology: Topology,
  request: ScanRequest,
  visit: (record: LogRecord) => void,
): Promise<Outcome<LogScan>> {
  await topology.require([request.topic]);
  const { from, until, maxBytes, isolation } = request;
  const cursor = new LogCursor(request, from, isolation, sizeOf(request));
  let passed = false;
  const within = (record: LogRecord): boolean => {
    passed = until !== undefined && record.offset >= until;
    if (!passed) visit(record);
    return !passed;
  };
  const done = (): boolean =>
    cursor.atEnd ||
    passed ||
    (until !== undefined && cursor.position >= until) ||
    (maxBytes !== undefined && cursor.bytes >= maxBytes);
  const [outcome] = await readRouted(context, {
    items: [request],
    what: (item) => `records of ${partitionName(item.topic, item.partition)}`,
    permission: readPermission,
    route: (partitions, attempt) => routeToLeaders(topology, partitions, attempt),
    ask: async (connection): Promise<readonly Reply<LogScan>[]> => {
      while (cursor.start === null || !done()) {
        const problem = await cursor.advance(connection, within);
        if (problem !== null) return [problem];
      }
      const end = cursor.highWatermark ?? 0n;
      const next = passed ? (until ?? end) : least(cursor.position, least(end, until ?? end));
      return [{ kind: 'value', value: { start: cursor.start ?? 0n, end, next, bytes: cursor.bytes } }];
    },
  });
  if (outcome === undefined) throw new Error('a read of one item must have one outcome');
  return outcome;
}

/** Fetch sizes no larger than the request's limit. */
function sizeOf({ until, maxBytes = Number.POSITIVE_INFINITY }: ScanRequest): FetchSize {
  const { first, most } = until === undefined ? SCAN_SIZE : STRETCH_SIZE;
  // A small limit is asked for at once: requests cost more than bytes.
  const atOnce = maxBytes <= SMALL_LIMIT ? maxBytes : first;
  return { first: Math.min(atOnce, maxBytes), most: Math.min(most, maxBytes) };
}

/** Looks at single records, many of them per request. */
export async function peekRecords(
  context: RoutedReadContext,
  topology: Topology,
  requests: readonly PeekRequest[],
): Promise<readonly Outcome<Peek>[]> {
  await topology.require([...new Set(requests.map(({ topic }) => topic))]);
  // Many groups have the same position, most often at the end.
  const places = new Map(requests.map((request) => [placeOf(request), request]));
  const outcomes = await readRouted<PeekRequest, Peek>(context, {
    items: [...places.values()],
    what: ({ topic, partition, offset }) => `record ${offset} of ${partitionName(topic, partition)}`,
    permission: readPermission,
    route: (partitions, attempt) => routeToLeaders(topology, partitions, attempt),
    ask: (connection, asked) => Promise.all(asked.map((request) => peekAt(connection, request))),
  });
  const answers = new Map([...places.keys()].map((place, i) => [place, outcomes[i]]));
  return requests.flatMap((request) => answers.get(placeOf(request)) ?? []);
}

function placeOf({ topic, partition, offset, until, isolation }: PeekRequest): string {
  return `${topic} ${partition} ${offset} ${until} ${isolation}`;
}

async function peekAt(connection: BrokerConnection, request: PeekRequest): Promise<Reply<Peek>> {
  const { offset, until, isolation } = request;
  const cursor = new LogCursor(request, offset, isolation, PEEK_SIZE);
  let found: LogRecord | undefined;
  try {
    for (let answers = 0; answers < PEEK_ANSWERS; answers++) {
      if (found !== undefined || cursor.position >= until || cursor.atEnd) break;
      const problem = await cursor.advance(connection, (record) => {
        found ??= owned(record);
        return false;
      });
      if (problem !== null) return problem;
    }
  } catch (error) {
    // Unlike a broken connection, records that cannot be decoded fail only this peek.
    const failure = failureOfError(error);
    if (failure === null || failure.again) throw error;
    return fail(failure);
  }
  const record = found !== undefined && found.offset < until ? found : null;
  const scannedTo = found === undefined ? cursor.position : record === null ? found.offset : record.offset + 1n;
  return { kind: 'value', value: { record, scannedTo, abortedTransactions: cursor.aborted } };
}

function readPermission({ topic }: TopicPartition): Permission {
  return { operation: 'Read', resourceType: 'Topic', resourceName: topic };
}

/** A copy that does not keep the whole answer in memory. */
function owned(record: LogRecord): LogRecord {
  const copy = (bytes: Buffer | null): Buffer | null => (bytes === null ? null : Buffer.from(bytes));
  return {
    ...record,
    key: copy(record.key),
    value: copy(record.value),
    headers: record.headers.map(({ key, value }) => ({ key, value: copy(value) })),
  };
}
