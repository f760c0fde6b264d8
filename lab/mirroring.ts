import { decodeOffsetSync } from '../shared/domain/mirror/records/offset-sync.ts';
import type { IsolationLevel } from '../shared/domain/model/cluster.ts';
import type { RecordId } from './agent-schemas.ts';
import type { LabCluster } from './cluster.ts';
import type { LabMm2 } from './mm2.ts';
import { waitUntil } from './wait-until.ts';

const DEADLINE_MS = 240_000;
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
  await waitUntilCopied(mirroring, new SourceEnds(mirroring));
}

/**
 * Waits until every partition is mirrored and MM2's newest offset sync is that of the last data record. After a burst
 * that takes up to one flush interval.
 */
export async function waitUntilSettled(mirroring: Mirroring & { readonly syncsOn?: LabCluster }): Promise<void> {
  const ends = new SourceEnds(mirroring);
  await waitUntilCopied(mirroring, ends);
  const { source, target, topic } = mirroring;
  const syncsOn = mirroring.syncsOn ?? source;
  const other = syncsOn === source ? target : source;
  await wait(mirroring, `the offset syncs of ${topic} to reach its end`, async () => {
    const newest = new Map<number, bigint>();
    for (const { key, value } of await syncsOn.admin.readRaw(`mm2-offset-syncs.${other.alias}.internal`, 0)) {
      if (key === null || value === null) continue;
      const sync = decodeOffsetSync(key, value);
      if (sync.topic === topic) newest.set(sync.partition, sync.upstream);
    }
    return [...(await ends.lastRecords())].every(([partition, { offset }]) => newest.get(partition) === offset);
  });
}

async function waitUntilCopied(mirroring: Mirroring, ends: SourceEnds): Promise<void> {
  const { source, target, topic } = mirroring;
  const targetTopic = mirroring.targetTopic ?? `${source.alias}.${topic}`;
  /** The last records that were found on the target, by partition. */
  const found = new Map<number, string>();
  await wait(mirroring, `${topic} to be mirrored from ${source.alias} to ${target.alias}`, async () => {
    for (const [partition, last] of await ends.lastRecords()) {
      if (found.get(partition) === last.id) continue;
      const there = await target.admin.tail(targetTopic, partition, TAIL_OFFSETS, 'read_uncommitted');
      if (!there.some(({ id }) => id === last.id)) return false;
      found.set(partition, last.id);
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

/** The last data records of a source. They are read again only when an end of the source has moved: a read is expensive. */
class SourceEnds {
  readonly #mirroring: Mirroring;
  #ends = '';
  #records: ReadonlyMap<number, RecordId> = new Map();

  constructor(mirroring: Mirroring) {
    this.#mirroring = mirroring;
  }

  async lastRecords(): Promise<ReadonlyMap<number, RecordId>> {
    const { source, topic, isolation = 'read_uncommitted' } = this.#mirroring;
    const offsets = await source.admin.listOffsets(topic);
    const ends = offsets.map((one) => `${one.partition} ${one.start} ${one.highWatermark} ${one.lastStableOffset}`);
    if (ends.join() === this.#ends) return this.#records;
    const records = new Map<number, RecordId>();
    for (const { partition } of offsets) {
      const record = (await source.admin.tail(topic, partition, TAIL_OFFSETS, isolation)).at(-1);
      if (record !== undefined) records.set(partition, record);
    }
    [this.#ends, this.#records] = [ends.join(), records];
    return records;
  }
}

async function wait(mirroring: Mirroring, what: string, condition: () => Promise<boolean>): Promise<void> {
  const { mm2, deadlineMs = DEADLINE_MS } = mirroring;
  const ask = (): Promise<boolean> => {
    mm2?.assertRunning();
    return condition();
  };
  await waitUntil(what, ask, { deadlineMs, intervalMs: 250, explain: () => mm2?.tail() ?? '' });
}
