import type { PeekRequest } from '../model/cluster.ts';
import type { GroupState } from './group-state.ts';
import type { FlowObservation } from './observation.ts';
import { COPIES_ISOLATION } from './probes.ts';

/** The target offsets between where a group should continue and where MM2 put it. `until` is exclusive. */
export interface SkippedStretch {
  readonly from: bigint;
  readonly until: bigint;
}

/** Where a failover would put the group, if that is what MM2 wrote; null if MM2 wrote no position that it would use. */
function usedPosition({ flow }: FlowObservation, { report: { mm2 } }: GroupState): bigint | null {
  // Without group sync, clients that fail over ask for the translated checkpoint. With it, MM2 still writes the commit.
  const isUsed = mm2.kind === 'at' && (mm2.from === 'group-offset' || !flow.syncGroupOffsets.enabled);
  return isUsed ? mm2.position : null;
}

/** What a group would skip at the position that a failover uses; null if nothing. */
export function skippedStretch(observation: FlowObservation, group: GroupState): SkippedStretch | null {
  const until = usedPosition(observation, group);
  const { tidemark } = group.report;
  if (until === null || tidemark.kind !== 'known' || tidemark.position >= until) return null;
  const stretch = { from: tidemark.position, until };
  return isAbsent(group, stretch) ? null : stretch;
}

/** Whether a look has shown that the target log holds no record there: compaction leaves such stretches. */
function isAbsent({ state: { records } }: GroupState, { from, until }: SkippedStretch): boolean {
  return records.absent?.some((range) => range.from <= from && range.until >= until) === true;
}

/**
 * If MM2 wrote records again, a position after the first copies may be right among the newer ones. If the source cannot be
 * read, nothing shows that it is the topic that the syncs are about. One offset may be a transaction marker.
 */
export function skipsForCertain({ report: { mm2, tidemark }, translation, state }: GroupState): boolean {
  const again = translation.kind === 'interval' ? translation.again : 0n;
  if (again > 0n || state.source === null || state.mapping?.writtenOnce === false) return false;
  const markers = state.mapping?.inTransactions === true ? 1n : 0n;
  return mm2.kind === 'at' && tidemark.kind === 'known' && mm2.position > tidemark.high + markers;
}

/** A look at what a group would skip. */
export interface SkipLook extends SkippedStretch {
  readonly topic: string;
  readonly partition: number;
  readonly request: PeekRequest;
}

/** Looks at the target that show whether groups would skip anything: the first `most` of those that page someone. */
export function skipLooks(observation: FlowObservation, groups: readonly GroupState[], most: number): SkipLook[] {
  const looks: SkipLook[] = [];
  for (const group of groups) {
    if (looks.length >= most) break;
    const stretch = skippedStretch(observation, group);
    if (stretch === null || !skipsForCertain(group)) continue;
    const { topic, partition, target } = group.state;
    if (target === null || stretch.from < target.start || stretch.until > target.highWatermark) continue;
    const at = { offset: stretch.from, until: stretch.until, isolation: COPIES_ISOLATION } as const;
    const request = { topic: topic.targetTopic, partition, ...at };
    looks.push({ topic: topic.topic, partition, ...stretch, request });
  }
  return looks;
}
