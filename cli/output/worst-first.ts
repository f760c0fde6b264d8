import { compareOffsets } from '../../shared/domain/model/offsets.ts';
import {
  type Cost,
  costOf,
  type GroupReport,
  type Mm2Position,
  type PartitionReport,
  type TidemarkPosition,
} from '../../shared/domain/model/report.ts';

/** What would be missed weighs most, then what nobody knows, then what would be read twice. */
export function worstGroupsFirst(a: GroupReport, b: GroupReport): number {
  return (
    compareOffsets(known(b.mm2, 'skipAtMost'), known(a.mm2, 'skipAtMost')) ||
    Number(b.tidemark.kind === 'unknown') - Number(a.tidemark.kind === 'unknown') ||
    Number(b.mm2.kind === 'none') - Number(a.mm2.kind === 'none') ||
    compareOffsets(known(b.mm2, 'rereadAtMost'), known(a.mm2, 'rereadAtMost')) ||
    compareOffsets(known(b.tidemark, 'rereadAtMost'), known(a.tidemark, 'rereadAtMost'))
  );
}

/** For sorting alone: what is unknown has its place by another rule. */
function known(position: TidemarkPosition | Mm2Position, what: keyof Cost): bigint {
  return costOf(position)?.[what] ?? 0n;
}

/** Lost records weigh most, then an unknown lag, then the lag. */
export function worstPartitionsFirst(a: PartitionReport, b: PartitionReport): number {
  return (
    compareOffsets(b.missing, a.missing) ||
    Number(b.lag.kind === 'unknown') - Number(a.lag.kind === 'unknown') ||
    compareOffsets(lagOf(b) ?? 0n, lagOf(a) ?? 0n)
  );
}

/** Null if it is unknown. */
export function lagOf(one: PartitionReport): bigint | null {
  return one.lag.kind === 'known' ? one.lag.records : null;
}

/** Null where it is not known what the target has: that nothing is known to be missing is then no answer. */
export function missingOf({ lag, missing }: PartitionReport): bigint | null {
  return lag.kind === 'unknown' && missing === 0n ? null : missing;
}
