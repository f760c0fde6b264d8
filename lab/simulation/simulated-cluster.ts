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
import { checkpointRecord, connectRecord, heartbeatRecord, type MirrorRecord, syncRecord } from './mirror-records.ts';
import type { Fault, SimulatedWorld } from './simulated-world.ts';

const SYNCS = 'mm2-offset-syncs.B.internal';
const CHECKPOINTS = 'A.checkpoints.internal';
const HEARTBEATS = 'A.heartbeats';
const CONNECT = 'mm2-offsets.A.internal';

/** What one log holds now. Offsets without a record are markers, or were compacted. */
interface SimulatedLog {
  readonly id: string;
  readonly start: number;
  readonly end: number;
  readonly lastStable: number;
  readonly records: readonly LogRecord[];
  /** Offset at which each leader epoch after the first one began. */
  readonly epochStarts: readonly number[];
}

/** One cluster of a simulated world, with the reader of a live one. */
export class SimulatedCluster implements ClusterReader {
  readonly alias: string;
  readonly #role: 'source' | 'target';
  readonly #world: SimulatedWorld;
  readonly #faults: ReadonlySet<Fault>;
  readonly #at: number;
  readonly #logs = new Map<string, SimulatedLog>();

  /** @param at the auditor's time: ms since the epoch */
  constructor(world: SimulatedWorld, role: 'source' | 'target', faults: ReadonlySet<Fault>, at: number) {
    this.alias = role === 'source' ? 'A' : 'B';
    this.#role = role;
    this.#world = world;
    this.#faults = faults;
    this.#at = at;
  }

  async requirePermissions(): Promise<void> {}

