import { type DigestedRecord, identityOf } from './digested-record.ts';

/** A target record that equals more than one source record of the window: its neighbours decide. */
interface OpenCopy {
  readonly candidates: readonly number[];
  readonly position: bigint;
  readonly ordinal: number;
}

/** Where on the target a copy lies. */
export interface Copy {
  readonly position: bigint;
  /** How many data records of the target were visited before it. */
  readonly ordinal: number;
}

/** Equal records in a row that wait for a neighbour: with more, those that came first are placed in order. */
const OPEN_AT_MOST = 10_000;

/**
 * Tells which records of a window of the source have a copy on the target. It is given the target's records one after the
 * other, and keeps none. Key, value and time make a record equal; if the headers of some equal ones are the same as well, only
 * those count, because a transform on the way may have changed the headers of all.
 *
 * A source record that equals no other one of the window has a copy if the target has one like it. For equal ones the order
 * decides: MM2 writes in rising order, so a copy that lies between two recognised ones is of a source record between theirs.
 * If it cannot be placed, its originals without a copy are `uncertain`. Which of several equal records is absent can be
 * open: then how many are absent is right, and their content.
 */
export class CopyMatcher {
  /** Copies that were recognised, again and again those that MM2 wrote again. */
  recognised = 0;
  /** Records like one of the source's but for the headers: a transform may have changed them on the way. */
  headersDiffer = 0;
  /** Records with key and value of a source record, but another time: the target may set its own. */
  timeDiffers = 0;
  /** The first recognised record in the order of the target's log. */
  first: { readonly index: number; readonly position: bigint } | null = null;
  readonly #length: number;
  readonly #byIdentity = new Map<string, number[]>();
  /** The same without headers. */
  readonly #byLikeness = new Map<string, number[]>();
  readonly #bodies = new Set<string>();
  readonly #copies: (Copy | undefined)[];
  /** Groups of equal records that have a copy which could not be placed. */
  readonly #unplaced = new Set<readonly number[]>();
  #uncertain: ReadonlySet<number> = new Set();
  #open: OpenCopy[] = [];
  /** Index of the source record whose copy was recognised last; −1 stands for the begin of both logs. */
  #cursor: number | null;

  /**
   * @param records of the source in order of their offsets
   * @param fromBegin both logs still have their first record, and the window begins with the source's
   */
  constructor(records: readonly DigestedRecord[], fromBegin: boolean) {
    this.#length = records.length;
    this.#copies = new Array(records.length);
    this.#cursor = fromBegin ? -1 : null;
    for (const [index, record] of records.entries()) {
      addTo(this.#byIdentity, identityOf(record), index);
      addTo(this.#byLikeness, likeness(record), index);
      this.#bodies.add(bodyOf(record));
    }
  }

  /** @param ordinal how many data records of the target were visited before */
  visit(copy: DigestedRecord, ordinal: number): void {
    const candidates = this.#originals(copy);
    const [only] = candidates;
    if (only === undefined) return;
    if (candidates.length > 1) {
      this.#open.push({ candidates, position: copy.offset, ordinal });
      if (this.#open.length >= OPEN_AT_MOST) this.#settle(null);
      return;
    }
    this.#settle(only);
    this.#match(only, { position: copy.offset, ordinal });
    this.#cursor = only;
  }

  /** After the last record of the target. */
  finish(): void {
    this.#settle(null);
    this.#uncertain = new Set([...this.#unplaced].flat());
  }

  /** The last copy of a record; null if the target has none. */
  copyOf(index: number): Copy | null {
    return this.#copies[index] ?? null;
  }

  /** Whether a record without a copy may have one among those that could not be placed. */
  isUncertain(index: number): boolean {
    return this.#uncertain.has(index) && this.#copies[index] === undefined;
  }

  #originals(copy: DigestedRecord): readonly number[] {
    const same = this.#byIdentity.get(identityOf(copy));
    if (same !== undefined) return same;
    const like = this.#byLikeness.get(likeness(copy));
    if (like !== undefined) {
      this.headersDiffer++;
      return like;
    }
    if (this.#bodies.has(bodyOf(copy))) this.timeDiffers++;
    return [];
  }

  #match(index: number, copy: Copy): void {
    this.recognised++;
    this.#copies[index] = copy;
    if (this.first === null || copy.position < this.first.position) this.first = { index, position: copy.position };
  }

  /** Places the equal records that wait, between the record that was recognised last and the next one, if there is one. */
  #settle(right: number | null): void {
    const open = this.#open;
    this.#open = [];
    if (open.length === 0) return;
    let from = 0;
    let cursor = this.#cursor;
    const take = (at: number, index: number): boolean => {
      const copy = open[at];
      if (copy === undefined || index === right || firstFrom(copy.candidates, index) !== index) return false;
      this.#match(index, copy);
      return true;
    };
    // Neighbours on the target are copies of neighbours, as far as they go.
    if (cursor !== null) while (from < open.length && take(from, cursor + 1)) [from, cursor] = [from + 1, cursor + 1];
    let until = open.length;
    let bound = right ?? this.#length;
    // MM2 began again further back: nothing orders these by the record before them.
    const isRising = right === null || cursor === null || cursor < right;
    const least = isRising ? (cursor ?? -1) : -1;
    if (right !== null)
      while (until > from && bound - 1 > least && take(until - 1, bound - 1)) [until, bound] = [until - 1, bound - 1];
    for (const copy of open.slice(from, until)) {
      const end = isRising ? bound : this.#length;
      const after = cursor;
      const index = after === null ? undefined : firstFrom(copy.candidates, after + 1);
      if (index === undefined || index >= end) this.#unplaced.add(copy.candidates);
      else {
        this.#match(index, copy);
        cursor = index;
      }
    }
    this.#cursor = cursor;
  }
}

function addTo(groups: Map<string, number[]>, name: string, index: number): void {
  const group = groups.get(name);
  if (group === undefined) groups.set(name, [index]);
  else group.push(index);
}

/** The first of rising numbers that is at least `bound`. */
function firstFrom(rising: readonly number[], bound: number): number | undefined {
  let low = 0;
  let high = rising.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rising[middle] ?? bound) < bound) low = middle + 1;
    else high = middle;
  }
  return rising[low];
}

/** What a copy has in common with its original, whatever a transform did to the headers. */
function likeness(record: DigestedRecord): string {
  return `${bodyOf(record)}${record.timestamp}`;
}

function bodyOf({ body, content }: DigestedRecord): string {
  return body ?? content;
}
