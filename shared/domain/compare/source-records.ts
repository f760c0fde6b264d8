import { compareOffsets } from '../model/offsets.ts';
import { type DigestedRecord, type DigestedStretch, identityOf, withoutHeaders } from './digested-record.ts';

/** The lowest and the highest source offset of a range. */
export interface OffsetRange {
  readonly least: bigint;
  readonly most: bigint;
}

/** The source log that the records are of. */
export interface SourceLog {
  readonly start: bigint;
  /** End of what MM2's isolation level lets it read, observed after the target. */
  readonly end: bigint;
  /** Offsets whose records the log lost with its end, and the target may hold; absent if none are known of. */
  readonly cutOff?: OffsetRange;
}

/** What was read from one source partition: the offsets that the reads covered, and the records there. */
export class SourceRecords {
  /**
   * Offsets whose record, if there ever was one, would not be recognised on the target: it was deleted or compacted
   * since, or not read. Null if there are none: MM2 then did not write a target record that equals none of these
   * records.
   */
  readonly hidden: OffsetRange | null;
  readonly #records: DigestedRecord[] = [];
  /** Ordinal of the stretch that each record is in: adjacent records are neighbours only within one stretch. */
  readonly #stretches: number[] = [];
  readonly #covered: readonly DigestedStretch[];
  readonly #byIdentity = new Map<string, number[]>();
  readonly #contents = new Set<string>();
  #withoutHeaders: SourceRecords | null = null;
  readonly #log: SourceLog;

  constructor(stretches: readonly DigestedStretch[], log: SourceLog) {
    this.#log = log;
    this.#covered = stretches.toSorted((a, b) => compareOffsets(a.from, b.from));
    for (const [ordinal, stretch] of this.#covered.entries()) {
      for (const record of stretch.records) {
        const identity = identityOf(record);
        const same = this.#byIdentity.get(identity);
        if (same === undefined) this.#byIdentity.set(identity, [this.#records.length]);
        else same.push(this.#records.length);
        this.#contents.add(record.content);
        this.#records.push(record);
        this.#stretches.push(ordinal);
      }
    }
    this.hidden = this.#findHidden(log);
  }

  /** The same records to compare without their headers. */
  get withoutHeaders(): SourceRecords {
    this.#withoutHeaders ??= new SourceRecords(this.#covered.map(withoutHeaders), this.#log);
    return this.#withoutHeaders;
  }

  /** Offsets that MM2 can have mirrored before the log lost them with its end; null if none are known of. */
  get cutOff(): OffsetRange | null {
    return this.#log.cutOff ?? null;
  }

  get length(): number {
    return this.#records.length;
  }

  at(index: number): DigestedRecord {
    const record = this.#records[index];
    if (record === undefined) throw new RangeError(`no record ${index} among ${this.#records.length}`);
    return record;
  }

  /** Indexes of the records that a target record can be the copy of. */
  originals(copy: DigestedRecord): readonly number[] {
    return this.#byIdentity.get(identityOf(copy)) ?? [];
  }

  /** Whether some record here has the same content, whatever its time. */
  hasContent(copy: DigestedRecord): boolean {
    return this.#contents.has(copy.content);
  }

  /** Whether the second record directly follows the first on the source. */
  areNeighbours(first: number, second: number): boolean {
    return second === first + 1 && this.#stretches[first] === this.#stretches[second];
  }

  /**
   * How many offsets of [from, until) have a record, and how many have none any more. `wholly` if all of them were read,
   * except those that the log has deleted from its start.
   * @param until the log's end if null
   */
  countIn(from: bigint, until: bigint | null): { present: bigint; absent: bigint; wholly: boolean } {
    const end = until === null || until > this.#log.end ? this.#log.end : until;
    if (from >= end) return { present: 0n, absent: 0n, wholly: true };
    const present = BigInt(this.#firstFrom(end) - this.#firstFrom(from));
    let reached = from < this.#log.start ? this.#log.start : from;
    for (const one of this.#covered) if (one.from <= reached && one.until > reached) reached = one.until;
    return { present, absent: end - from - present, wholly: reached >= end };
  }

  /** The offsets of [from, until) that have a record; null if some were not read. */
  offsetsIn(from: bigint, until: bigint): readonly bigint[] | null {
    if (!this.countIn(from, until).wholly) return null;
    return this.#records.slice(this.#firstFrom(from), this.#firstFrom(until)).map(({ offset }) => offset);
  }

  /** Index of the record at an offset: null if there is none, undefined if the offset was not read. */
  indexAt(offset: bigint): number | null | undefined {
    if (!this.#covered.some(({ from, until }) => offset >= from && offset < until)) return undefined;
    const index = this.#firstFrom(offset);
    return this.#records[index]?.offset === offset ? index : null;
  }

  /** Index of the first record at or after an offset. */
  #firstFrom(offset: bigint): number {
    let low = 0;
    let high = this.#records.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.at(middle).offset < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #findHidden({ start, end }: { start: bigint; end: bigint }): OffsetRange | null {
    const first = this.#firstAbsent(end);
    const least = start > 0n ? 0n : first;
    if (least >= end) return null;
    return { least, most: this.#lastAbsent(end) };
  }

  /** The first offset from 0 on at which no record was read. */
  #firstAbsent(end: bigint): bigint {
    let expected = 0n;
    for (const { offset } of this.#records) {
      if (offset !== expected || expected >= end) break;
      expected++;
    }
    return expected;
  }

  #lastAbsent(end: bigint): bigint {
    let expected = end - 1n;
    for (let i = this.#records.length - 1; i >= 0 && this.at(i).offset === expected; i--) expected--;
    return expected;
  }
}
