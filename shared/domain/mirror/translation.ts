import type { LogOffsets } from '../model/cluster.ts';
import { counted } from '../model/figures.ts';
import { greatest, least, sum } from '../model/offsets.ts';
import type { Cost, KnownProof, TidemarkPosition } from '../model/report.ts';
import { indexBehind } from './coverage/index-behind.ts';
import type { SourceCut } from './epoch.ts';
import { firstBeforeJump } from './jumped-over.ts';
import type { PartitionMapping } from './mapping.ts';

/** Where a source offset lies on the target, or why that is not known. */
export type Translation = TranslatedInterval | { readonly kind: 'unknown'; readonly reason: string };

/**
 * The first target record that a group at `upstream` has not read lies in [low, high]. Continuing at `low` skips
 * nothing; it reads at most `high − low + again` records twice.
 */
export interface TranslatedInterval {
  readonly kind: 'interval';
  readonly low: bigint;
  readonly high: bigint;
  /** Records before `upstream` that the target may hold again, after `high`. */
  readonly again: bigint;
  /** At most how many records a group at `upstream` has not read that the target log no longer holds. */
  readonly expired: bigint;
  readonly proof: KnownProof;
  /** Why the proof is no better; null if it is exact. */
  readonly reason: string | null;
}

/** Whether comparing records can improve a translation, or the position that it gives. */
export function isOpen(found: Translation | TidemarkPosition): boolean {
  return found.kind !== 'unknown' && (found.proof === 'bounded' || found.proof === 'conservative');
}

/** Whether a log has never held a record, or lost all of them with its end. */
export function isNewLog(log: Pick<LogOffsets, 'start' | 'highWatermark'> | null): boolean {
  return log !== null && log.start === 0n && log.highWatermark === 0n;
}

/** Where a group continues on such a log, whatever the syncs say: there is nothing to skip or to read twice. */
export const AT_ITS_START: TranslatedInterval = {
  kind: 'interval',
  low: 0n,
  high: 0n,
  again: 0n,
  expired: 0n,
  proof: 'exact',
  reason: null,
};

/**
 * Translates a source offset by the interval between the two syncs around it (design: "translate by interval").
 *
 * With neighbours a and b, the source advanced by U = b.u − a.u offsets and the target by D = b.d − a.d:
 * - U = D is exact.
 * - U > D is a gap (markers, compaction, truncation) somewhere on the source.
 * - D > U is something that the target has beyond the mirrored records: markers of an exactly-once MM2, a foreign
 *   writer, or records written again.
 */
export function translate(mapping: PartitionMapping, upstream: bigint): Translation {
  return withExpired(mapping, upstream, located);
}

/** The same for a position that is known to be of the present source log: what cuts took off it is not read any more. */
export function translatePresent(mapping: PartitionMapping, upstream: bigint): Translation {
  return withExpired(mapping, upstream, bySyncs);
}

type Locate = (mapping: PartitionMapping, upstream: bigint) => Translation;

function withExpired(mapping: PartitionMapping, upstream: bigint, locate: Locate): Translation {
  const translation = locate(mapping, upstream);
  if (translation.kind === 'unknown' || translation.low > mapping.target.start) return translation;
  // Records that the source has deleted too are lost to the group on both clusters.
  const { sourceStart } = mapping;
  return { ...translation, expired: expiredUnread(mapping, upstream < sourceStart ? sourceStart : upstream) };
}

/** At most how many records at or after `upstream` the target had and has deleted from its start. */
export function expiredUnread(mapping: PartitionMapping, upstream: bigint): bigint {
  const { start } = mapping.target;
  if (start === 0n) return 0n;
  const whole = located(mapping.whole, upstream);
  return whole.kind === 'interval' && whole.low < start ? start - whole.low : 0n;
}

/**
 * The first target record that a group at `upstream` may not have read of those that a cut took off the source log; null
 * if no cut concerns it. Behind the cut the offsets exist twice: the group may have read the records that are gone, or
 * those that the log has there now.
 */
export function firstCutOff(mapping: PartitionMapping, upstream: bigint): bigint | null {
  // If the syncs may be about another topic, this one may have been cut as well.
  let first: bigint | null = mapping.sourceInDoubt ? mapping.floor : null;
  for (const cut of mapping.sourceCuts) {
    if (upstream > (cut.mayReach ?? cut.reached)) continue;
    const copies = firstCopyBehind(mapping, cut) ?? firstCopyAt(mapping, cut, upstream);
    if (copies !== null && (first === null || copies < first)) first = copies;
  }
  return first;
}

/**
 * On a target log that replaced the one of before the cut: where the copies of what the source has there now begin, if the group may have read of it only
 * what is gone.
 */
