import { BREAK_KINDS, type Break, type SyncHistory } from '../../../shared/domain/mirror/syncs/sync-history.ts';

/** Offset syncs, one after the other, between which source and target advanced by the same number of offsets. */
export interface MappingStretch {
  readonly from: MappedOffset;
  readonly to: MappedOffset;
  /** What an audit noticed between the stretch before and this one. */
  readonly breaks: readonly Break[];
}

export interface MappedOffset {
  /** When MM2 wrote the sync: ms since the epoch; null if its record has no time. */
  readonly at: number | null;
  readonly source: bigint;
  readonly target: bigint;
}

/** The syncs of a partition as stretches, oldest first. Pairs that comparing records found are no syncs, and left out. */
export function mappingStretches(history: SyncHistory): readonly MappingStretch[] {
  const stretches: { from: MappedOffset; to: MappedOffset; breaks: Break[] }[] = [];
  let breaks: Break[] = [];
  for (let index = 0; index < history.length; index++) {
    for (const what of BREAK_KINDS) if (history.breaksBefore(index, what)) breaks.push(what);
    if (history.isCompared(index)) continue;
    const timestamp = history.timestamp(index);
    const point: MappedOffset = {
      at: timestamp < 0n ? null : Number(timestamp),
      source: history.upstream(index),
      target: history.downstream(index),
    };
    const last = stretches.at(-1);
    const advanced = last === undefined ? -1n : point.source - last.to.source;
    if (last !== undefined && breaks.length === 0 && advanced > 0n && point.target - last.to.target === advanced) {
      last.to = point;
    } else stretches.push({ from: point, to: point, breaks: [...new Set(breaks)] });
    breaks = [];
  }
  return stretches;
}

/** Target offset less source offset, which is the same in all of a stretch. */
export function distanceOf({ to }: MappingStretch): bigint {
  return to.target - to.source;
}
