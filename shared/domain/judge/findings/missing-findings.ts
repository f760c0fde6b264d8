import type { Finding } from '../../model/finding.ts';
import type { PartitionState } from '../partition-state.ts';
import { makeFinding } from './make-finding.ts';
import type { TopicContext } from './topic-context.ts';
import { sumOf } from './worst-of.ts';

export function lostToRetention({ topic, states }: TopicContext): Finding[] {
  const lost = sumOf(states, deletedBeforeMirrored);
  if (lost === null) return [];
  const { records, partitions, worst } = lost;
  return [
    makeFinding(
      'RECORDS_LOST_TO_RETENTION',
      { topic: topic.topic, partition: worst.partition },
      `${records} offsets of ${topic.topic} were deleted on the source before MM2 mirrored them`,
      { records, partitions, sourceStart: worst.source?.start ?? null },
    ),
  ];
}

/**
 * Deleted in front of where the mirror stands, or jumped over by it: then it went on exactly at the log's begin. A gap
 * there can also be a transaction marker or compaction, for retention cuts logs at batches: only one that stands out
 * among the mapping's gaps counts.
 */
export function deletedBeforeMirrored(state: PartitionState): bigint {
  const waiting = state.replication?.deletedBefore ?? 0n;
  if (waiting > 0n) return waiting;
  const { mapping, source } = state;
  if (mapping === null || source === null || source.start === 0n) return 0n;
  let atBegin = 0n;
  let elsewhere = 0n;
  for (const { left, right } of mapping.intervals()) {
    const missing = right.upstream - left.upstream - (right.downstream - left.downstream);
    if (missing <= 0n) continue;
    if (right.upstream === source.start) atBegin = missing;
    else elsewhere += missing;
  }
  return atBegin > elsewhere && atBegin > USUAL_MARKERS ? atBegin : 0n;
}

/** A commit or abort marker, and the one of a transaction that wrote nothing. */
const USUAL_MARKERS = 2n;

export function headNeverMirrored({ topic, states }: TopicContext): Finding[] {
  const began = states.filter((state) => state.mapping?.cause === 'first-known');
  const head = sumOf(began, (state) => state.passedOver);
  if (head === null) return [];
  const { records, partitions, worst } = head;
  return [
    makeFinding(
      'HEAD_NEVER_MIRRORED',
      { topic: topic.topic, partition: worst.partition },
      `the first ${records} offsets of ${topic.topic} were never mirrored: MM2 began behind them`,
      { records, partitions },
    ),
  ];
}
