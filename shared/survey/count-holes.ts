import type { FlowObservation } from '../domain/judge/observation.ts';
import type { PartitionState } from '../domain/judge/partition-state.ts';
import { holeKey, type RecordEvidence } from '../domain/judge/record-evidence.ts';
import { type Hole, isBrought } from '../domain/mirror/coverage/hole.ts';
import { PartitionMap } from '../domain/model/partition-map.ts';
import type { ClusterReader } from '../ports.ts';
import { countRecords, OFFSETS_AT_MOST, STRETCHES_AT_MOST } from './count-records.ts';

/**
 * Counts the records of holes in which a look found one: others of the offsets may hold none, and as many records as
 * the target has room for were mirrored. The longest first, within the limits above. Returns the evidence of the partitions that it has more of.
 */
export async function countHoles(
  { flow }: FlowObservation,
  states: readonly PartitionState[],
  source: ClusterReader,
): Promise<PartitionMap<RecordEvidence>> {
  const open = states
    .filter(({ records }) => records.holes !== undefined)
    .flatMap((state) => (state.replication?.holes ?? []).map((hole) => ({ state, hole })))
    .filter(({ state, hole }) => isOpen(state, hole))
    .sort((a, b) => (a.hole.offsets > b.hole.offsets ? -1 : 1))
    .slice(0, STRETCHES_AT_MOST);
  const evidence = new PartitionMap<RecordEvidence>();
  await Promise.all(
    open.map(async ({ state, hole }) => {
      const { topic, partition } = state;
      const { from, until } = hole;
      const stretch = { topic: topic.topic, partition, from, until, isolation: flow.isolationLevel };
      const found = await countRecords(source, stretch, (offset) => !isBrought(hole, offset));
      // The look saw a record there: a count without it is of another log.
      if (found === null || found.next < until || found.seen === 0n) return;
      const { records, since } = found;
      const before = evidence.get(topic.topic, partition)?.holes ?? [];
      const holes = new Map([...before, [holeKey(hole), { kind: 'counted', records, since } as const]]);
      evidence.set(topic.topic, partition, { holes });
    }),
  );
  return evidence;
}

function isOpen({ records }: PartitionState, hole: Hole): boolean {
  const look = records.holes?.get(holeKey(hole));
  return look?.kind === 'peeked' && look.peek.record !== null && hole.until - hole.from <= OFFSETS_AT_MOST;
}
