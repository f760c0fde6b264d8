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
import { type Outcome, read } from '../../shared/domain/model/outcome.ts';
import type { ClusterReader } from '../../shared/ports.ts';
import { checkpoint, connectOffset, heartbeat, type KeyAndValue, offsetSync } from '../mm2-records.ts';
import {
  groupName,
  mm2Position,
  PARTITIONS_PER_TOPIC,
  type PlannedPartition,
  plannedPartition,
  topicName,
} from '../scale-plan.ts';

/** The size of one flow. Each group commits on all partitions of some topics. */
export interface FlowSize {
  readonly topics: number;
  readonly groups: number;
  readonly topicsPerGroup: number;
}

export interface PlannedFlow extends FlowSize {
  readonly source: string;
  readonly target: string;
  /** When its records were written: ms since the epoch. */
  readonly writtenAt: number;
}

export function pairsOf({ groups, topicsPerGroup }: FlowSize): number {
  return groups * topicsPerGroup * PARTITIONS_PER_TOPIC;
}

const CONNECT_PARTITIONS = 25;
const planned = new Map<number, PlannedPartition>();

/**
 * One cluster of a flow that MM2 has mirrored, as the plan of the bench says, without Kafka: no record of it is kept, each is made
 * when it is read. So the memory of a process is what the audit itself needs.
 */
export class PlannedCluster implements ClusterReader {
  readonly alias: string;
  readonly #flow: PlannedFlow;
  readonly #isSource: boolean;
  readonly #beats: number;
  readonly #now: number;

  /** @param beats how many heartbeats there are; the newest is of `now` */
  constructor(flow: PlannedFlow, role: 'source' | 'target', { beats, now }: { beats: number; now: number }) {
    this.alias = role === 'source' ? flow.source : flow.target;
    this.#flow = flow;
    this.#isSource = role === 'source';
    this.#beats = beats;
    this.#now = now;
  }

  async requirePermissions(): Promise<void> {}

