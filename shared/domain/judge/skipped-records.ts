import type { PeekRequest } from '../model/cluster.ts';
import { least } from '../model/offsets.ts';
import type { GroupState, JudgedGroup } from './group-state.ts';
import { COPIES_ISOLATION } from './probes.ts';
import type { SkippedStretch } from './skipped-stretch.ts';

/**
 * If MM2 wrote records again, a position after the first copies may be right among the newer ones. If the source cannot be
 * read, nothing shows that it is the topic that the syncs are about. One offset may be a transaction marker.
 */
export function skipsForCertain({ report: { mm2, tidemark }, translation, state }: GroupState): boolean {
  const again = translation.kind === 'interval' ? translation.again : 0n;
  if (again > 0n || state.source === null || state.mapping?.writtenOnce === false) return false;
  if (mm2.kind !== 'at' || tidemark.kind !== 'known') return false;
  if (state.mapping?.inTransactions !== true) return mm2.position > tidemark.high;
  // Behind the newest sync, among markers, nothing tells what MM2 has written.
  const told = state.mapping.length === 0 ? 0n : state.mapping.newest().downstream + 1n;
  return least(mm2.position, told) > tidemark.high + 1n;
}

/** A look at what a group would skip. */
export interface SkipLook extends SkippedStretch {
  readonly topic: string;
  readonly partition: number;
  readonly request: PeekRequest;
}

/** Looks at the target that show whether groups would skip anything: the first `most` of those that page someone. */
export function skipLooks(groups: readonly JudgedGroup[], most: number): SkipLook[] {
  const looks: SkipLook[] = [];
  for (const { skipping } of groups) {
    if (looks.length >= most) break;
    for (const one of skipping) if (one.skipped !== null) looks.push(...lookAt(one, one.skipped));
  }
  return looks.slice(0, most);
}

/** None if the group may not skip anything, or the target log does not reach that far. */
function lookAt(group: GroupState, stretch: SkippedStretch): SkipLook[] {
  const { topic, partition, target } = group.state;
  if (!skipsForCertain(group)) return [];
  if (target === null || stretch.from < target.start || stretch.until > target.highWatermark) return [];
  const at = { offset: stretch.from, until: stretch.until, isolation: COPIES_ISOLATION } as const;
  return [{ topic: topic.topic, partition, ...stretch, request: { topic: topic.targetTopic, partition, ...at } }];
}
