import { type NewPoint, SyncHistory } from '../../shared/domain/mirror/syncs/sync-history.ts';
import type { FirstRecord } from '../../shared/domain/model/cluster.ts';

/** A record on the simulated target: which source record it is a copy of (epoch −1: somebody else's), null for a marker. */
type TargetRecord = { readonly epoch: number; readonly source: number } | null;

export type Step =
  | { readonly do: 'produce'; readonly records: number }
  /** Source offsets without a data record: transaction markers, compacted records. */
  | { readonly do: 'gap'; readonly offsets: number }
  /** MM2 brings records over; only `syncs` forced syncs get through before later ones overwrite each other. */
  | { readonly do: 'mirror'; readonly records: number; readonly syncs: number }
  /** Connect's flush: the position is committed and the newest pair promoted. */
  | { readonly do: 'flush' }
  /** SIGKILL and restart: everything since the last flush is written again. */
  | { readonly do: 'kill' }
  | { readonly do: 'restart' }
  | { readonly do: 'marker' }
  | { readonly do: 'foreign'; readonly records: number }
  | { readonly do: 'recreate-target' }
  | { readonly do: 'recreate-source'; readonly records: number }
  | { readonly do: 'delete-records'; readonly offsets: number }
  | { readonly do: 'compact-syncs' }
  /** Retention on the target. */
  | { readonly do: 'expire-target'; readonly offsets: number }
  /** Compaction of the source: of each so many records one stays. */
  | { readonly do: 'compact-source'; readonly keep: number };

/** A pair that MM2 may write as a sync, and which of the target's logs it speaks of. */
interface Pair {
  readonly u: number;
  readonly d: number;
  readonly log: number;
  /** Which of the source's topics of that name it speaks of. */
  readonly epoch: number;
  readonly sourceOnly: number;
  readonly targetOnly: number;
}

const OFFSET_LAG_MAX = 10;

/**
 * One mirrored partition with MM2's own rules of when a sync is written (`OffsetSyncWriter`), of what a restart
 * writes again, and of where its consumer goes when the source log is not what it was.
 */
export class SimulatedMm2 {
  /** Offsets of the present source log that hold a data record, rising, and when it was written. */
  readonly #sourceRecords = new Map<number, number>();
  #foreigners = 0;
  #sourceStart = 0;
  #sourceEnd = 0;
  #sourceEpoch = 0;
  #target: TargetRecord[] = [];
  #targetStart = 0;
  #syncLog: (NewPoint | null)[] = [];
  #clock = 1_000;
  /** Offsets that are on one side only, counted up; both between two syncs can cancel each other out. */
  #sourceOnly = 0;
  #targetOnly = 0;
  #lastRead = -1;
  #lastEmitted: Pair | null = null;
  #cancels = false;
  /** A pair of a deleted source topic went out after the new one had its first record. */
  #stale = false;

  #position = 0;
  #committed = 0;
  #previous: { readonly u: number; readonly d: number } = { u: -1, d: -1 };
  #lastSyncDownstream = -1;
  #pending: Pair | null = null;
  #delayed: Pair | null = null;

  /** A forced sync was overwritten by a later one, so that the arithmetic misses it. */
  #dropped = false;
  #wroteAgain = false;
  #foreign = false;
  /** Length of the sync log at each recreation of the target. */
  readonly #recreations: number[] = [];
  #markers = false;
  /** Source offsets that were brought over, of the present topic. */
  readonly #mirrored = new Set<number>();
  /** A record was compacted away between its first copy and the restart that brought its neighbours once more. */
  #vanished = false;

  /** What a life has left. */
  static after(steps: readonly Step[]): SimulatedMm2 {
    const mm2 = new SimulatedMm2();
    mm2.run(steps);
    return mm2;
  }

  run(steps: readonly Step[]): void {
    for (const step of steps) this.#step(step);
  }

