import type {
  ClusterMetadata,
  CommittedOffset,
  FirstRecord,
  GroupListing,
  LogOffsets,
  LogRecord,
  LogScan,
  PartitionEpoch,
  Peek,
  PeekRequest,
  ScanRequest,
} from '../../shared/domain/model/cluster.ts';
import { type Outcome, read, unread } from '../../shared/domain/model/outcome.ts';
import type { ClusterReader } from '../../shared/ports.ts';
import { RecordedTruth } from './recorded-truth.ts';
import type { RecordedClusterState, RecordedPartitionTruth, RecordedSnapshot } from './recording.ts';

/**
 * One cluster of a recorded snapshot, with the reader of a live one. The recording has no record content, only which
 * source record each target record is a copy of. A peek returns records that are equal exactly if those were.
 */
export class RecordedCluster implements ClusterReader {
  readonly alias: string;
  readonly #state: RecordedClusterState;
  readonly #truths = new Map<
    string,
    { side: 'source' | 'target'; raw: RecordedPartitionTruth; truth: RecordedTruth }
  >();

  constructor(snapshot: RecordedSnapshot, alias: string) {
    const state = snapshot.clusters[alias];
    if (state === undefined) throw new Error(`the recording has no cluster ${alias}`);
    this.alias = alias;
    this.#state = state;
    for (const { source, target, partitions } of snapshot.truth ?? []) {
      for (const raw of partitions) {
        const truth = new RecordedTruth(raw);
        for (const [side, name] of [
          ['source', source],
          ['target', target],
        ] as const) {
          if (name.startsWith(`${alias}:`))
            this.#truths.set(`${name.slice(alias.length + 1)}-${raw.partition}`, { side, raw, truth });
        }
      }
    }
  }

  async requirePermissions(): Promise<void> {}

  async metadata(): Promise<ClusterMetadata> {
    const topics = Object.entries(this.#state.topics).map(([topic, t]) => {
      const count = t.partitionCount ?? Math.max(0, ...t.partitions.map(([partition]) => partition + 1));
      return [
        topic,
        {
          topic,
          id: t.id,
          internal: topic.startsWith('__'),
          leaders: Array.from({ length: count }, () => 0),
          replicationFactor: t.replicationFactor,
        },
      ] as const;
    });
    return { clusterId: this.#state.clusterId, brokers: [], topics: new Map(topics) };
  }

