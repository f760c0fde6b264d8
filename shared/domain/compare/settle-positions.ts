import type { PartitionMapping } from '../mirror/mapping.ts';
import type { TranslatedInterval } from '../mirror/translation.ts';
import { type AlignedStretch, alignStretch, type ClaimedPair } from './align-stretch.ts';
import { type DigestedStretch, withoutHeaders } from './digested-record.ts';
import { explainedIntervals } from './explained-intervals.ts';
import { claimsWithin } from './plan-stretches.ts';
import type { SourceRecords } from './source-records.ts';
import { type VerifiedPosition, verifyPosition } from './verify-position.ts';

/** A source offset, and its translation by the syncs. */
export interface WantedPosition {
  readonly upstream: bigint;
  readonly said: TranslatedInterval;
}

/**
 * Compares each wanted position of a partition with the records read from both logs, in the order of `wanted`.
 *
 * @param notCompared the reason for a position that stays as it is because its stretch of the target was not read
 */
export function settlePositions(
  mapping: PartitionMapping,
  wanted: readonly WantedPosition[],
  target: readonly DigestedStretch[],
  source: SourceRecords,
  notCompared: string,
): SettledPositions {
  const stretches = target.map((stretch) => alignAsFound(stretch, source, claimsWithin(mapping, stretch)));
  return {
    positions: wanted.map(({ upstream, said }) => verifyPosition(mapping, upstream, said, stretches, notCompared)),
    tail: clearTail(mapping, stretches),
    explained: explainedIntervals(mapping, stretches, source),
  };
}

/** If nothing of a stretch equals its originals, a transform in MM2 may have changed the headers of every record. */
function alignAsFound(stretch: DigestedStretch, source: SourceRecords, claims: readonly ClaimedPair[]): AlignedStretch {
  const aligned = alignStretch(stretch, source, claims);
  if (aligned.compared > 0 || stretch.records.length === 0 || source.length === 0) return aligned;
  const bare = alignStretch(withoutHeaders(stretch), source.withoutHeaders, claims);
  return bare.compared > 0 ? bare : aligned;
}

export interface SettledPositions {
  /** In the order of `wanted`. */
  readonly positions: readonly VerifiedPosition[];
  /** The last record on the target, if the log's end was compared and MM2 wrote nothing there again. */
  readonly tail: ClaimedPair | null;
  /** See `explainedIntervals`. */
  readonly explained: readonly number[];
}

/**
 * The last record of the target log, if every record behind the newest sync is a copy of a source record behind it, in
 * rising order. Null if one could not be recognised: MM2 may have begun again there.
 */
function clearTail(mapping: PartitionMapping, stretches: readonly AlignedStretch[]): ClaimedPair | null {
  if (!mapping.oneCopyEach) return null;
  const newest = mapping.newest();
  const { end } = mapping.target;
  const stretch = stretches.find(({ from, until }) => from <= newest.downstream + 1n && until >= end);
  if (stretch === undefined || stretch.contradicted.length + stretch.changed.length > 0) return null;
  let { upstream } = newest;
  let tail: ClaimedPair | null = null;
  for (const record of stretch.records) {
    if (record.position <= newest.downstream) continue;
    // No sync names a record behind the newest one: what has an original there was compared.
    if (record.upstream === null || record.upstream <= upstream) return null;
    upstream = record.upstream;
    tail = { upstream, downstream: record.position };
  }
  return tail;
}
