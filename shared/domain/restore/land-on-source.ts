import type { PartitionState } from '../judge/partition-state.ts';
import type { Landing } from './landing.ts';

/** Puts an earlier commit back on the source: the same offset, unless retention or a truncation removed it. */
export function landOnSource(state: PartitionState, committed: bigint): Landing {
  const { topic, partition, source } = state;
  if (source === null) {
    const reason = `the source partition could not be read: ${state.unread?.message ?? ''}`;
    return { kind: 'nowhere', topic, partition, why: 'log-unread', reason };
  }
  const costs = { rereadAtMost: 0n, skipAtMost: 0n, proof: 'exact' } as const;
  const place = { kind: 'at', topic, partition, log: source, ...costs } as const;
  if (committed < source.start) {
    const unreadLoss = source.start - committed;
    const reason = `the log now starts at ${source.start}: earlier records were deleted`;
    return { ...place, position: source.start, clamped: 'start', unreadLoss, reason };
  }
  if (committed > source.highWatermark) {
    const reason = `the log ends at ${source.highWatermark}, before the position ${committed}: it was truncated or recreated`;
    return { ...place, position: source.highWatermark, clamped: 'end', unreadLoss: 0n, reason };
  }
  return { ...place, position: committed, clamped: null, unreadLoss: 0n, reason: null };
}
