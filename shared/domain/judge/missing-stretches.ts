import { type Hole, lengthOf } from '../mirror/coverage/hole.ts';
import type { Replication } from '../mirror/replication.ts';
import type { LogOffsets } from '../model/cluster.ts';
import { greatest } from '../model/offsets.ts';
import { type HoleLook, holeKey, type RecordEvidence } from './record-evidence.ts';

/** A stretch of source offsets that are not all on the target. */
export interface MissingStretch {
  readonly hole: Hole;
  /** Records that are missing, at most. */
  readonly records: bigint;
  /** Whether some are missing for certain: a record was seen that has no counterpart. */
  readonly certain: boolean;
  /** So many of them for certain. */
  readonly atLeast: bigint;
}

/** What MM2 mirrored before was deleted with the target topic. */
export function goneWithTarget(source: LogOffsets | null, replication: Replication | null): MissingStretch[] {
  if (source === null || replication?.replicatedTo == null) return [];
  const { start: from } = source;
  const until = replication.replicatedTo;
  if (until <= from) return [];
  const place = { from, until };
  const hole = { kind: 'head', ...place, offsets: until - from, look: place, isPlace: true, index: null } as const;
  return [{ hole, records: hole.offsets, certain: true, atLeast: hole.offsets }];
}

/** @param doubted whether it is not known if the syncs hold: then it is not certain either what is missing */
export function missingStretches(
  replication: Replication | null,
  { holes }: RecordEvidence,
  doubted: boolean,
): MissingStretch[] {
  return (replication?.holes ?? []).flatMap((hole) => {
    const { records, atLeast } = missingIn(hole, holes?.get(holeKey(hole)));
    if (records <= 0n) return [];
    return [
      doubted ? { hole, records, certain: false, atLeast: 0n } : { hole, records, certain: atLeast > 0n, atLeast },
    ];
  });
}

/** How many records of a hole are missing, at most and at least, by what a look into it showed. */
function missingIn(hole: Hole, look: HoleLook | undefined): Pick<MissingStretch, 'records' | 'atLeast'> {
  const { offsets, least = offsets, from, until, isPlace, brought = [] } = hole;
  if (look === undefined) return { records: offsets, atLeast: 0n };
  if (look.kind === 'counted') {
    // As many of these records have a counterpart as the target has room for.
    const room = until - from - lengthOf(brought) - offsets;
    const records = greatest(0n, look.records - room);
    return { records, atLeast: greatest(0n, records - (offsets - least)) };
  }
  const { record, scannedTo } = look.peek;
  if (record === null) return { records: scannedTo >= hole.look.until ? 0n : offsets, atLeast: 0n };
  if (!isPlace) return { records: offsets, atLeast: 0n };
  const records = hole.look.until - record.offset;
  return { records, atLeast: greatest(0n, records - (offsets - least)) };
}

/** Whether it was shown that a hole holds no record, so that later audits can skip it. */
export function isExplained(hole: Hole, look: HoleLook): boolean {
  return missingIn(hole, look).records === 0n;
}

/** Records that are missing, at most. */
export function missingRecords({ missing }: { readonly missing: readonly MissingStretch[] }): bigint {
  return missing.reduce((sum, { records }) => sum + records, 0n);
}
