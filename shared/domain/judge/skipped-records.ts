import type { PeekRequest } from '../model/cluster.ts';
import { least } from '../model/offsets.ts';
import type { GroupState } from './group-state.ts';
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
export function skipLooks(groups: readonly GroupState[], most: number): SkipLook[] {
  const looks: SkipLook[] = [];
  for (const group of groups) {
    if (looks.length >= most) break;
    const { skipped: stretch } = group;
    if (stretch === null || !skipsForCertain(group)) continue;
    const { topic, partition, target } = group.state;
    if (target === null || stretch.from < target.start || stretch.until > target.highWatermark) continue;
    const at = { offset: stretch.from, until: stretch.until, isolation: COPIES_ISOLATION } as const;
    const request = { topic: topic.targetTopic, partition, ...at };
    looks.push({ topic: topic.topic, partition, ...stretch, request });
  }
  return looks;
}
