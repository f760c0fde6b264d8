import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { done } from '../lab/agent-schemas.ts';
import type { LabCluster } from '../lab/cluster.ts';
import type { TopicSpec } from '../lab/cluster-admin.ts';
import type { Lab } from '../lab/lab.ts';
import { mm2Properties } from '../lab/mm2-properties.ts';
import { checkpoint, connectOffset, heartbeat, type KeyAndValue, offsetSync } from './mm2-records.ts';
import {
  hasMarker,
  mm2Position,
  PARTITIONS_PER_TOPIC,
  plannedCommits,
  plannedPartitions,
  SOURCE,
  SYNCS_TOPIC,
  TARGET,
  TOPICS,
  topicName,
} from './scale-plan.ts';

export interface ScaleFlow {
  readonly source: LabCluster;
  readonly target: LabCluster;
  /** MM2's configuration of the flow; it bypasses the proxies. */
  readonly mm2File: string;
  /** Writes a heartbeat, as MM2 does every second. */
  beat(): Promise<void>;
}

const CHECKPOINTS_TOPIC = `${SOURCE}.checkpoints.internal`;
const HEARTBEATS_TOPIC = `${SOURCE}.heartbeats`;
const CONNECT_TOPIC = `mm2-offsets.${SOURCE}.internal`;
const CONNECT_PARTITIONS = 25;
/** Keeps each request well below the controller's limit of 10,000 partitions. */
const TOPICS_AT_ONCE = 25;

const BROKER_SETTINGS = {
  'offsets.topic.num.partitions': '50',
  'log.index.size.max.bytes': '4096',
  'num.network.threads': '3',
  'num.io.threads': '8',
};

/**
 * Starts two clusters in the state that MM2 would leave. MM2 itself does not run, because it needs many minutes for
 * 10,000 partitions. Kafka's own producer writes MM2's records here, in MM2's formats.
 */
export async function startScaleFlow(lab: Lab, progress: (step: string) => void): Promise<ScaleFlow> {
  progress(`starting two clusters with ${TOPICS * PARTITIONS_PER_TOPIC} partitions each …`);
  const options = { heapMb: 1_536, optimised: true, config: BROKER_SETTINGS };
  const [source, target] = await Promise.all([
    lab.startCluster({ alias: SOURCE, throughProxy: true, ...options }),
    lab.startCluster({ alias: TARGET, ...options }),
  ]);
  const compacted: TopicSpec = { config: { 'cleanup.policy': 'compact' } };
  await Promise.all([
    createTopics(source, '', { [SYNCS_TOPIC]: compacted }),
    createTopics(target, `${SOURCE}.`, {
      [CHECKPOINTS_TOPIC]: compacted,
      [HEARTBEATS_TOPIC]: compacted,
      [CONNECT_TOPIC]: { ...compacted, partitions: CONNECT_PARTITIONS },
    }),
  ]);
  progress('writing records, offset syncs, checkpoints and commits …');
  const files = new LineFiles(lab.folder);
  const at = Date.now();
  await Promise.all([writeSource(source, files, at), writeTarget(target, files, at)]);
  const properties = mm2Properties(
    { alias: SOURCE, bootstrapServers: directServers(source) },
    { alias: TARGET, bootstrapServers: directServers(target) },
  );
  const mm2File = join(lab.folder, 'mm2.properties');
  writeFileSync(mm2File, properties);
  return {
    source,
    target,
    mm2File,
    beat: () => {
      const now = Date.now();
      return produce(target, files.write([row(HEARTBEATS_TOPIC, 0, now, heartbeat(TARGET, SOURCE, now))]));
    },
  };
}

/** The cluster's address, without the lab's proxies. */
export function directServers(cluster: LabCluster): string {
  return cluster.superUserProperties['bootstrap.servers'] ?? '';
}

async function createTopics(cluster: LabCluster, prefix: string, more: Record<string, TopicSpec>): Promise<void> {
  await cluster.admin.createTopics(more);
  for (let first = 0; first < TOPICS; first += TOPICS_AT_ONCE) {
    const names = Array.from({ length: TOPICS_AT_ONCE }, (_, i) => `${prefix}${topicName(first + i)}`);
    await cluster.admin.createTopics(
      Object.fromEntries(names.map((name) => [name, { partitions: PARTITIONS_PER_TOPIC }])),
    );
  }
}

