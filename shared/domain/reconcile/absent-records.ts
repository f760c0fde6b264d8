import type { Copy } from '../compare/copy-matcher.ts';
import type { DigestedRecord } from '../compare/digested-record.ts';
import { counted } from '../model/figures.ts';
import { type RecordRange, type UnknownRange, withRecord } from './unmirrored.ts';

/** A source record with what decides over it. */
export interface ReadRecord extends DigestedRecord {
  /** The key's name (base64, or a digest of a long one); null without a key. */
  readonly key: string | null;
  readonly isTombstone: boolean;
  /** Of key, value and headers. */
  readonly bytes: number;
}

/**
 * - `copied`: the target has it.
 * - `replayed`: the target has it from an earlier replay.
 * - `uncertain`: the target has an equal record that may be its copy.
 */
export type Standing =
  | { readonly kind: 'copied'; readonly copy: Copy }
  | { readonly kind: 'replayed' }
  | { readonly kind: 'uncertain' | 'absent' };

/** One absent record, as it is held until all of the target was read. */
export interface AbsentRecord {
  readonly offset: bigint;
  readonly timestamp: bigint;
  readonly content: string;
  readonly key: string | null;
  readonly isTombstone: boolean;
  readonly bytes: number;
}

/** Absent records between two neighbours that have copies. */
interface Stretch {
  readonly runs: { readonly kind: 'absent' | 'uncertain'; range: RecordRange }[];
  readonly left: Copy | null;
  /** Offsets of the target between the copies of the neighbours that hold no record; null if MM2 went back in between. */
  gaps: bigint | null;
}

/** What of the target log decides over records without a copy. */
export interface TargetLog {
  readonly start: bigint;
  /** Whether compaction removes records; null if that could not be read. */
  readonly compacts: boolean | null;
  /** Source offset of the first recognised copy in the log; null if it has none. */
  readonly firstCopied: bigint | null;
  /** Last position of each key that `keysToLookUp` named. */
  readonly lastOfKey: ReadonlyMap<string, bigint>;
}

export interface Classified {
  readonly lost: readonly RecordRange[];
  readonly unknown: readonly UnknownRange[];
  readonly compacted: bigint;
}

/** At most this many absent records are held one by one: what needs them is unknown for more. */
export const ABSENT_AT_MOST = 500_000;

/**
 * Collects the source records that have no copy, in order of their offsets, and says of each why: it never came, or
 * deletion or compaction of the target may have taken it away again.
 */
export class AbsentRecords {
  copied = 0n;
  replayed = 0n;
  records = 0n;
  readonly #stretches: Stretch[] = [];
  #open: Stretch | null = null;
  #left: Copy | null = null;
  #held: AbsentRecord[] | null = [];
  /** Highest source offset of a record with a copy, by key; only of keys that an absent record before it has. */
  readonly #newest = new Map<string, bigint | null>();
  readonly #begin: bigint;
  readonly #atMost: number;
  /** A record with a copy lies behind the last run. */
  #runEnded = false;

  /** @param begin of the target's log */
  constructor(begin: bigint, atMost = ABSENT_AT_MOST) {
    this.#begin = begin;
    this.#atMost = atMost;
  }

  /** Null if they were too many to be held. */
  get held(): readonly AbsentRecord[] | null {
    return this.#held;
  }

