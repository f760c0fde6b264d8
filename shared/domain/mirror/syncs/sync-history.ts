/** One pair of corresponding offsets: an offset sync or a verified pair. */
export interface SyncPoint {
  /** When MM2 wrote it, or when the records were compared: ms since the epoch. */
  readonly timestamp: bigint;
  readonly upstream: bigint;
  readonly downstream: bigint;
  /** The offset-syncs topic lost records between the point before and this one, or was not read there. */
  readonly hole: boolean;
  /** Another topic of the same name replaced the source topic between the point before and this one. */
  readonly newSource: boolean;
  /** The same for the target topic. */
  readonly newTarget: boolean;
  /** Comparing records showed that the points before this one do not hold. */
  readonly refuted: boolean;
  /** A verified pair: MM2 did not write it, and the two records were found to be the same. */
  readonly compared: boolean;
  /**
   * What one side has more before it was looked at: the source offsets without a counterpart hold no record, or the target
   * records beyond the source's offsets are copies.
   */
  readonly accounted: boolean;
  /** An audit found the same record on both sides there: the sync is about the source topic of that time. */
  readonly confirmed: boolean;
  /**
   * No audit that knew it could read the source log: whether the log was cut since the points before it is not known.
   */
  readonly unwatched: boolean;
}

/** What can have happened between one point and the next. */
export const BREAK_KINDS = ['hole', 'newSource', 'newTarget', 'refuted'] as const;
export type Break = (typeof BREAK_KINDS)[number];

/** A point; a flag that is absent is false. */
export type NewPoint = Pick<SyncPoint, 'timestamp' | 'upstream' | 'downstream'> & Partial<SyncPoint>;

/** Points in columns, as they are stored; `flags` has the bits that `SyncHistory.flags` returns. */
export interface PointColumns {
  readonly timestamp: BigInt64Array;
  readonly upstream: BigInt64Array;
  readonly downstream: BigInt64Array;
  readonly flags: Uint8Array;
}

/** Bits of a point's flags; they are stored like this. */
const FLAGS = {
  hole: 1,
  newSource: 2,
  newTarget: 4,
  compared: 8,
  accounted: 16,
  refuted: 32,
  confirmed: 64,
  unwatched: 128,
} as const;
/** All breaks, as the codec stores them. */
export const BREAKS = FLAGS.hole | FLAGS.newSource | FLAGS.newTarget | FLAGS.refuted;
/** All bits of a point's flags. */
export const ALL_FLAGS = BREAKS | FLAGS.compared | FLAGS.accounted | FLAGS.confirmed | FLAGS.unwatched;
const COLUMNS = 3;
const LEAST_CAPACITY = 2;
const NO_COLUMNS = new BigInt64Array(0);
const NO_FLAGS = new Uint8Array(0);

/**
 * The offset syncs of one partition in the order in which MM2 wrote them. It has columns instead of objects: a flow can
 * hold millions of syncs, and an audit has to stay small. Copies share their columns until one of them changes.
 */
export class SyncHistory {
  #columns = NO_COLUMNS;
  #flags = NO_FLAGS;
  #length = 0;
  #shared = false;
  #pending = 0;

  static of(points: Iterable<NewPoint>): SyncHistory {
    const history = new SyncHistory();
    for (const point of points) history.push(point);
    return history;
  }

  get length(): number {
    return this.#length;
  }

  copy(): SyncHistory {
    const copy = new SyncHistory();
    copy.#columns = this.#columns;
    copy.#flags = this.#flags;
    copy.#length = this.#length;
    copy.#pending = this.#pending;
    copy.#shared = true;
    this.#shared = true;
    return copy;
  }

  push(point: NewPoint): void {
    this.#own(this.#length + 1);
    this.#length++;
    this.#write(this.#length - 1, point, this.#pending);
    this.#pending = 0;
  }

