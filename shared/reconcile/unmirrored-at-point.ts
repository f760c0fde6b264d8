import type { Flow } from '../domain/model/flow.ts';
import { lostRecords } from '../domain/reconcile/unmirrored.ts';
import type { ClusterReader } from '../ports.ts';
import { type FailoverPoint, listUnmirrored } from './list-unmirrored.ts';

/** By partition of the flow's source. What could not be found out counts as lost from where it begins. */
export interface UnmirroredAtPoint {
  readonly lost: readonly { readonly topic: string; readonly partition: number; readonly from: bigint }[];
  readonly records: bigint;
  /** Whether there may be more than `records`. */
  readonly isOpen: boolean;
}

/** Finds by content what a flow never mirrored until a failover, and nobody has replayed. Reads both logs. */
export async function unmirroredAtPoint(
  flow: Flow,
  point: FailoverPoint,
  reader: (alias: string) => ClusterReader,
): Promise<UnmirroredAtPoint> {
  const [source, target] = [reader(flow.source), reader(flow.target)];
  try {
    const { partitions } = await listUnmirrored({ flow, source, target, point });
    const open = partitions.flatMap(({ found: { topic, partition, unknown } }) =>
      unknown.map(({ from }) => ({ topic, partition, from })),
    );
    const lost = partitions.flatMap(({ found: { topic, partition, lost: ranges } }) =>
      ranges.map(({ from }) => ({ topic, partition, from })),
    );
    const records = partitions.reduce((sum, { found }) => sum + lostRecords(found), 0n);
    return { lost: [...lost, ...open], records, isOpen: open.length > 0 };
  } finally {
    await Promise.all([source.close(), target.close()]);
  }
}