async function writeSource(source: LabCluster, files: LineFiles, at: number): Promise<void> {
  const partitions = [...plannedPartitions()].map((planned, i) => ({
    planned,
    marked: hasMarker(Math.floor(i / PARTITIONS_PER_TOPIC)),
  }));
  const records = (marked: boolean, from: number, to: number): string[] =>
    partitions.flatMap(({ planned: { topic, partition, sourceOffsets }, ...one }) =>
      one.marked === marked
        ? sourceOffsets.slice(from, to).map((_, i) => row(topic, partition, at, record(topic, partition, from + i)))
        : [],
    );
  const half = 6;
  await produce(source, files.write(records(true, 0, half)), { transactionalId: 'marker', end: 'commit' });
  await produce(source, files.write([...records(true, half, 12), ...records(false, 0, 12)]));
  const syncs = [0, 1, 2].flatMap((i) =>
    partitions.map(({ planned: { topic, partition, syncs: pairs } }) => {
      const [upstream, downstream] = pairs[i] ?? [0, 0];
      return row(SYNCS_TOPIC, 0, at + 1_000, offsetSync(topic, partition, upstream, downstream));
    }),
  );
  await produce(source, files.write(syncs));
  const commits = [...plannedCommits()].map(({ group, on, committed }) =>
    commit(group, on.topic, on.partition, committed),
  );
  await source.admin.call('commitFile', { file: files.write(commits) }, done);
}

async function writeTarget(target: LabCluster, files: LineFiles, at: number): Promise<void> {
  const partitions = [...plannedPartitions()];
  const records = partitions.flatMap(({ topic, targetTopic, partition, mirrored }) =>
    Array.from({ length: mirrored }, (_, i) => row(targetTopic, partition, at, record(topic, partition, i))),
  );
  const positions = partitions.map(({ topic, partition, mirrored, sourceOffsets }) =>
    row(
      CONNECT_TOPIC,
      partition % CONNECT_PARTITIONS,
      at + 1_000,
      connectOffset(SOURCE, topic, partition, sourceOffsets[mirrored - 1] ?? 0),
    ),
  );
  await produce(target, files.write([...records, ...positions]));
  const checkpoints: string[] = [];
  const commits: string[] = [];
  for (const { group, on, committed } of plannedCommits()) {
    const position = mm2Position(on, committed);
    const { targetTopic, partition } = on;
    checkpoints.push(
      row(CHECKPOINTS_TOPIC, 0, at + 1_000, checkpoint(group, targetTopic, partition, committed, position)),
    );
    commits.push(commit(group, targetTopic, partition, position));
  }
  await produce(target, files.write(checkpoints));
  await target.admin.call('commitFile', { file: files.write(commits) }, done);
}

function record(topic: string, partition: number, index: number): KeyAndValue {
  return { key: Buffer.from(`key-${index}`), value: Buffer.from(`${topic}-${partition}-${index}`) };
}

function row(topic: string, partition: number, timestamp: number, { key, value }: KeyAndValue): string {
  return [topic, partition, timestamp, key.toString('base64'), value.toString('base64')].join('\t');
}

function commit(group: string, topic: string, partition: number, offset: number): string {
  return [group, topic, partition, offset].join('\t');
}

/** Large requests with many small batches: each of 10,000 partitions gets a few records. */
const PRODUCER = { 'max.request.size': '8388608', 'buffer.memory': '134217728', 'linger.ms': '20' };

function produce(cluster: LabCluster, file: string, more: Readonly<Record<string, string>> = {}): Promise<void> {
  return cluster.admin.call('produceFile', { file, settings: PRODUCER, ...more }, done);
}

/** Writes input files for the lab's agent. */
class LineFiles {
  readonly #folder: string;
  #count = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  write(lines: readonly string[]): string {
    const file = join(this.#folder, `lines-${++this.#count}`);
    writeFileSync(file, `${lines.join('\n')}\n`);
    return file;
  }
}
