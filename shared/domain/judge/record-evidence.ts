import type { Refutation } from '../compare/verify-position.ts';
import type { FoundBehind } from '../mirror/breaks/begun-behind.ts';
import type { Hole } from '../mirror/coverage/hole.ts';
import type { Translation } from '../mirror/translation.ts';
import type { Peek } from '../model/cluster.ts';

/**
 * What single records showed about one partition. A field is absent if nothing was probed, or nothing could be read.
 */
export interface RecordEvidence {
  readonly waiting?: { readonly from: bigint; readonly peek: Peek };
  /** How many records the source log has from an offset on, up to another one. */
  readonly waitingCount?: { readonly from: bigint; readonly until: bigint; readonly records: bigint };
  /** What looking into the stretches of source offsets without a counterpart showed, by `holeKey`. */
  readonly holes?: ReadonlyMap<string, HoleLook>;
  /**
   * `ambiguous` if the record there has an equal neighbour on the source, and the last record may be a copy of either, or if
   * one of the two could not be read.
   */
  readonly reckoning?: 'confirmed' | 'refuted' | 'ambiguous';
  /** Whether the records at the syncs of `PartitionState.sinceCut` are the same, by their index there. */
  readonly sinceCut?: ReadonlyMap<number, 'same' | 'different' | 'unknown'>;
  /** What the same showed at the pairs of `PartitionState.behindCut`. */
  readonly behindCut?: FoundBehind;
  /** By index of the sync: whether source and target hold the same record there. */
  readonly syncs?: ReadonlyMap<number, 'same' | 'different' | 'unknown'>;
  /** Whether source and target hold the same record at `PartitionState.doubtedOrder`. */
  readonly order?: 'same' | 'different' | 'unknown';
  /** A read of a gap under read_committed: it lists the aborted transactions. */
  readonly aborted?: Peek;
  /** By source offset: where it lies on the target, after the records there were compared. */
  readonly verified?: ReadonlyMap<bigint, Translation>;
  /** The last target record and its original, if comparing showed that MM2 wrote nothing again after the newest sync. */
  readonly tail?: { readonly upstream: bigint; readonly downstream: bigint };
  /** Indexes of syncs before which comparing has explained why the two logs differ in length. */
  readonly explained?: readonly number[];
  /** Stretches of the target log that looks have shown to hold no record. */
  readonly absent?: readonly { readonly from: bigint; readonly until: bigint }[];
  /** Offsets for which the records contradict the syncs. */
  readonly refutations?: readonly Refutation[];
}

/** What a look into a hole found: the first record where it looked, or the number of records in all that no other run has brought. */
export type HoleLook =
  | { readonly kind: 'peeked'; readonly peek: Peek }
  | {
      readonly kind: 'counted';
      readonly records: bigint;
      /** Timestamp of the first of them; null if there is none. */
      readonly since: bigint | null;
    };

/** Names a hole within its partition. */
export function holeKey({ kind, from, until }: Hole): string {
  return `${kind} ${from}-${until}`;
}