  async metadata(): Promise<ClusterMetadata> {
    const topics = [...this.#topics()].map((topic) => {
      const leaders = [0];
      return [topic, { topic, id: this.#log(topic).id, internal: false, leaders, replicationFactor: 1 }] as const;
    });
    return { clusterId: this.alias, brokers: [], topics: new Map(topics) };
  }

  async offsets(topics: readonly string[]): Promise<ReadonlyMap<string, readonly Outcome<LogOffsets>[]>> {
    const fails = this.#fails(`${this.#role}-log`);
    return new Map(
      topics.map((topic) => {
        if (fails && topic !== HEARTBEATS) return [topic, [this.#unread<LogOffsets>(topic)]];
        const { start, end, lastStable, epochStarts } = this.#log(topic);
        const log = { start: BigInt(start), highWatermark: BigInt(end), lastStableOffset: BigInt(lastStable) };
        return [topic, [read({ ...log, leaderEpoch: epochStarts.length })]];
      }),
    );
  }

  async epochEnds(epochs: readonly PartitionEpoch[]): Promise<readonly Outcome<bigint | null>[]> {
    const fails = this.#fails(`${this.#role}-log`);
    return epochs.map(({ topic, leaderEpoch }) => {
      if (fails) return this.#unread(topic);
      const { start, end, epochStarts } = this.#log(topic);
      // An epoch whose records are all deleted begins where the log begins (Kafka's LeaderEpochFileCache).
      return read(BigInt(Math.max(start, Math.min(end, ...epochStarts.slice(leaderEpoch)))));
    });
  }

  async firstRecords(topics: readonly string[]): Promise<ReadonlyMap<string, readonly Outcome<FirstRecord | null>[]>> {
    return new Map(
      topics.map((topic) => {
        if (this.#fails('records')) return [topic, [this.#unread<FirstRecord | null>(topic)]];
        const [first] = this.#log(topic).records;
        return [topic, [read(first === undefined ? null : { offset: first.offset, timestamp: first.timestamp })]];
      }),
    );
  }

  async groups(): Promise<{ groups: readonly GroupListing[]; unread: readonly Outcome<never>[] }> {
    const groups = [...this.#world.commits[this.#role].keys()].map((group) => ({
      group,
      state: 'Empty',
      type: 'classic' as const,
      protocolType: 'consumer',
    }));
    // The broker that does not answer has the first group.
    return this.#fails(`${this.#role}-listing`)
      ? { groups: groups.slice(1), unread: [this.#unread('groups')] }
      : { groups, unread: [] };
  }

  async commits(groups: readonly string[]): Promise<ReadonlyMap<string, Outcome<readonly CommittedOffset[]>>> {
    const topic = this.#role === 'source' ? 't' : 'A.t';
    const all = this.#world.commits[this.#role];
    return new Map(
      groups.map((group) => {
        if (this.#fails(`${this.#role}-commits`)) return [group, this.#unread(group)];
        const offset = [...all].find(([name]) => name === group)?.[1];
        const leaderEpoch = this.#role === 'source' ? this.#world.leaderEpochOf(group) : null;
        const epoch = leaderEpoch === null ? {} : { leaderEpoch };
        const commits: CommittedOffset[] =
          offset === undefined ? [] : [{ topic, partition: 0, offset: BigInt(offset), ...epoch }];
        return [group, read<readonly CommittedOffset[]>(commits)];
      }),
    );
  }

  async topicConfigs(): Promise<ReadonlyMap<string, Outcome<ReadonlyMap<string, string>>>> {
    return new Map();
  }

  async scan(
    { topic, from, until, isolation }: ScanRequest,
    visit: (record: LogRecord) => void,
  ): Promise<Outcome<LogScan>> {
    if (this.#failsToRead(topic)) return this.#unread(topic);
    const { start, end: highWatermark, lastStable, records } = this.#log(topic);
    const end = BigInt(isolation === 'read_committed' ? lastStable : highWatermark);
    const to = until === undefined || until > end ? end : until;
    for (const record of records) if (record.offset >= from && record.offset < to) visit(record);
    return read({ start: BigInt(start), end: BigInt(highWatermark), next: to > from ? to : from, bytes: 0 });
  }

  async peek(requests: readonly PeekRequest[]): Promise<readonly Outcome<Peek>[]> {
    return requests.map(({ topic, offset, until, isolation }) => {
      if (this.#failsToRead(topic)) return this.#unread(topic);
      const { records, end, lastStable } = this.#log(topic);
      const readable = BigInt(isolation === 'read_committed' ? lastStable : end);
      const to = until < readable ? until : readable;
      const record = records.find((one) => one.offset >= offset && one.offset < to) ?? null;
      return read({ record, scannedTo: to > offset ? to : offset, abortedTransactions: [] });
    });
  }

  requestsSent(): ReadonlyMap<number, number> {
    return new Map();
  }

  async close(): Promise<void> {}

  #fails(fault: Fault): boolean {
    return this.#faults.has(fault);
  }

  #failsToRead(topic: string): boolean {
    switch (topic) {
      case SYNCS:
        return this.#fails('syncs');
      case CHECKPOINTS:
        return this.#fails('checkpoints');
      case CONNECT:
        return this.#fails('connect-offsets');
      case HEARTBEATS:
        return false;
      default:
        return this.#fails('records');
    }
  }

  #unread<T>(what: string): Outcome<T> {
    return unread({ what, cluster: this.alias, error: 'SIMULATED', message: `${what} was not read`, retriable: true });
  }

  #topics(): readonly string[] {
    const connect = this.#world.terms.connect ? [CONNECT] : [];
    return this.#role === 'source' ? ['t', SYNCS] : ['A.t', CHECKPOINTS, HEARTBEATS, ...connect];
  }

  #log(topic: string): SimulatedLog {
    let log = this.#logs.get(topic);
    if (log === undefined) {
      log = this.#readLog(topic);
      this.#logs.set(topic, log);
    }
    return log;
  }

  #readLog(topic: string): SimulatedLog {
    const { mm2, checkpoints, connectOffsets } = this.#world;
    switch (topic) {
      case 't':
        return this.#sourceLog();
      case 'A.t':
        return this.#targetLog();
      case SYNCS: {
        const syncs = mm2.syncLog.map((sync) =>
          sync === null ? null : { at: Number(sync.timestamp), ...syncRecord('t', sync.upstream, sync.downstream) },
        );
        return mirrorLog(topic, syncs);
      }
      case CHECKPOINTS:
        return mirrorLog(
          topic,
          checkpoints.map(({ group, upstream, downstream, at }) => ({
            at,
            ...checkpointRecord(group, 'A.t', upstream, downstream),
          })),
        );
      case CONNECT:
        return mirrorLog(
          topic,
          connectOffsets.map(({ offset, at }) => ({ at, ...connectRecord('A', 't', offset) })),
        );
      default:
        return mirrorLog(topic, [{ at: this.#at, ...heartbeatRecord('A', this.#at) }]);
    }
  }

  #sourceLog(): SimulatedLog {
    const { mm2 } = this.#world;
    const { sourceStart: start, sourceEnd: end, lastStable, topicIds, epochStarts } = mm2;
    const records = [...mm2.sourceRecords].map(([offset, time]) =>
      recordAt(offset, time, this.#content(mm2.sourceEpoch, offset)),
    );
    return { id: topicIds.source, start, end, lastStable, records, epochStarts: epochStarts.source };
  }

  #targetLog(): SimulatedLog {
    const { mm2 } = this.#world;
    const { targetStart: start, targetEnd: end, topicIds, epochStarts } = mm2;
    const records = mm2.targetRecords.flatMap((one, offset) => {
      if (one === null || offset < start) return [];
      return [recordAt(offset, one.time, this.#content(one.epoch, one.source))];
    });
    return { id: topicIds.target, start, end, lastStable: end, records, epochStarts: epochStarts.target };
  }

  /** A comparison cannot distinguish records of equal content and time. */
  #content(epoch: number, offset: number): Buffer {
    return Buffer.from(
      epoch < 0 ? `other ${epoch} ${offset}` : `${epoch} ${Math.floor(offset / this.#world.terms.equal)}`,
    );
  }
}

function mirrorLog(id: string, records: readonly ((MirrorRecord & { readonly at: number }) | null)[]): SimulatedLog {
  const end = records.length;
  return {
    id,
    start: 0,
    end,
    lastStable: end,
    epochStarts: [],
    records: records.flatMap((one, offset) =>
      one === null
        ? []
        : [{ offset: BigInt(offset), timestamp: BigInt(one.at), key: one.key, value: one.value, headers: [] }],
    ),
  };
}

function recordAt(offset: number, time: number, key: Buffer): LogRecord {
  return { offset: BigInt(offset), timestamp: BigInt(time), key, value: null, headers: [] };
}