function firstCopyAt(mapping: PartitionMapping, { at }: SourceCut, upstream: bigint): bigint | null {
  if (upstream <= at || mapping.cause !== 'target-recreated') return null;
  const there = bySyncs(mapping, at);
  return there.kind === 'unknown' ? null : there.low;
}

/** Where the copies of what a cut took begin at the earliest; null if no hole shows it, as on a target log of later. */
export function firstCopyBehind(mapping: PartitionMapping, cut: SourceCut): bigint | null {
  const index = indexBehind(mapping, cut);
  if (index < 0) return null;
  if (index <= mapping.first) return mapping.floor;
  // Before it went back, MM2 may have been past the place of the cut, and no sync shows it.
  const first = mapping.at(mapping.first);
  if (first.downstream - mapping.floor > first.upstream) return mapping.floor;
  for (let i = mapping.first + 1; i < index; i++) {
    const [left, right] = [mapping.at(i - 1), mapping.at(i)];
    const written = right.downstream - left.downstream;
    const wentBack = written > right.upstream - left.upstream;
    // Where a hole is, syncs about it may have been removed, and the source can have offsets without records.
    if (wentBack && (mapping.holeBefore(i) || left.upstream + written > cut.at)) return left.downstream + 1n;
  }
  return mapping.at(index - 1).downstream + 1n;
}

const READ_BEFORE_CUT =
  'the source log was cut: it is not known which of the records that only the target has now the group has read';

function located(mapping: PartitionMapping, upstream: bigint): Translation {
  const found = bySyncs(mapping, upstream);
  const cutOff = found.kind === 'unknown' ? null : firstCutOff(mapping, upstream);
  if (found.kind === 'unknown' || cutOff === null || cutOff >= found.low) return found;
  return conservative(mapping, cutOff, found.high, found.again, READ_BEFORE_CUT);
}

function bySyncs(mapping: PartitionMapping, upstream: bigint): Translation {
  const found = byNeighbours(mapping, upstream);
  if (found.kind === 'unknown' || !mapping.hasBegunAgain || mapping.empty) return found;
  const index = mapping.lookup(upstream);
  const before = index < 0 ? null : firstBeforeJump(mapping, index, upstream);
  if (before === null || before >= found.low) return found;
  return conservative(mapping, before, found.high, found.again, JUMPED_OVER);
}

const JUMPED_OVER = 'MM2 wrote records again after a restart, and may have skipped some that it had written before';

function byNeighbours(mapping: PartitionMapping, upstream: bigint): Translation {
  const { target } = mapping;
  if (mapping.empty) {
    if (mapping.length === 0) return { kind: 'unknown', reason: 'MM2 has written no offset sync for this partition' };
    return conservative(mapping, mapping.floor, target.end, 0n, causeOf(mapping));
  }
  const index = mapping.lookup(upstream);
  if (index < 0) return olderThanFirst(mapping, upstream);
  const a = { upstream: mapping.upstream(index), downstream: mapping.downstream(index) };
  if (upstream === a.upstream) return exactly(mapping, a.downstream, mapping.surplusBehind(index, upstream));
  if (index === mapping.settled - 1) return beyondSettled(mapping, upstream);

  const again = mapping.surplusBehind(index + 1, upstream);
  const b = { upstream: mapping.upstream(index + 1), downstream: mapping.downstream(index + 1) };
  const u = upstream - a.upstream;
  const U = b.upstream - a.upstream;
  const D = b.downstream - a.downstream;
  if (mapping.holeAfter(index)) {
    return conservative(
      mapping,
      a.downstream + 1n,
      b.downstream,
      again,
      'no offset sync holds here: compaction removed it, or a cut made it void',
    );
  }
  if (mapping.mayCancel) {
    return conservative(
      mapping,
      a.downstream + 1n,
      b.downstream,
      again,
      'the source may have offsets that the target lacks, and the target has some that are not from the source',
    );
  }
  const fromLeft = a.downstream + u;
  if (U === D) return exactly(mapping, fromLeft, again);
  if (D < U) {
    const high = least(fromLeft, b.downstream);
    const low = greatest(a.downstream + 1n, least(high, b.downstream - (U - u)));
    return between(
      mapping,
      low,
      high,
      again,
      `${counted(U - D, 'source offset between two syncs is', 'source offsets between two syncs are')} not on the target`,
    );
  }
  return between(
    mapping,
    fromLeft,
    least(b.downstream, fromLeft + (D - U)),
    again,
    `${D - U} target offsets between two syncs are not from the source`,
  );
}

