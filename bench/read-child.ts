import { createClusterReader } from '../shared/adapters/kafka/cluster-reader.ts';
import type { ClusterReader } from '../shared/ports.ts';
import type { ClusterReading } from './cluster-reading.ts';
import { answerCalls } from './measured-child.ts';

/**
 * A process that only reads clusters, so that its memory is that of reading alone. It keeps one reader per cluster with
 * its connections, like the AdminClient. It requests all data again in every round.
 */
const readers = new Map<string, ClusterReader>();

async function round(bootstrapServers: string): Promise<ClusterReading> {
  const cpu = process.cpuUsage();
  const begin = performance.now();
  const reader =
    readers.get(bootstrapServers) ??
    createClusterReader(
      { alias: 'A', bootstrapServers: bootstrapServers.split(','), clientId: 'tidemark-bench' },
      { deadlineMs: 600_000 },
    );
  readers.set(bootstrapServers, reader);
  const before = new Map(reader.requestsSent());
  const metadata = await reader.metadata();
  const topics = [...metadata.topics.values()].filter(({ internal }) => !internal).map(({ topic }) => topic);
  const [offsets, commits] = await Promise.all([
    reader.offsets(topics),
    reader.groups().then(({ groups }) => reader.commits(groups.map(({ group }) => group))),
  ]);
  let [partitions, pairs, lag, starts, ends, stables] = [0, 0, 0n, 0n, 0n, 0n];
  for (const outcomes of offsets.values()) {
    for (const outcome of outcomes) {
      if (outcome.kind !== 'read') throw new Error(outcome.unread.message);
      partitions++;
      starts += outcome.value.start;
      ends += outcome.value.highWatermark;
      stables += outcome.value.lastStableOffset;
    }
  }
  for (const outcome of commits.values()) {
    if (outcome.kind !== 'read') throw new Error(outcome.unread.message);
    for (const { topic, partition, offset } of outcome.value) {
      const end = offsets.get(topic)?.[partition];
      if (end?.kind !== 'read') throw new Error(`no end of ${topic}-${partition}`);
      pairs++;
      lag += end.value.highWatermark - offset;
    }
  }
  const ms = performance.now() - begin;
  const { user, system } = process.cpuUsage(cpu);
  const sent = [...reader.requestsSent()].map(([node, count]) => count - (before.get(node) ?? 0));
  return {
    partitions,
    groups: commits.size,
    pairs,
    lag: String(lag),
    starts: String(starts),
    ends: String(ends),
    stables: String(stables),
    ms,
    cpuMs: (user + system) / 1_000,
    peakMib: process.resourceUsage().maxRSS / 1_024,
    requests: Math.max(...sent),
  };
}

answerCalls(round);