  #step(step: Step): void {
    this.#clock += 10_000;
    switch (step.do) {
      case 'produce':
        this.#produce(step.records);
        break;
      case 'gap':
        this.#sourceEnd += step.offsets;
        break;
      case 'mirror':
        this.#mirror(step.records, step.syncs);
        break;
      case 'flush':
        this.#flush();
        break;
      case 'kill':
        // In transactions the position is committed with the records.
        if (!this.exactlyOnce && this.#committed !== this.#position) {
          this.#wroteAgain = true;
          this.#position = this.#committed;
        }
        this.#forgetTask();
        break;
      case 'restart':
        this.#flush();
        this.#forgetTask();
        break;
      case 'marker':
        this.#markers = true;
        this.#target.push(null);
        this.#targetOnly++;
        break;
      case 'foreign':
        this.#foreign = true;
        for (let i = 0; i < step.records; i++) this.#target.push({ epoch: -1, source: this.#foreigners++ });
        this.#targetOnly += step.records;
        break;
      case 'recreate-target':
        this.#recreations.push(this.#syncLog.length);
        this.#target = [];
        this.#targetStart = 0;
        break;
      case 'recreate-source':
        this.#sourceRecords.clear();
        this.#mirrored.clear();
        this.#sourceStart = 0;
        this.#sourceEnd = 0;
        this.#sourceEpoch++;
        this.#produce(step.records);
        // What MM2 sees next: out of range, and it begins anew; or a log long enough, and it goes on blindly.
        if (this.#position > this.#sourceEnd) {
          this.#position = 0;
          // What it brings from the beginning, no offset behind its last sync accounts for: gaps can hide it.
          this.#targetOnly++;
        }
        break;
      case 'delete-records':
        this.#deleteRecords(step.offsets);
        break;
      case 'compact-syncs':
        this.#compactSyncs();
        break;
      case 'expire-target':
        this.#targetStart = Math.min(this.#target.length, this.#targetStart + step.offsets);
        break;
      case 'compact-source':
        for (const offset of [...this.#sourceRecords.keys()]) {
          // The log's newest segment is never compacted.
          if (offset % step.keep !== 0 && offset < this.#sourceEnd - 5) this.#sourceRecords.delete(offset);
        }
        break;
    }
  }

  #produce(records: number): void {
    for (let i = 0; i < records; i++) {
      this.#sourceRecords.set(this.#sourceEnd, this.#clock);
      this.#sourceEnd++;
    }
  }

