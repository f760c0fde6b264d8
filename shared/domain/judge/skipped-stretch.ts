import type { Flow } from '../model/flow.ts';
import type { GroupReport } from '../model/report.ts';
import type { RecordEvidence } from './record-evidence.ts';

/** The target offsets between where a group should continue and where MM2 put it. `until` is exclusive. */
export interface SkippedStretch {
  readonly from: bigint;
  readonly until: bigint;
}

/** What a group would skip at the position that a failover uses; null if nothing. */
export function skippedStretch(
  flow: Flow,
  mm2: GroupReport['mm2'],
  tidemark: GroupReport['tidemark'],
  records: RecordEvidence,
): SkippedStretch | null {
  const until = usedPosition(flow, mm2);
  if (until === null || tidemark.kind !== 'known' || tidemark.position >= until) return null;
  const stretch = { from: tidemark.position, until };
  return isAbsent(records, stretch) ? null : stretch;
}

/** Where a failover would put the group, if that is what MM2 wrote; null if MM2 wrote no position that it would use. */
function usedPosition({ syncGroupOffsets }: Flow, mm2: GroupReport['mm2']): bigint | null {
  // Without group sync, clients that fail over ask for the translated checkpoint. With it, MM2 still writes the commit.
  const isUsed = mm2.kind === 'at' && (mm2.from === 'group-offset' || !syncGroupOffsets.enabled);
  return isUsed ? mm2.position : null;
}

/** Whether a look has shown that the target log holds no record there: compaction leaves such stretches. */
function isAbsent({ absent }: RecordEvidence, { from, until }: SkippedStretch): boolean {
  return absent?.some((range) => range.from <= from && range.until >= until) === true;
}
