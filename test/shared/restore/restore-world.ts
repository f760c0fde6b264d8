import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { ClusterMetadata, CommittedOffset, LogOffsets } from '../../../shared/domain/model/cluster.ts';
import { type Outcome, read } from '../../../shared/domain/model/outcome.ts';
import type { RestorePlan } from '../../../shared/domain/restore/restore-plan.ts';
import type { ClusterReader, OffsetWriter } from '../../../shared/ports.ts';
import { PLAN_DOCUMENT } from '../../../shared/restore/load-plan.ts';
import { KEEP_DOCUMENTS_MS, type PlanStore } from '../../../shared/restore/plan-store.ts';
import { planCodec, planHash } from '../../../shared/restore/restore-documents.ts';

/** Committed offsets on a cluster: by group, then by `topic-partition`; decimal strings. */
export type Positions = Readonly<Record<string, Readonly<Record<string, string>>>>;

export const TOPIC = 't';

/** A cluster in a file, so that the next process sees what a killed one wrote. */
export interface FileCluster {
  readonly clusterId: string;
  readonly topicIds: Readonly<Record<string, string>>;
  /** Start and end of every log of every topic. */
  readonly log: readonly [start: number, end: number];
  readonly partitions: number;
  readonly positions: Positions;
  /** States of groups that are not Empty. */
  readonly live: Readonly<Record<string, string>>;
}

export const CLUSTER: FileCluster = {
  clusterId: 'cluster-1',
  topicIds: { [TOPIC]: 'topic-1' },
  log: [0, 1_000],
  partitions: 2,
  positions: {},
  live: {},
};

export function readCluster(file: string): FileCluster {
  return JSON.parse(readFileSync(file, 'utf8')) as FileCluster;
}

/** Writes completely or not at all, like a broker's handling of one request. */
export function writeCluster(file: string, cluster: FileCluster): void {
  writeFileSync(`${file}.new`, JSON.stringify(cluster));
  renameSync(`${file}.new`, file);
}

/** The part of a reader that a restore uses after planning. */
export function fileReader(file: string): ClusterReader {
  const offsetsOf = (cluster: FileCluster): Outcome<LogOffsets>[] => {
    const [start, end] = [BigInt(cluster.log[0]), BigInt(cluster.log[1])];
    return Array.from({ length: cluster.partitions }, () => read({ start, highWatermark: end, lastStableOffset: end }));
  };
  const reader: Pick<ClusterReader, 'alias' | 'metadata' | 'offsets' | 'groups' | 'commits' | 'close'> = {
    alias: 'A',
    async metadata(): Promise<ClusterMetadata> {
      const { clusterId, topicIds, partitions } = readCluster(file);
      const leaders = Array.from({ length: partitions }, () => 1);
      const topics = Object.entries(topicIds).map(([topic, id]) => ({
        topic,
        id,
        internal: false,
        leaders,
        replicationFactor: 1,
      }));
      return { clusterId, brokers: [], topics: new Map(topics.map((topic) => [topic.topic, topic])) };
    },
    offsets: async (topics) => new Map(topics.map((topic) => [topic, offsetsOf(readCluster(file))])),
    async groups() {
      const { positions, live } = readCluster(file);
      const names = [...new Set([...Object.keys(positions), ...Object.keys(live)])];
      const groups = names.map((group) => ({
        group,
        state: live[group] ?? 'Empty',
        type: 'classic' as const,
        protocolType: 'consumer',
      }));
      return { groups, unread: [] };
    },
    async commits(groups) {
      const { positions } = readCluster(file);
      return new Map(groups.map((group) => [group, read(committedOf(positions[group] ?? {}))]));
    },
    close: async () => undefined,
  };
  return reader as ClusterReader;
}

/** Writes like a broker: refuses every write to a group with members. */
export function fileWriter(file: string): OffsetWriter {
  const change = async (
    group: string,
    partitions: readonly { readonly topic: string; readonly partition: number; readonly offset?: bigint }[],
  ) => {
    const cluster = readCluster(file);
    const state = cluster.live[group];
    const live = { error: 'UNKNOWN_MEMBER_ID', message: 'the group has members', retriable: false, live: true };
    if (state === undefined) {
      const positions = { ...cluster.positions[group] };
      for (const { topic, partition, offset } of partitions) {
        if (offset === undefined) delete positions[`${topic}-${partition}`];
        else positions[`${topic}-${partition}`] = String(offset);
      }
      writeCluster(file, { ...cluster, positions: { ...cluster.positions, [group]: positions } });
    }
    return partitions.map(({ topic, partition }) => ({
      topic,
      partition,
      failure: state === undefined ? null : live,
    }));
  };
  return { alias: 'A', commit: change, delete: change, close: async () => undefined };
}

function committedOf(positions: Readonly<Record<string, string>>): CommittedOffset[] {
  return Object.entries(positions).map(([name, offset]) => {
    const dash = name.lastIndexOf('-');
    return { topic: name.slice(0, dash), partition: Number(name.slice(dash + 1)), offset: BigInt(offset) };
  });
}

/** Three groups on two partitions each; the last one has no position on its second. */
export function groupsBefore(prefix = 'g'): Positions {
  return {
    [`${prefix}0`]: { 't-0': '500', 't-1': '600' },
    [`${prefix}1`]: { 't-0': '700', 't-1': '800' },
    [`${prefix}2`]: { 't-0': '900' },
  };
}

/** The planned positions; one is already in place. */
export function groupsPlanned(prefix = 'g'): Positions {
  return {
    [`${prefix}0`]: { 't-0': '50', 't-1': '60' },
    [`${prefix}1`]: { 't-0': '70', 't-1': '800' },
    [`${prefix}2`]: { 't-0': '90', 't-1': '95' },
  };
}

export function planOf(options: {
  readonly id: string;
  readonly prefix?: string;
  readonly clusterId?: string | null;
  readonly topicId?: string | null;
  readonly madeAt: number;
}): RestorePlan {
  const { id, prefix = 'g', clusterId = CLUSTER.clusterId, topicId = 'topic-1', madeAt } = options;
  const before = groupsBefore(prefix);
  return {
    id,
    flow: 'A->B',
    onto: 'source',
    cluster: 'A',
    clusterId,
    asOf: madeAt - 60_000,
    stateAt: madeAt - 60_000,
    heldUntil: madeAt - 60_000,
    madeAt,
    expiresAt: madeAt + 3_600_000,
    leftOut: [],
    topics: [{ topic: TOPIC, id: topicId, logs: [0, 1].map((partition) => ({ partition, start: 0n, end: 1_000n })) }],
    groups: Object.entries(groupsPlanned(prefix)).map(([group, positions]) => ({
      group,
      leftAlone: [],
      steps: Object.entries(positions).map(([name, to]) => {
        const from = before[group]?.[name];
        return {
          topic: TOPIC,
          partition: Number(name.slice(2)),
          from: from === undefined ? null : BigInt(from),
          to: BigInt(to),
          rereadAtMost: 0n,
          skipAtMost: 0n,
          proof: 'exact' as const,
          reason: null,
          clamped: null,
          unreadLoss: 0n,
        };
      }),
    })),
  };
}

/** Stores a plan as `restore plan` does; returns its hash. */
export async function storePlan(plans: PlanStore, plan: RestorePlan): Promise<string> {
  const keepUntil = plan.madeAt + KEEP_DOCUMENTS_MS;
  await plans.add({ plan: plan.id, name: PLAN_DOCUMENT, bytes: planCodec.encode(plan), keepUntil });
  return planHash(plan);
}