  #mirror(records: number, syncs: number): void {
    let left = records;
    let free = syncs;
    if (this.#position < this.#sourceStart) this.#position = this.#sourceStart;
    for (; left > 0 && this.#position < this.#sourceEnd; this.#position++) {
      if (!this.#sourceRecords.has(this.#position)) {
        if (this.#mirrored.has(this.#position) && this.#position >= this.#sourceStart) this.#vanished = true;
        continue;
      }
      this.#mirrored.add(this.#position);
      left--;
      this.#clock++;
      this.#sourceOnly += Math.max(0, this.#position - this.#lastRead - 1);
      this.#lastRead = this.#position;
      const pair: Pair = {
        u: this.#position,
        d: this.#target.length,
        log: this.#recreations.length,
        epoch: this.#sourceEpoch,
        sourceOnly: this.#sourceOnly,
        targetOnly: this.#targetOnly,
      };
      this.#target.push({ epoch: this.#sourceEpoch, source: pair.u });
      const forced =
        this.#lastSyncDownstream === -1 ||
        pair.d - (this.#lastSyncDownstream + 1) >= OFFSET_LAG_MAX ||
        pair.u - this.#previous.u !== 1 ||
        pair.d < this.#previous.d;
      this.#previous = pair;
      if (forced) {
        this.#lastSyncDownstream = pair.d;
        this.#delayed = null;
        if (this.#pending !== null) this.#dropped = true;
        this.#pending = pair;
      } else {
        this.#delayed = pair;
      }
      if (this.#pending !== null && free > 0) {
        free--;
        this.#emit(this.#pending);
        this.#pending = null;
      }
    }
  }

  #flush(): void {
    this.#committed = this.#position;
    if (this.#delayed !== null) {
      if (this.#pending !== null) this.#dropped = true;
      this.#pending = this.#delayed;
      this.#delayed = null;
    }
    if (this.#pending !== null) this.#emit(this.#pending);
    this.#pending = null;
  }

  #forgetTask(): void {
    if (this.#pending !== null) this.#dropped = true;
    this.#pending = null;
    this.#delayed = null;
    this.#previous = { u: -1, d: -1 };
    this.#lastSyncDownstream = -1;
  }

  #emit(pair: Pair): void {
    const last = this.#lastEmitted;
    if (last !== null && pair.sourceOnly > last.sourceOnly && pair.targetOnly > last.targetOnly) this.#cancels = true;
    this.#lastEmitted = pair;
    if (pair.epoch < this.#sourceEpoch) this.#stale = true;
    // A pair that waited while its target log was replaced counts among those of the old log.
    for (let i = pair.log; i < this.#recreations.length; i++) {
      this.#recreations[i] = this.#syncLog.length + 1;
    }
    this.#syncLog.push({
      timestamp: BigInt(this.#clock),
      upstream: BigInt(pair.u),
      downstream: BigInt(pair.d),
    });
  }

  #deleteRecords(offsets: number): void {
    this.#sourceStart = Math.min(this.#sourceEnd, this.#sourceStart + offsets);
    for (const offset of [...this.#sourceRecords.keys()]) {
      if (offset < this.#sourceStart) this.#sourceRecords.delete(offset);
    }
  }

  /** Keeps only the newest sync of what is old: the key is the partition. */
  #compactSyncs(): void {
    const keepFrom = Math.floor(this.#syncLog.length / 2);
    const lastOld = this.#syncLog.slice(0, keepFrom).findLastIndex((sync) => sync !== null);
    for (let i = 0; i < keepFrom; i++) {
      if (i !== lastOld && this.#syncLog[i] !== null) {
        this.#syncLog[i] = null;
      }
    }
  }

  /**
   * Whether an assumption broke that no arithmetic on what MM2 wrote can notice (design, assumption 4): a forced sync
   * that was lost or still waits, together with something that it would have told of; or a target log that had grown
   * past the old one's newest sync before the next sync was written;
   * or offsets missing on the one side and added on the other between the same two syncs;
   * or a sync that waited for the flush while its source topic was replaced;
   * or a record that was compacted away between its only copy and the restart that wrote its neighbours again.
   */
  get undetectable(): boolean {
    const untold = this.#dropped || this.#pending !== null;
    return (
      (untold && (this.#wroteAgain || this.#foreign)) ||
      this.#cancels ||
      this.#stale ||
      this.#vanished ||
      this.#recreations.some((at) => this.#unnoticed(at))
    );
  }

  /** MM2 wrote in transactions from its first restart on. */
  get exactlyOnce(): boolean {
    return this.#markers && !this.#wroteAgain;
  }

  #unnoticed(recreatedAt: number): boolean {
    const before = this.#syncLog.slice(0, recreatedAt).findLast((sync) => sync !== null);
    if (before == null) return false;
    const after = this.#syncLog.slice(recreatedAt).find((sync) => sync !== null);
    return before.downstream < (after == null ? BigInt(this.#target.length) : after.downstream);
  }

  get sourceEnd(): number {
    return this.#sourceEnd;
  }

  get targetEnd(): number {
    return this.#target.length;
  }

  get targetStart(): number {
    return this.#targetStart;
  }

  get sourceStart(): number {
    return this.#sourceStart;
  }

  /** The first record that the source log still has; null if it has none. */
  get firstRecord(): FirstRecord | null {
    for (const [offset, timestamp] of this.#sourceRecords)
      return { offset: BigInt(offset), timestamp: BigInt(timestamp) };
    return null;
  }

  /** Target offsets of all copies of the present source topic's record at an offset. */
  copiesOf(source: number): number[] {
    return this.#target.flatMap((record, d) =>
      record !== null && record.epoch === this.#sourceEpoch && record.source === source ? [d] : [],
    );
  }

  /** Which of the source's topics of that name it is, and which of the target's: what their ids tell. */
  get topicIds(): { readonly source: string; readonly target: string } {
    return { source: `source-${this.#sourceEpoch}`, target: `target-${this.#recreations.length}` };
  }

  get clock(): number {
    return this.#clock;
  }

  /** The offset-syncs topic by offset; null is what compaction took. */
  get syncLog(): readonly (NewPoint | null)[] {
    return this.#syncLog;
  }

  /** What an auditor reads of the offset-syncs topic as a whole. */
  readSyncs(): SyncHistory {
    const history = new SyncHistory();
    let hole = false;
    for (const sync of this.#syncLog) {
      if (sync !== null) history.push({ ...sync, hole });
      hole = sync === null;
    }
    return history;
  }

  /** What the source log holds, in offset order. */
  get sourceOffsets(): readonly number[] {
    return [...this.#sourceRecords.keys()];
  }

  get sourceEpoch(): number {
    return this.#sourceEpoch;
  }

  /** What the target log holds, by offset. */
  get targetRecords(): readonly TargetRecord[] {
    return this.#target;
  }

  /** Records read twice by a group at `upstream` that goes on at target position `position`. */
  rereads(upstream: number, position: number): number {
    let records = 0;
    for (let d = position; d < this.#target.length; d++) {
      const record = this.#target[d];
      if (record != null && record.epoch === this.#sourceEpoch && record.source < upstream) records++;
    }
    return records;
  }

  /**
   * Distinct source records that MM2 brought to the target and that such a group has not read and will not.
   * @param withExpired also those that the target has deleted and the source still holds
   */
  skips(upstream: number, position: number, withExpired = true): number {
    const copies = new Map<number, number>();
    this.#target.forEach((record, d) => {
      if (record != null && record.epoch === this.#sourceEpoch) copies.set(record.source, d);
    });
    let records = 0;
    // A record that the target has deleted is lost to the group, unless the source has deleted it as well.
    for (const [source, lastCopy] of copies) {
      if (source < upstream || lastCopy >= Math.max(position, this.#targetStart)) continue;
      const isExpired = lastCopy < this.#targetStart;
      if (isExpired ? withExpired && this.#sourceRecords.has(source) : true) records++;
    }
    return records;
  }
}