  /** Inserts a point before the one at `index`, or after the last. */
  insert(index: number, point: NewPoint): void {
    if (index > this.#length) throw new RangeError(`no place ${index} among ${this.#length} syncs`);
    this.#own(this.#length + 1);
    this.#columns.copyWithin((index + 1) * COLUMNS, index * COLUMNS, this.#length * COLUMNS);
    this.#flags.copyWithin(index + 1, index, this.#length);
    this.#length++;
    this.#write(index, point, 0);
  }

  replace(index: number, point: NewPoint): void {
    this.#check(index);
    this.#own(this.#length);
    this.#write(index, point, 0);
  }

  /** Drops the points from `length` on. */
  truncate(length: number): void {
    if (length < this.#length) this.#length = length;
  }

  /** Keeps only the points of these indexes, which must rise. Breaks before the others come before the next one kept. */
  keep(indexes: readonly number[]): void {
    let length = 0;
    let last = -1;
    this.#own(this.#length);
    for (const index of indexes) {
      this.#check(index);
      if (index <= last) throw new RangeError('indexes of points to keep have to rise');
      let flags = this.#flags[index] ?? 0;
      // The stretch before it now reaches further back: it is accounted for only if all of it is.
      for (let left = last + 1; left < index; left++) {
        flags |= (this.#flags[left] ?? 0) & BREAKS;
        if (!this.isAccounted(left) && this.#lacksOffsets(left)) flags &= ~FLAGS.accounted;
      }
      this.#columns.copyWithin(length * COLUMNS, index * COLUMNS, (index + 1) * COLUMNS);
      this.#flags[length] = flags;
      length++;
      last = index;
    }
    for (let left = last + 1; left < this.#length; left++) this.#pending |= (this.#flags[left] ?? 0) & BREAKS;
    this.#length = length;
  }

  /** Keeps only the points of these indexes, which must rise, as they are: nothing is concluded from the others. */
  keepStored(indexes: readonly number[]): void {
    this.#own(this.#length);
    for (const [to, index] of indexes.entries()) {
      this.#check(index);
      if (index < to) throw new RangeError('indexes of points to keep have to rise');
      this.#columns.copyWithin(to * COLUMNS, index * COLUMNS, (index + 1) * COLUMNS);
      this.#flags[to] = this.#flags[index] ?? 0;
    }
    this.#length = indexes.length;
  }

  /** Adds stored points from one index up to another unchanged; pending breaks stay pending. */
  pushColumns(points: PointColumns, from: number, to: number): void {
    this.#own(this.#length + to - from);
    const columns = this.#columns;
    let at = this.#length * COLUMNS;
    for (let i = from; i < to; i++) {
      columns[at++] = points.timestamp[i] ?? 0n;
      columns[at++] = points.upstream[i] ?? 0n;
      columns[at++] = points.downstream[i] ?? 0n;
      this.#flags[this.#length++] = (points.flags[i] ?? 0) & ALL_FLAGS;
    }
  }

  /** A point's flags as the codec stores them. */
  flags(index: number): number {
    this.#check(index);
    return this.#flags[index] ?? 0;
  }

  /** How many points from the oldest on are the same in both. */
  commonLength(other: SyncHistory): number {
    const most = Math.min(this.#length, other.#length);
    if (this.#columns === other.#columns) return most;
    let common = 0;
    while (common < most && this.samePoint(common, other)) common++;
    return common;
  }

  /** Whether both hold the same points and the same pending breaks. */
  equals(other: SyncHistory): boolean {
    if (this.#length !== other.#length || this.#pending !== other.#pending) return false;
    return this.commonLength(other) === this.#length;
  }

  /** Marks a break before the point that comes next. */
  breakBeforeNext(what: Break): void {
    this.#pending |= FLAGS[what];
  }

  /** Whether this break is pending: it came after the newest point, so no point records it yet. */
  breaksBeforeNext(what: Break): boolean {
    return (this.#pending & FLAGS[what]) !== 0;
  }

  /** The breaks before the next point, as the codec stores them: an opaque set, 0 if there are none. */
  get pendingBreaks(): number {
    return this.#pending;
  }

  set pendingBreaks(breaks: number) {
    this.#pending = breaks & BREAKS;
  }

  /** Marks a break before a point; before the next one to come if `index` is past the last. */
  breakAt(index: number, what: Break): void {
    if (index >= this.#length) {
      this.breakBeforeNext(what);
      return;
    }
    this.#own(this.#length);
    this.#flags[index] = (this.#flags[index] ?? 0) | FLAGS[what];
  }

  /** Whether another history has the same point at `at`, which is the same index by default. */
  samePoint(index: number, other: SyncHistory, at = index): boolean {
    return (
      this.upstream(index) === other.upstream(at) &&
      this.downstream(index) === other.downstream(at) &&
      this.timestamp(index) === other.timestamp(at) &&
      this.#flags[index] === other.#flags[at]
    );
  }

  // Without a method that they share: an audit asks a million times, most of them before V8 has compiled anything.
  timestamp(index: number): bigint {
    this.#check(index);
    return this.#columns[index * COLUMNS] ?? 0n;
  }

  upstream(index: number): bigint {
    this.#check(index);
    return this.#columns[index * COLUMNS + 1] ?? 0n;
  }

  downstream(index: number): bigint {
    this.#check(index);
    return this.#columns[index * COLUMNS + 2] ?? 0n;
  }

  /** Whether anything broke before a point. */
  isBrokenBefore(index: number): boolean {
    return (this.flags(index) & BREAKS) !== 0;
  }

  breaksBefore(index: number, what: Break): boolean {
    this.#check(index);
    return ((this.#flags[index] ?? 0) & FLAGS[what]) !== 0;
  }

  isCompared(index: number): boolean {
    this.#check(index);
    return ((this.#flags[index] ?? 0) & FLAGS.compared) !== 0;
  }

  isAccounted(index: number): boolean {
    this.#check(index);
    return ((this.#flags[index] ?? 0) & FLAGS.accounted) !== 0;
  }

  /** Marks that the offsets without a counterpart before a point hold no record. */
  account(index: number): void {
    this.#check(index);
    this.#own(this.#length);
    this.#flags[index] = (this.#flags[index] ?? 0) | FLAGS.accounted;
  }

  isConfirmed(index: number): boolean {
    this.#check(index);
    return ((this.#flags[index] ?? 0) & FLAGS.confirmed) !== 0;
  }

  confirm(index: number): void {
    this.#check(index);
    this.#own(this.#length);
    this.#flags[index] = (this.#flags[index] ?? 0) | FLAGS.confirmed;
  }

  /** Index of the first point that is `unwatched`; the length if there is none. */
  get watched(): number {
    let index = 0;
    while (index < this.#length && ((this.#flags[index] ?? 0) & FLAGS.unwatched) === 0) index++;
    return index;
  }

  /** Index of the newest point that MM2 itself wrote, −1 if there is none. */
  newestWritten(): number {
    let index = this.#length - 1;
    while (index >= 0 && this.isCompared(index)) index--;
    return index;
  }

  at(index: number): SyncPoint {
    return {
      timestamp: this.timestamp(index),
      upstream: this.upstream(index),
      downstream: this.downstream(index),
      hole: this.breaksBefore(index, 'hole'),
      newSource: this.breaksBefore(index, 'newSource'),
      newTarget: this.breaksBefore(index, 'newTarget'),
      refuted: this.breaksBefore(index, 'refuted'),
      compared: this.isCompared(index),
      accounted: this.isAccounted(index),
      confirmed: this.isConfirmed(index),
      unwatched: (this.flags(index) & FLAGS.unwatched) !== 0,
    };
  }

  /** Whether the target advanced by fewer offsets than the source since the point before. */
  #lacksOffsets(index: number): boolean {
    if (index === 0) return true;
    const offsets = this.upstream(index) - this.upstream(index - 1);
    return offsets > this.downstream(index) - this.downstream(index - 1);
  }

  #check(index: number): void {
    if (!(index >= 0 && index < this.#length)) throw new RangeError(`no sync ${index} among ${this.#length}`);
  }

  /** Makes sure that this history does not share its columns, and that they have room for `length` points. */
  #own(length: number): void {
    const capacity = this.#flags.length;
    if (!this.#shared && length <= capacity) return;
    const size = length <= capacity ? capacity : Math.max(length, capacity * 2, LEAST_CAPACITY);
    // Also what lies behind the last point: a view of the rest would take more than these few bytes.
    const columns = new BigInt64Array(size * COLUMNS);
    columns.set(this.#columns);
    const flags = new Uint8Array(size);
    flags.set(this.#flags);
    this.#columns = columns;
    this.#flags = flags;
    this.#shared = false;
  }

  #write(index: number, point: NewPoint, pending: number): void {
    this.#columns[index * COLUMNS] = point.timestamp;
    this.#columns[index * COLUMNS + 1] = point.upstream;
    this.#columns[index * COLUMNS + 2] = point.downstream;
    let flags = pending;
    if (point.hole === true) flags |= FLAGS.hole;
    if (point.newSource === true) flags |= FLAGS.newSource;
    if (point.newTarget === true) flags |= FLAGS.newTarget;
    if (point.refuted === true) flags |= FLAGS.refuted;
    if (point.compared === true) flags |= FLAGS.compared;
    if (point.accounted === true) flags |= FLAGS.accounted;
    if (point.confirmed === true) flags |= FLAGS.confirmed;
    if (point.unwatched === true) flags |= FLAGS.unwatched;
    this.#flags[index] = flags;
  }
}

/**
 * Adds a sync that MM2 wrote after what is known. A verified pair may be ahead of syncs that are read only later. If
 * such a sync does not rise from the pair on both sides, the pair is removed.
 */
export function addSync(history: SyncHistory, sync: NewPoint): void {
  for (let last = history.length - 1; last >= 0 && history.isCompared(last); last--) {
    if (sync.upstream > history.upstream(last) && sync.downstream > history.downstream(last)) break;
    history.truncate(last);
  }
  history.push(sync);
}