/** The answer for a person: position, what it costs, and why it is no better. */
export function positionOf(translation: Translation): TidemarkPosition {
  if (translation.kind === 'unknown') return translation;
  const { low, high, again, expired, proof, reason } = translation;
  const gone = `up to ${counted(expired, 'record that it has not read has expired', 'records that it has not read have expired')} on the target`;
  return {
    kind: 'known',
    position: low,
    high,
    proof,
    rereadAtMost: sum(behind(high, low), again),
    skipAtMost: expired,
    reason: expired === 0n ? reason : reason === null ? gone : `${gone}; ${reason}`,
  };
}

/**
 * What it costs a group to continue at `position` instead: records read twice, and records never read.
 * @param log the log of the position. A position before its start is reset: `auto.offset.reset` decides where it
 *   continues
 */
export function costOfStandingAt(
  { low, high, again, expired }: TranslatedInterval,
  position: bigint,
  log: Pick<LogOffsets, 'start' | 'highWatermark'>,
): Cost {
  if (position < log.start) {
    return {
      rereadAtMost: sum(behind(high, log.start), again),
      skipAtMost: sum(behind(log.highWatermark, low), expired),
    };
  }
  return { rereadAtMost: sum(behind(high, position), again), skipAtMost: sum(behind(position, low), expired) };
}

/** How far `from` is behind an offset; 0 if it is not. */
function behind(offset: bigint, from: bigint): bigint {
  return offset > from ? offset - from : 0n;
}

const CAUSES = {
  'first-known': 'it is older than the oldest offset sync',
  'target-recreated': 'the target topic was recreated',
  'target-shortened': 'the target log ends before records that MM2 wrote: the topic was recreated or truncated',
  'source-recreated': 'the source topic was recreated',
  'records-refuted': 'the records contradict the offset syncs before it',
  'source-shortened': 'the source log ends before records that MM2 read: the topic was recreated or truncated',
} as const;

function causeOf(mapping: PartitionMapping): string {
  return CAUSES[mapping.cause];
}

function olderThanFirst(mapping: PartitionMapping, upstream: bigint): TranslatedInterval {
  const first = mapping.downstream(mapping.first);
  const again = mapping.surplusBehind(mapping.first, upstream);
  if (mapping.floor >= first) return exactly(mapping, first, again);
  return conservative(mapping, mapping.floor, first, again, causeOf(mapping));
}

function beyondSettled(mapping: PartitionMapping, upstream: bigint): TranslatedInterval {
  const low = mapping.downstream(mapping.settled - 1) + 1n;
  if (mapping.settled < mapping.length) {
    return conservative(mapping, low, mapping.target.end, 0n, 'MM2 is writing records again after a restart');
  }
  // Nothing lies after the newest sync, or the wanted record is the very next one.
  if (low >= mapping.target.end) return exactly(mapping, low, 0n);
  if (mapping.holeBehind) {
    return conservative(
      mapping,
      low,
      mapping.target.end,
      0n,
      'it is not known what MM2 wrote after the newest offset sync',
    );
  }
  if (upstream === mapping.upstream(mapping.settled - 1) + 1n)
    return exactly(mapping, low, mapping.surplusBehind(mapping.settled, upstream));
  return conservative(mapping, low, mapping.target.end, 0n, 'it is ahead of the newest offset sync');
}

export function exactly(mapping: PartitionMapping, position: bigint, again: bigint): TranslatedInterval {
  const at = clamp(mapping, position);
  if (again === 0n) return { kind: 'interval', low: at, high: at, again, expired: 0n, proof: 'exact', reason: null };
  return {
    kind: 'interval',
    low: at,
    high: at,
    again,
    expired: 0n,
    proof: 'bounded',
    reason: mapping.mayPredateSource
      ? `no record that the syncs name is left on the source: if its topic was recreated since, up to ${counted(again, 'record after them was already read', 'records after them were already read')}`
      : `MM2 wrote records again after a restart, up to ${again} of them already read`,
  };
}

function between(
  mapping: PartitionMapping,
  low: bigint,
  high: bigint,
  again: bigint,
  reason: string,
): TranslatedInterval {
  if (low === high) return exactly(mapping, low, again);
  return {
    kind: 'interval',
    low: clamp(mapping, low),
    high: clamp(mapping, high),
    again,
    expired: 0n,
    proof: 'bounded',
    reason,
  };
}

export function conservative(
  mapping: PartitionMapping,
  low: bigint,
  high: bigint,
  again: bigint,
  reason: string,
): TranslatedInterval {
  const from = clamp(mapping, low);
  const to = greatest(from, clamp(mapping, high));
  if (from === to) return exactly(mapping, from, again);
  return { kind: 'interval', low: from, high: to, again, expired: 0n, proof: 'conservative', reason };
}

/** A position outside the log is not valid: a consumer there would be reset. */
function clamp(mapping: PartitionMapping, position: bigint): bigint {
  return least(greatest(position, mapping.target.start), mapping.target.end);
}