  async offsets(topics: readonly string[]): Promise<ReadonlyMap<string, readonly Outcome<LogOffsets>[]>> {
    return new Map(
      topics.map((topic) => [
        topic,
        this.#partitions(topic).map(([, start, high, stable]) =>
          read({ start: BigInt(start), highWatermark: BigInt(high), lastStableOffset: BigInt(stable) }),
        ),
      ]),
    );
  }

  /** Recordings have only the time of the first record: here it is at the begin of the log. */
  async firstRecords(topics: readonly string[]): Promise<ReadonlyMap<string, readonly Outcome<FirstRecord | null>[]>> {
    return new Map(
      topics.map((topic) => [
        topic,
        this.#partitions(topic).map(([partition, start, high]) => {
          const first = this.#truths.get(`${topic}-${partition}`)?.raw.sourceFirstLastTimestamp?.[0];
          if (first !== undefined) return read({ offset: BigInt(start), timestamp: BigInt(first) });
          // Its time was not recorded: Kafka's −1 says that a record has none.
          return read(start === high ? null : { offset: BigInt(start), timestamp: -1n });
        }),
      ]),
    );
  }

  /** Recordings have no leader epochs. */
  async epochEnds(epochs: readonly PartitionEpoch[]): Promise<readonly Outcome<bigint | null>[]> {
    return epochs.map(() => read(null));
  }

  async groups(): Promise<{ groups: readonly GroupListing[]; unread: readonly Outcome<never>[] }> {
    const groups = Object.entries(this.#state.groups).map(([group, { state, type, protocol }]) => ({
      group,
      state,
      type: type === 'Consumer' ? ('consumer' as const) : ('classic' as const),
      protocolType: protocol,
    }));
    return { groups, unread: [] };
  }

  async commits(groups: readonly string[]): Promise<ReadonlyMap<string, Outcome<readonly CommittedOffset[]>>> {
    return new Map(
      groups.map((group) => [
        group,
        read(
          Object.entries(this.#state.groups[group]?.committed ?? {}).map(([name, offset]) => {
            const at = name.lastIndexOf('-');
            return { topic: name.slice(0, at), partition: Number(name.slice(at + 1)), offset: BigInt(offset) };
          }),
        ),
      ]),
    );
  }

  async topicConfigs(): Promise<ReadonlyMap<string, Outcome<ReadonlyMap<string, string>>>> {
    return new Map();
  }

  async scan(
    { topic, partition, from, until }: ScanRequest,
    visit: (record: LogRecord) => void,
  ): Promise<Outcome<LogScan>> {
    const bytes = this.#state.syncs[topic] ?? this.#state.checkpoints[topic] ?? this.#state.heartbeats[topic];
    for (const [offset, timestamp, key, value] of bytes?.rows ?? []) {
      if (offset < from) continue;
      visit(recordOf(offset, timestamp, Buffer.from(key, 'hex'), value === null ? null : Buffer.from(value, 'hex')));
    }
    for (const [at, offset, timestamp, key, value] of this.#state.connectOffsets[topic]?.rows ?? []) {
      if (at !== partition || offset < from) continue;
      visit(recordOf(offset, timestamp, Buffer.from(key), value === null ? null : Buffer.from(value)));
    }
    const known = this.#truths.get(`${topic}-${partition}`);
    // Of a record with many copies the recording has the first and the last: a comparison would miss the others.
    if (known?.side === 'target') return this.#notRecorded(`records of ${topic}-${partition}`);
    if (known?.side === 'source') visitHeld(known.raw, from, until, visit);
    const [, start = 0, end = 0] = this.#partitions(topic).find(([p]) => p === partition) ?? [];
    return read({ start: BigInt(start), end: BigInt(end), next: BigInt(end), bytes: 0 });
  }

  async peek(requests: readonly PeekRequest[]): Promise<readonly Outcome<Peek>[]> {
    return requests.map((request) => {
      const known = this.#truths.get(`${request.topic}-${request.partition}`);
      if (known === undefined) return this.#notRecorded(`records of ${request.topic}-${request.partition}`);
      const record = known.side === 'source' ? firstOnSource(known.raw, request) : onTarget(known.truth, request);
      // The recorder mixed open transactions with aborted ones, so the recording cannot show the cause.
      return read({ record, scannedTo: request.until, abortedTransactions: [] });
    });
  }

  requestsSent(): ReadonlyMap<number, number> {
    return new Map();
  }

  async close(): Promise<void> {}

  #partitions(topic: string): readonly [number, number, number, number][] {
    return this.#state.topics[topic]?.partitions ?? [];
  }

  #notRecorded<T>(what: string): Outcome<T> {
    return unread({
      what,
      cluster: this.alias,
      error: 'NOT_RECORDED',
      message: `${what} was not recorded`,
      retriable: false,
    });
  }
}

/** Visits the source records of a stretch, as the recorder found them on either side. */
function visitHeld(
  raw: RecordedPartitionTruth,
  from: bigint,
  until: bigint | undefined,
  visit: (record: LogRecord) => void,
): void {
  const held = [...raw.runs.map(([source, , count]) => [source, count] as const), ...raw.missingOnTarget];
  const offsets = new Set(held.flatMap(([start, count]) => Array.from({ length: count }, (_, i) => start + i)));
  for (const offset of [...offsets].sort((a, b) => a - b)) {
    if (BigInt(offset) >= from && (until === undefined || BigInt(offset) < until)) {
      visit(identified(offset, BigInt(offset)));
    }
  }
}

function firstOnSource(raw: RecordedPartitionTruth, { offset, until }: PeekRequest): LogRecord | null {
  const held = [...raw.runs.map(([source, , count]) => [source, count] as const), ...raw.missingOnTarget];
  let first: bigint | null = null;
  for (const [start, count] of held) {
    const at = offset > start ? offset : BigInt(start);
    if (at < start + count && at < until && (first === null || at < first)) first = at;
  }
  return first === null ? null : identified(Number(first), first);
}

function onTarget(truth: RecordedTruth, { offset }: PeekRequest): LogRecord {
  return identified(truth.sourceOf.get(Number(offset)) ?? -1, offset);
}

function identified(source: number, offset: bigint): LogRecord {
  return recordOf(Number(offset), -1, Buffer.from(`source record ${source}`), null);
}

function recordOf(offset: number, timestamp: number, key: Buffer, value: Buffer | null): LogRecord {
  return { offset: BigInt(offset), timestamp: BigInt(timestamp), key, value, headers: [] };
}
