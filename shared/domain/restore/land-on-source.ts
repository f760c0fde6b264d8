import type { PartitionState } from '../judge/partition-state.ts';
import type { Landing } from './landing.ts';

/** A commit of another time on the source's own log: the very offset, unless retention or a truncation took it. */
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
    const reason = `the log begins at ${source.start}: what lay before is gone`;
    return { ...place, position: source.start, clamped: 'start', unreadLoss, reason };
  }
  if (committed > source.highWatermark) {
    const reason = `the log ends at ${source.highWatermark}, before the position ${committed}: it was cut off or replaced`;
    return { ...place, position: source.highWatermark, clamped: 'end', unreadLoss: 0n, reason };
  }
  return { ...place, position: committed, clamped: null, unreadLoss: 0n, reason: null };
}