  add(record: ReadRecord, standing: Standing): void {
    this.records++;
    if (standing.kind === 'copied' || standing.kind === 'replayed') {
      const { key, offset } = record;
      if (key !== null && this.#newest.has(key)) this.#newest.set(key, offset);
      if (standing.kind === 'replayed') {
        this.replayed++;
        this.#runEnded = true;
      } else {
        this.copied++;
        this.#close(standing.copy);
      }
      return;
    }
    this.#open ??= { runs: [], left: this.#left, gaps: null };
    const { runs } = this.#open;
    const last = runs.at(-1);
    if (last?.kind === standing.kind && !this.#runEnded) last.range = withRecord(last.range, record);
    else runs.push({ kind: standing.kind, range: withRecord(null, record) });
    this.#runEnded = false;
    if (standing.kind === 'absent') this.#hold(record);
  }

  /** After the last source record. @param end where copies end: the offset, and the number of records before it */
  finish(end: Copy): void {
    this.#close(end);
  }

  /** Keys of which `classified` needs to know where the target has them last; empty unless compaction matters. */
  keysToLookUp(compacts: boolean | null): ReadonlySet<string> {
    const doubtful = compacts === false ? [] : this.#stretches.filter(({ gaps }) => gaps !== 0n);
    const keys = new Set<string>();
    for (const { runs } of doubtful) {
      for (const { range } of runs) for (const { key } of this.#heldIn(range)) if (key !== null) keys.add(key);
    }
    return keys;
  }

  classified(target: TargetLog): Classified {
    const lost: RecordRange[] = [];
    const unknown: UnknownRange[] = [];
    let compacted = 0n;
    const doubt = ({ from, until, records }: RecordRange, reason: string) =>
      unknown.push({ from, until, records, reason });
    for (const stretch of this.#stretches) {
      const mayBeCompacted: RecordRange[] = [];
      for (const { kind, range } of stretch.runs) {
        if (kind === 'uncertain') {
          doubt(range, 'the target has equal records, and their order does not show which ones these are');
        } else if (target.start > 0n && (target.firstCopied === null || range.until <= target.firstCopied)) {
          const when = `before offset ${target.start}`;
          doubt(range, `the target has deleted its records ${when}, and these may have been among them`);
        } else if (target.compacts === false || stretch.gaps === 0n) lost.push(range);
        else mayBeCompacted.push(range);
      }
      compacted += this.#classifyCompacted(stretch, mayBeCompacted, target, { lost, doubt });
    }
    return { lost, unknown, compacted };
  }

  /** Offsets of held records in `lost` whose key has a newer record on the target; null if not all were held. */
  superseded(lost: readonly RecordRange[], writtenSince: ReadonlySet<string>): readonly AbsentRecord[] | null {
    if (this.#held === null) return null;
    return lost.flatMap((range) =>
      this.#heldIn(range).filter(({ key, offset }) => {
        if (key === null) return false;
        const newest = this.#newest.get(key) ?? null;
        return writtenSince.has(key) || (newest !== null && newest > offset);
      }),
    );
  }

  /** Held records of a range. */
  heldIn(range: RecordRange): readonly AbsentRecord[] {
    return this.#heldIn(range);
  }

  #hold(record: ReadRecord): void {
    if (this.#held === null) return;
    if (this.#held.length >= this.#atMost) {
      this.#held = null;
      this.#newest.clear();
      return;
    }
    const { offset, timestamp, content, key, isTombstone, bytes } = record;
    this.#held.push({ offset, timestamp, content, key, isTombstone, bytes });
    if (key !== null && !this.#newest.has(key)) this.#newest.set(key, null);
  }

  #close(right: Copy): void {
    const open = this.#open;
    if (open !== null) {
      open.gaps = gapsBetween(open.left ?? { position: this.#begin - 1n, ordinal: -1 }, right);
      this.#stretches.push(open);
    }
    this.#open = null;
    this.#left = right;
    this.#runEnded = false;
  }

  #heldIn({ from, until }: RecordRange): readonly AbsentRecord[] {
    const held = this.#held ?? [];
    const first = (bound: bigint): number => {
      let low = 0;
      let high = held.length;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if ((held[middle]?.offset ?? bound) < bound) low = middle + 1;
        else high = middle;
      }
      return low;
    };
    return held.slice(first(from), first(until));
  }

  /** Where the target's log may have been compacted; returns how many records that explains. */
  #classifyCompacted(
    { left, gaps }: Stretch,
    ranges: readonly RecordRange[],
    target: TargetLog,
    out: { readonly lost: RecordRange[]; readonly doubt: (range: RecordRange, reason: string) => unknown },
  ): bigint {
    if (this.#held === null) {
      for (const range of ranges) {
        out.doubt(
          range,
          'compaction of the target may have removed them, and there are too many to look up their keys',
        );
      }
      return 0n;
    }
    const parts = ranges.flatMap((range) => this.#byKey(range, left, target.lastOfKey));
    const newer = parts.filter(({ kind }) => kind === 'newer');
    const records = newer.reduce((sum, { range }) => sum + range.records, 0n);
    const explains = gaps === null || gaps >= records;
    for (const { kind, range } of parts) {
      if (kind === 'never') out.lost.push(range);
      else if (kind === 'tombstone') out.doubt(range, 'the target may have had these tombstones, and removed them');
      else if (!explains) {
        out.doubt(
          range,
          `compaction explains only ${gaps} of ${counted(records, 'record')} here, and does not show which`,
        );
      }
    }
    return explains ? records : 0n;
  }

  /** Divides a range by what compaction can have removed: it keeps the last record of each key, but for tombstones. */
  #byKey(range: RecordRange, left: Copy | null, lastOfKey: ReadonlyMap<string, bigint>): CompactedPart[] {
    const parts: CompactedPart[] = [];
    for (const record of this.#heldIn(range)) {
      const last = record.key === null ? undefined : lastOfKey.get(record.key);
      const isNewer = last !== undefined && (left === null || last > left.position);
      const kind = isNewer ? 'newer' : record.isTombstone ? 'tombstone' : 'never';
      const before = parts.at(-1);
      if (before?.kind === kind) before.range = withRecord(before.range, record);
      else parts.push({ kind, range: withRecord(null, record) });
    }
    return parts;
  }
}

interface CompactedPart {
  readonly kind: 'newer' | 'tombstone' | 'never';
  range: RecordRange;
}

/** Offsets between two neighbours that hold no record; null if the second one lies before the first. */
function gapsBetween(left: Copy, right: Copy): bigint | null {
  if (right.position <= left.position || right.ordinal <= left.ordinal) return null;
  return right.position - left.position - BigInt(right.ordinal - left.ordinal);
}