  async metadata(): Promise<ClusterMetadata> {
    const { topics } = this.#flow;
    const names = [...Array.from({ length: topics }, (_, i) => this.#dataTopic(i)), ...this.#own().keys()];
    return {
      clusterId: `cluster-${this.alias}`,
      brokers: [{ nodeId: 0, host: this.alias, port: 9092 }],
      topics: new Map(
        names.map((topic) => {
          const count = this.#own().get(topic)?.partitions ?? PARTITIONS_PER_TOPIC;
          const leaders = Array.from({ length: count }, () => 0);
          const id = Buffer.from(topic.padEnd(16).slice(-16)).toString('base64url');
          return [topic, { topic, id, internal: false, leaders, replicationFactor: 1 }];
        }),
      ),
    };
  }

  async offsets(topics: readonly string[]): Promise<ReadonlyMap<string, readonly Outcome<LogOffsets>[]>> {
    return new Map(
      topics.map((topic) => {
        const count = this.#own().get(topic)?.partitions ?? PARTITIONS_PER_TOPIC;
        return [topic, Array.from({ length: count }, (_, partition) => read(this.#log(topic, partition)))];
      }),
    );
  }

  async firstRecords(topics: readonly string[]): Promise<ReadonlyMap<string, readonly Outcome<FirstRecord | null>[]>> {
    const first = { offset: 0n, timestamp: BigInt(this.#flow.writtenAt) };
    return new Map(
      topics.map((topic) => {
        const count = this.#own().get(topic)?.partitions ?? PARTITIONS_PER_TOPIC;
        return [topic, Array.from({ length: count }, () => read(first))];
      }),
    );
  }

  async epochEnds(epochs: readonly PartitionEpoch[]): Promise<readonly Outcome<bigint | null>[]> {
    return epochs.map(({ topic, partition }) => read(this.#log(topic, partition).highWatermark));
  }

  async groups(): Promise<{ groups: readonly GroupListing[]; unread: readonly Outcome<never>[] }> {
    const groups = Array.from({ length: this.#flow.groups }, (_, group) => ({
      group: groupName(group),
      state: 'Empty',
      type: 'classic' as const,
      protocolType: 'consumer',
    }));
    return { groups, unread: [] };
  }

  async commits(groups: readonly string[]): Promise<ReadonlyMap<string, Outcome<readonly CommittedOffset[]>>> {
    return new Map(
      groups.map((group) => {
        const index = Number(/\d+$/.exec(group)?.[0]);
        const commits = Array.from({ length: this.#flow.topicsPerGroup * PARTITIONS_PER_TOPIC }, (_, nth) => {
          const { topic, on, committed } = this.#commit(index, nth);
          const offset = BigInt(this.#isSource ? committed : mm2Position(on, committed));
          return { topic: this.#dataTopic(topic), partition: on.partition, offset };
        });
        return [group, read<readonly CommittedOffset[]>(commits)];
      }),
    );
  }

  async topicConfigs(): Promise<ReadonlyMap<string, Outcome<ReadonlyMap<string, string>>>> {
    return new Map();
  }

  async scan(request: ScanRequest, visit: (record: LogRecord) => void): Promise<Outcome<LogScan>> {
    const { topic, partition, from, until } = request;
    const { highWatermark: end } = this.#log(topic, partition);
    const to = until === undefined || until > end ? end : until;
    for (let offset = from < 0n ? 0n : from; offset < to; offset++) {
      const record = this.#record(topic, partition, offset);
      if (record !== null) visit(record);
    }
    return read({ start: 0n, end, next: to > from ? to : from, bytes: 0 });
  }

  async peek(requests: readonly PeekRequest[]): Promise<readonly Outcome<Peek>[]> {
    return requests.map(({ topic, partition, offset, until }) => {
      const { highWatermark: end } = this.#log(topic, partition);
      const to = until < end ? until : end;
      let record: LogRecord | null = null;
      for (let at = offset; at < to && record === null; at++) record = this.#record(topic, partition, at);
      return read({ record, scannedTo: to > offset ? to : offset, abortedTransactions: [] });
    });
  }

  requestsSent(): ReadonlyMap<number, number> {
    return new Map();
  }

  async close(): Promise<void> {}

  #dataTopic(topic: number): string {
    return this.#isSource ? topicName(topic) : `${this.#flow.source}.${topicName(topic)}`;
  }

  /** The topics of MM2 and Connect on this cluster: their partitions, the length of a log, and what a record has. */
  #own(): ReadonlyMap<string, OwnTopic> {
    const { source, target, topics, topicsPerGroup } = this.#flow;
    const partitions = topics * PARTITIONS_PER_TOPIC;
    if (this.#isSource) {
      const sync = (nth: number) => {
        const on = partitionOf(nth % partitions);
        const [upstream, downstream] = on.syncs[Math.floor(nth / partitions)] ?? [0, 0];
        return offsetSync(on.topic, on.partition, upstream, downstream);
      };
      return new Map([[`mm2-offset-syncs.${target}.internal`, { partitions: 1, length: 3 * partitions, at: sync }]]);
    }
    const perGroup = topicsPerGroup * PARTITIONS_PER_TOPIC;
    const ofGroup = (nth: number) => {
      const group = Math.floor(nth / perGroup);
      const { topic, on, committed } = this.#commit(group, nth % perGroup);
      return checkpoint(groupName(group), this.#dataTopic(topic), on.partition, committed, mm2Position(on, committed));
    };
    const perTopic = PARTITIONS_PER_TOPIC / CONNECT_PARTITIONS;
    const position = (nth: number, partition: number) => {
      const on = partitionOf(
        Math.floor(nth / perTopic) * PARTITIONS_PER_TOPIC + partition + CONNECT_PARTITIONS * (nth % perTopic),
      );
      return connectOffset(source, on.topic, on.partition, on.sourceOffsets[on.mirrored - 1] ?? 0);
    };
    const beat = () => heartbeat(target, source, this.#now);
    return new Map([
      [`${source}.checkpoints.internal`, { partitions: 1, length: pairsOf(this.#flow), at: ofGroup }],
      [`${source}.heartbeats`, { partitions: 1, length: this.#beats, at: beat }],
      [`mm2-offsets.${source}.internal`, { partitions: CONNECT_PARTITIONS, length: topics * perTopic, at: position }],
    ]);
  }

  #log(topic: string, partition: number): LogOffsets {
    const own = this.#own().get(topic);
    const on = own === undefined ? this.#planned(topic, partition) : null;
    const end = BigInt(own?.length ?? (this.#isSource ? on?.sourceEnd : on?.mirrored) ?? 0);
    return { start: 0n, highWatermark: end, lastStableOffset: end, leaderEpoch: 0 };
  }

  /** Null where a transaction marker is. */
  #record(topic: string, partition: number, offset: bigint): LogRecord | null {
    const own = this.#own().get(topic);
    const at = BigInt(topic.endsWith('heartbeats') ? this.#now : this.#flow.writtenAt);
    if (own !== undefined) {
      return { offset, timestamp: at, headers: [], ...own.at(Number(offset), partition) };
    }
    const on = this.#planned(topic, partition);
    const index = this.#isSource ? on.sourceOffsets.indexOf(Number(offset)) : Number(offset);
    if (index < 0) return null;
    const value = Buffer.from(`${on.topic}-${partition}-${index}`);
    return { offset, timestamp: at, headers: [], key: Buffer.from(`key-${index}`), value };
  }

  #planned(topic: string, partition: number): PlannedPartition {
    return partitionOf(Number(/\d+$/.exec(topic)?.[0]) * PARTITIONS_PER_TOPIC + partition);
  }

  #commit(group: number, nth: number) {
    const topic = (group + Math.floor(nth / PARTITIONS_PER_TOPIC)) % this.#flow.topics;
    const partition = nth % PARTITIONS_PER_TOPIC;
    const on = partitionOf(topic * PARTITIONS_PER_TOPIC + partition);
    return { topic, on, committed: (group + partition) % (on.sourceEnd + 1) };
  }
}

interface OwnTopic {
  readonly partitions: number;
  readonly length: number;
  readonly at: (nth: number, partition: number) => KeyAndValue;
}

/** Counted through all topics. */
function partitionOf(index: number): PlannedPartition {
  let on = planned.get(index);
  if (on === undefined) {
    on = plannedPartition(Math.floor(index / PARTITIONS_PER_TOPIC), index % PARTITIONS_PER_TOPIC);
    planned.set(index, on);
  }
  return on;
}
