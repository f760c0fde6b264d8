import type { PartitionMapping } from '../mirror/mapping.ts';
import { greatest } from '../model/offsets.ts';
import type { AlignedStretch } from './align-stretch.ts';
import type { SourceRecords } from './source-records.ts';

/** What lies between two syncs, or before the first one. The right sync's record is the last on the target. */
interface Interval {
  readonly source: { readonly from: bigint; readonly until: bigint };
  readonly target: { readonly from: bigint; readonly last: bigint };
}

/**
 * Indexes of syncs before which the two logs differ in length, and comparing explains it:
 * - The source has more offsets, but each of its records has a copy there. The others are markers, or were compacted.
 * - The target has more, and all of its records are copies: MM2 wrote some of them again.
 */
export function explainedIntervals(
  mapping: PartitionMapping,
  stretches: readonly AlignedStretch[],
  source: SourceRecords,
): number[] {
  const explained: number[] = [];
  for (let index = mapping.first; index < mapping.length; index++) {
    if (mapping.isAccounted(index)) continue;
    const interval = intervalBefore(mapping, index);
    const isHead = index === mapping.first;
    // The history merges intervals of equal lengths, unless a log was cut there: what is known of one is not known of all.
    const isEqual = lead(interval) === 0n && !mapping.holeBefore(index);
    if (isHead ? interval.source.from >= interval.source.until : isEqual) continue;
    const { from, last } = interval.target;
    const stretch = stretches.find((one) => one.from <= from && one.until > last);
    const isInside = (position: bigint): boolean => position >= from && position <= last;
    if (stretch === undefined || [...stretch.contradicted, ...stretch.changed].some(isInside)) continue;
    const copies = stretch.records.filter(({ position }) => isInside(position));
    const isLonger = !isHead && lead(interval) > 0n;
    // Where a log was cut, records written again can hide that others are gone.
    const mayLack = !isLonger || mapping.holeBefore(index);
    if (isLonger && (mapping.inTransactions || !areCopies(copies))) continue;
    if (!mayLack || haveCopies(interval, copies, source)) explained.push(index);
  }
  return explained;
}

function intervalBefore(mapping: PartitionMapping, index: number): Interval {
  const right = mapping.at(index);
  const left = index === mapping.first ? null : mapping.at(index - 1);
  const start = greatest(mapping.floor, mapping.target.start);
  return {
    source: { from: left === null ? mapping.sourceStart : left.upstream + 1n, until: right.upstream },
    target: { from: left === null ? start : left.downstream, last: right.downstream },
  };
}

/** How many offsets more the target has; 0 if MM2 went back. */
function lead({ source, target }: Interval): bigint {
  return source.until < source.from ? 0n : target.last - target.from - (source.until + 1n - source.from);
}

function areCopies(copies: AlignedStretch['records']): boolean {
  return copies.every(({ compared }) => compared);
}

function haveCopies({ source: { from, until } }: Interval, copies: AlignedStretch['records'], source: SourceRecords) {
  const copied = new Set(copies.flatMap(({ upstream, compared }) => (compared && upstream !== null ? [upstream] : [])));
  return source.offsetsIn(from, until)?.every((offset) => copied.has(offset)) ?? false;
}
