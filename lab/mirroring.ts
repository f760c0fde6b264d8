import { decodeOffsetSync } from '../shared/domain/mirror/records/offset-sync.ts';
import type { IsolationLevel } from '../shared/domain/model/cluster.ts';
import type { RecordId } from './agent-schemas.ts';
import type { LabCluster } from './cluster.ts';
import type { LabMm2 } from './mm2.ts';
import { waitUntil } from './wait-until.ts';

const DEADLINE_MS = 90_000;
/** Number of offsets at the end of a log that are searched for the last data record. */
const TAIL_OFFSETS = 2_000;

export interface Mirroring {
  readonly source: LabCluster;
  readonly target: LabCluster;
  readonly topic: string;
  /** `<source>.<topic>` by default. */
  readonly targetTopic?: string;
  /** MM2's `consumer.isolation.level` for the source; read_uncommitted by default, as in MM2. */
  readonly isolation?: IsolationLevel;
  /** The mirroring MM2 process. Waiting ends if it dies; the timeout error shows the end of its log. */
  readonly mm2?: LabMm2;
  readonly deadlineMs?: number;
}

/** Waits until the last data record of every source partition is on the target. */
export async function waitUntilMirrored(mirroring: Mirroring): Promise<void> {
  const { source, target, topic, isolation = 'read_uncommitted' } = mirroring;
  const targetTopic = mirroring.targetTopic ?? `${source.alias}.${topic}`;
  await wait(mirroring, `${topic} to be mirrored from ${source.alias} to ${target.alias}`, async () => {
    for (const { partition } of await source.admin.listOffsets(topic)) {
      const last = await lastRecord(source, topic, partition, isolation);
      if (last === undefined) continue;
      const there = await target.admin.tail(targetTopic, partition, TAIL_OFFSETS, 'read_uncommitted');
      if (!there.some(({ id }) => id === last.id)) return false;
    }
    return true;
  });
}

/**
 * Waits until every partition is mirrored and MM2's newest offset sync is that of the last data record. After a burst
 * that takes up to one flush interval.
 */
export async function waitUntilSettled(mirroring: Mirroring & { readonly syncsOn?: LabCluster }): Promise<void> {
  await waitUntilMirrored(mirroring);
  const { source, target, topic, isolation = 'read_uncommitted' } = mirroring;
  const syncsOn = mirroring.syncsOn ?? source;
  const other = syncsOn === source ? target : source;
  await wait(mirroring, `the offset syncs of ${topic} to reach its end`, async () => {
    const newest = new Map<number, bigint>();
    for (const { key, value } of await syncsOn.admin.readRaw(`mm2-offset-syncs.${other.alias}.internal`, 0)) {
      if (key === null || value === null) continue;
      const sync = decodeOffsetSync(key, value);
      if (sync.topic === topic) newest.set(sync.partition, sync.upstream);
    }
    for (const { partition } of await source.admin.listOffsets(topic)) {
      const last = await lastRecord(source, topic, partition, isolation);
      if (last !== undefined && newest.get(partition) !== last.offset) return false;
    }
    return true;
  });
}

/** Waits until MM2's group sync has committed the group's positions on the target for all its partitions. */
export async function waitUntilGroupSynced(mirroring: Mirroring, group: string): Promise<void> {
  const { source, target, topic } = mirroring;
  const targetTopic = mirroring.targetTopic ?? `${source.alias}.${topic}`;
  await wait(mirroring, `group ${group} to be on ${target.alias}`, async () => {
    const partitionsOf = async (cluster: LabCluster, name: string): Promise<number> =>
      (await cluster.admin.groupOffsets(group)).filter((row) => row.topic === name).length;
    return (await partitionsOf(target, targetTopic)) >= (await partitionsOf(source, topic));
  });
}

async function lastRecord(
  cluster: LabCluster,
  topic: string,
  partition: number,
  isolation: IsolationLevel,
): Promise<RecordId | undefined> {
  return (await cluster.admin.tail(topic, partition, TAIL_OFFSETS, isolation)).at(-1);
}

async function wait(mirroring: Mirroring, what: string, condition: () => Promise<boolean>): Promise<void> {
  const { mm2, deadlineMs = DEADLINE_MS } = mirroring;
  const ask = (): Promise<boolean> => {
    mm2?.assertRunning();
    return condition();
  };
  await waitUntil(what, ask, { deadlineMs, intervalMs: 250, explain: () => mm2?.tail() ?? '' });
}
