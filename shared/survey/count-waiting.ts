import type { AuditPolicy } from '../domain/judge/audit-policy.ts';
import type { FlowObservation } from '../domain/judge/observation.ts';
import { lagOf, type PartitionState } from '../domain/judge/partition-state.ts';
import type { RecordEvidence } from '../domain/judge/record-evidence.ts';
import { least } from '../domain/model/offsets.ts';
import { PartitionMap } from '../domain/model/partition-map.ts';
import type { ClusterReader } from '../ports.ts';
import { countRecords, OFFSETS_AT_MOST, STRETCHES_AT_MOST } from './count-records.ts';

/**
 * Counts the records that wait, where their offsets alone would be more than the limit for the loss: markers and compaction
 * leave offsets without records, and those must not page anyone. The longest stretches first, within the limits of a count.
 */
export async function countWaiting(
  { flow }: FlowObservation,
  states: readonly PartitionState[],
  source: ClusterReader,
  { maxLossRecords }: Pick<AuditPolicy, 'maxLossRecords'>,
): Promise<PartitionMap<RecordEvidence>> {
  const evidence = new PartitionMap<RecordEvidence>();
  const waiting = states.flatMap((state) => {
    const { replication, source: log } = state;
    const { lag } = lagOf(state);
    if (lag.kind === 'unknown' || lag.records === 0n || replication?.replicatedTo == null || log === null) return [];
    // Behind a transaction that is open, only a consumer that reads everything sees what waits.
    const isOpen = replication.readableEnd < log.highWatermark;
    const isolation = isOpen ? 'read_uncommitted' : flow.isolationLevel;
    return [{ state, lag: lag.records, from: replication.replicatedTo, end: log.highWatermark, isolation }];
  });
  const offsets = waiting.reduce((sum, { lag }) => sum + lag, 0n);
  if (offsets <= maxLossRecords) return evidence;
  const longest = waiting.sort((a, b) => (a.lag > b.lag ? -1 : 1)).slice(0, STRETCHES_AT_MOST);
  await Promise.all(
    longest.map(async ({ state: { topic, partition }, from, end, isolation }) => {
      const until = least(end, from + OFFSETS_AT_MOST);
      if (until <= from) return;
      const stretch = { topic: topic.topic, partition, from, until, isolation };
      const found = await countRecords(source, stretch);
      if (found === null || found.next <= from) return;
      const { records, next } = found;
      evidence.set(topic.topic, partition, { waitingCount: { from, until: least(next, until), records } });
    }),
  );
  return evidence;
}
