import type { PartitionMapping } from '../mirror/mapping.ts';
import type { TranslatedInterval } from '../mirror/translation.ts';
import { alignStretch } from './align-stretch.ts';
import type { DigestedStretch } from './digested-record.ts';
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
): VerifiedPosition[] {
  const stretches = target.map((stretch) => alignStretch(stretch, source, claimsWithin(mapping, stretch)));
  return wanted.map(({ upstream, said }) => verifyPosition(mapping, upstream, said, stretches, notCompared));
}
