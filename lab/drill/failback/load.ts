import { readPartition } from '../../partition-records.ts';
import { waitUntil } from '../../wait-until.ts';
import type { Place } from '../failover/count-group.ts';
import type { Logs } from './count-logs.ts';
import type { Alias, FailbackStage, Phase } from './failback-stage.ts';

/**
 * Groups that read from time to time, with Java consumers of both protocols. Some of them read nothing on the target. One of
 * the others reads there again once lost records were replayed: a failback then need not give it anything twice.
 */
export const JAVA_GROUPS = Array.from({ length: 6 }, (_, i) => ({
  group: `java-${i}`,
  protocol: i % 2 === 0 ? ('classic' as const) : ('consumer' as const),
  readsAway: i >= 3,
  readsReplayed: i === 5,
}));
/** Records that it writes before MirrorMaker is paused, and after it, until the source is killed. */
const LOST = 200;
/** Records that the application writes in each phase before something happens. */
export const LOAD: Readonly<Record<Phase, number>> = { before: 1_800, away: 900, after: 600 };

/** Ids that groups processed, by group. */
export type Read = Map<string, readonly string[]>;

/** What a cluster's logs hold, and where each record is. */
export interface LogsOf {
  readonly ids: Logs;
  readonly places: ReadonlyMap<string, Place>;
}

/** Applications begin on A. Java groups read from time to time, and audits follow. */
export async function beginOnA(stage: FailbackStage, into: Read): Promise<void> {
  await stage.begin();
  for (const [i, one] of JAVA_GROUPS.entries()) {
    await written(stage, 'before', ((i + 1) * LOAD.before) / JAVA_GROUPS.length);
    await drain(stage, 'A', one, into);
    await stage.tidemark('audit', ...(stage.third === null ? [] : ['--flow', 'A->B']));
  }
}

/** Kills A while the application writes. What it wrote last was not mirrored. */
export async function killSource({ a, connect, producers }: FailbackStage): Promise<void> {
  const enough = async (): Promise<void> => {
    const records = producers.before.acknowledged.length + LOST;
    await waitUntil('records to be written', () => producers.before.acknowledged.length >= records, {
      deadlineMs: 60_000,
    });
  };
  await enough();
  connect.pause();
  await enough();
  for (const nodeId of a.nodeIds) await a.kill(nodeId);
  connect.resume();
  await producers.before.stop();
}

export async function drain(
  stage: FailbackStage,
  on: Alias,
  { group, protocol }: (typeof JAVA_GROUPS)[number],
  into: Read,
): Promise<void> {
  const { admin } = stage.clusterOf(on);
  const ids = (await admin.drainGroup(group, stage.readOn(on), protocol)).map(({ id }) => id);
  into.set(group, [...(into.get(group) ?? []), ...ids]);
}

export async function written({ producers }: FailbackStage, phase: Phase, records: number): Promise<void> {
  const producer = producers[phase];
  await waitUntil(`${records} records of phase ${phase} to be written`, () => producer.acknowledged.length >= records, {
    deadlineMs: 180_000,
    explain: () => `${producer.acknowledged.length} were, ${producer.failed} failed`,
  });
}

/** Waits until the live groups have committed the ends of the logs where they are in the last phase. */
export async function waitUntilRead(stage: FailbackStage): Promise<void> {
  await waitUntil(
    'the live groups to reach the ends of the logs',
    async () => {
      const { groups, last } = stage;
      const { admin } = stage.clusterOf(last);
      const ends = await admin.listOffsets(...stage.readOn(last));
      for (const { group } of groups) {
        const rows = await admin.groupOffsets(group);
        const isBehind = (end: (typeof ends)[number]) =>
          (rows.find((row) => row.topic === end.topic && row.partition === end.partition)?.offset ?? 0n) <
          end.highWatermark;
        if (ends.some(isBehind)) return false;
      }
      return true;
    },
    { deadlineMs: 120_000, intervalMs: 500 },
  );
}

export async function logsOf(stage: FailbackStage, on: Alias): Promise<LogsOf> {
  const { admin } = stage.clusterOf(on);
  const logs = new Map<string, readonly string[]>();
  const places = new Map<string, Place>();
  for (const { topic, partition } of await admin.listOffsets(...stage.readOn(on))) {
    const { ids, offsets } = await readPartition(admin, topic, partition);
    const name = `${topic}-${partition}`;
    logs.set(name, ids);
    for (const [i, id] of ids.entries()) places.set(id, { partition: name, offset: BigInt(offsets[i] ?? 0) });
  }
  return { ids: logs, places };
}
