import type { ClaimedPair } from '../domain/compare/align-stretch.ts';
import type { DigestedRecord, DigestedStretch } from '../domain/compare/digested-record.ts';
import { planStretches, type Stretch, widened } from '../domain/compare/plan-stretches.ts';
import { settlePositions, type WantedPosition } from '../domain/compare/settle-positions.ts';
import { type OffsetRange, SourceRecords } from '../domain/compare/source-records.ts';
import { unsettled, type VerifiedPosition } from '../domain/compare/verify-position.ts';
import { COPIES_ISOLATION } from '../domain/judge/probes.ts';
import type { PartitionMapping } from '../domain/mirror/mapping.ts';
import type { IsolationLevel, ScanRequest } from '../domain/model/cluster.ts';
import { compareOffsets } from '../domain/model/offsets.ts';
import type { ClusterReader } from '../ports.ts';
import { digestCopy, digestRecord } from './digest-record.ts';

export interface PartitionComparison {
  readonly topic: string;
  readonly targetTopic: string;
  readonly partition: number;
  readonly mapping: PartitionMapping;
  readonly wanted: readonly WantedPosition[];
  /** Begin of the source log and the end of what MM2 can have read of it, observed after the target's end. */
  readonly log: Stretch;
  /** Offsets whose records the source log lost with its end: the target may still hold their copies. Or null. */
  readonly cutOff: OffsetRange | null;
  /** That of MM2's consumer on the source. */
  readonly isolation: IsolationLevel;
}

export interface ComparedPartition {
  /** In the order of `wanted`. */
  readonly positions: readonly VerifiedPosition[];
  /** The last record on the target, if the log's end was compared and MM2 wrote nothing there again. */
  readonly tail: ClaimedPair | null;
  /** See `SettledPositions.explained`. */
  readonly explained: readonly number[];
  /** Bytes of record batches that both clusters sent. */
  readonly bytes: number;
}

/** What one comparison may cost. */
export interface CompareLimits {
  /** Of record batches that both clusters send. */
  readonly bytes: number;
  /** How often it may read twice as much of the source, because a target record equals none of it yet. */
  readonly widenAtMost: number;
}

/** The target has to be read first, and nothing can be compared without the source. */
const TARGET_SHARE = 0.5;
/** Offsets of one log that are compared at most: records that compress well are many bytes once they are read. */
const OFFSETS_AT_MOST = 100_000n;
const TOO_MANY = `left out: more than ${OFFSETS_AT_MOST} offsets would have to be compared`;
const OPEN = 'left out: a transaction on the target is still open';
/** Why a position stayed as it was where the budget did not reach. */
export const OVER_BUDGET = 'left out for the budget of bytes to compare';

/**
 * Reads the stretches of both logs that settle the wanted positions, shortest first, within the limits, and
 * compares each position with them. A stretch that does not fit is left out, and its positions say so.
 */
export async function comparePartition(
  comparison: PartitionComparison,
  source: ClusterReader,
  target: ClusterReader,
  { bytes: allowance, widenAtMost }: CompareLimits,
): Promise<ComparedPartition> {
  const { targetTopic, topic, partition, mapping, wanted, log, cutOff, isolation } = comparison;
  const upstreams = wanted.map(({ upstream }) => upstream);
  const plan = planStretches(mapping, upstreams, log);
  const onTarget = new LogStretches(target, { topic: targetTopic, partition, isolation: COPIES_ISOLATION }, digestCopy);
  const byLength = plan.target.toSorted((a, b) => compareOffsets(lengthOf(a), lengthOf(b)));
  const read: DigestedStretch[] = [];
  for (const stretch of byLength) {
    const whole = await onTarget.read(stretch, allowance * TARGET_SHARE);
    if (whole !== null) read.push(whole);
  }
  const notCompared = onTarget.missing ?? OVER_BUDGET;
  if (read.length === 0) {
    return {
      positions: wanted.map(({ said }) => unsettled(said, notCompared)),
      tail: null,
      explained: [],
      bytes: onTarget.bytes,
    };
  }

  const onSource = new LogStretches(source, { topic, partition, isolation }, digestRecord);
  let positions: readonly VerifiedPosition[] = wanted.map(({ said }) => unsettled(said, OVER_BUDGET));
  let tail: ClaimedPair | null = null;
  let explained: readonly number[] = [];
  let range: Stretch = { from: plan.source.from, until: plan.source.from };
  let next = plan.source;
  const parts: DigestedStretch[] = [];
  for (let round = 0; round <= widenAtMost && lengthOf(next) > lengthOf(range); round++) {
    // A half that does not fit is no loss of what was read before.
    const halves = [
      { from: next.from, until: range.from },
      { from: range.until, until: next.until },
    ].filter((half) => lengthOf(half) > 0n);
    const most = onSource.bytes + (allowance - onTarget.bytes - onSource.bytes) / halves.length;
    const more = await Promise.all(halves.map((half) => onSource.read(half, most)));
    parts.push(...more.filter((part) => part !== null));
    if (parts.length > 0) {
      const start = onSource.start > log.from ? onSource.start : log.from;
      const records = new SourceRecords(joined(parts), {
        start,
        end: log.until,
        ...(cutOff === null ? {} : { cutOff }),
      });
      ({ positions, tail, explained } = settlePositions(mapping, wanted, read, records, notCompared));
    }
    if (onSource.missing !== null || !positions.some(({ open }) => open)) break;
    range = next;
    next = widened(range, log);
  }
  const { missing } = onSource;
  if (missing !== null) positions = positions.map((one) => (one.open ? withReason(one, missing) : one));
  return { positions, tail, explained, bytes: onTarget.bytes + onSource.bytes };
}

function withReason(one: VerifiedPosition, reason: string): VerifiedPosition {
  return one.translation.kind === 'interval'
    ? { ...one, translation: unsettled(one.translation, reason).translation }
    : one;
}

/** Stretches that follow one another as one, so that records beside the seam are neighbours. */
function joined(parts: readonly DigestedStretch[]): DigestedStretch[] {
  const result: DigestedStretch[] = [];
  for (const part of parts.toSorted((a, b) => compareOffsets(a.from, b.from))) {
    const last = result.at(-1);
    if (last === undefined || last.until !== part.from) result.push(part);
    else result[result.length - 1] = { ...last, until: part.until, records: last.records.concat(part.records) };
  }
  return result;
}

/** Reads stretches of one partition's log, and keeps count of what that costs. */
class LogStretches {
  bytes = 0;
  /** Begin of the log, as it was when it was read. */
  start = 0n;
  /** Why some of what was wanted is absent; null if all of it is present. */
  missing: string | null = null;
  #offsets = 0n;
  readonly #reader: ClusterReader;
  readonly #where: Pick<ScanRequest, 'topic' | 'partition' | 'isolation'>;

  readonly #digest: typeof digestRecord;

  constructor(
    reader: ClusterReader,
    where: Pick<ScanRequest, 'topic' | 'partition' | 'isolation'>,
    digest: typeof digestRecord,
  ) {
    this.#reader = reader;
    this.#where = where;
    this.#digest = digest;
  }

  /** All data records of a stretch, or null if they would be too many or larger than `maxBytes` in all. */
  async read({ from, until }: Stretch, maxBytes: number): Promise<DigestedStretch | null> {
    const records: DigestedRecord[] = [];
    if (from >= until) return null;
    this.#offsets += until - from;
    const left = Math.floor(maxBytes) - this.bytes;
    if (this.#offsets > OFFSETS_AT_MOST) return this.#lacks(TOO_MANY);
    if (left <= 0) return this.#lacks(OVER_BUDGET);
    const request = { ...this.#where, from, until, maxBytes: left };
    const scan = await this.#reader.scan(request, (record) => records.push(this.#digest(record)));
    if (scan.kind === 'unread') return this.#lacks(scan.unread.message);
    const { start, next, bytes } = scan.value;
    this.bytes += bytes;
    if (start > this.start) this.start = start;
    if (next < until) return this.#lacks(bytes < left ? OPEN : OVER_BUDGET);
    return { from, until, records };
  }

  #lacks(reason: string): null {
    this.missing = reason;
    return null;
  }
}

function lengthOf({ from, until }: Stretch): bigint {
  return until - from;
}
