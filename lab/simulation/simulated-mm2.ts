import { type NewPoint, SyncHistory } from '../../shared/domain/mirror/syncs/sync-history.ts';
import type { FirstRecord, IsolationLevel } from '../../shared/domain/model/cluster.ts';
import type { Step } from './step.ts';

/**
 * A record on the simulated target: which source record it copies, and that record's time. Null for a marker. The epoch
 * is −1 for a foreign record, and −2 for a copy of a record that a cut has removed from the source log.
 */
type TargetRecord = {
  readonly epoch: number;
  readonly source: number;
  readonly time: number;
  /** Of a copy whose original a cut has removed: which cut of the source log that was. */
  readonly cut?: number;
} | null;

export interface MirrorTerms {
  /** Of MM2's consumer. */
  readonly isolation?: IsolationLevel;
  /** How far the clocks of producers and of MM2 are ahead of the auditor's, in ms. */
  readonly ahead?: { readonly producers: number; readonly mm2: number };
  /** Whether MM2 writes each batch in a transaction. */
  readonly inTransactions?: boolean;
  /** Whether producers write in transactions. */
  readonly transactional?: boolean;
}

/** A pair that MM2 may write as a sync, and the target log that it is about. */
interface Pair {
  readonly u: number;
  readonly d: number;
  readonly log: number;
  /** The source topic that the pair is about, among all topics with that name. */
  readonly epoch: number;
  readonly sourceOnly: number;
  readonly targetOnly: number;
  readonly targetLost: number;
  /** Records that MM2 had written again by then. */
  readonly again: number;
  /** How often the target log had been cut when MM2 wrote the record. */
  readonly cuts: number;
}

/** A log that lost its end: where, and how many syncs MM2 had written by then. */
interface CutLog {
  readonly side: 'source' | 'target';
  readonly at: number;
  readonly syncs: number;
  /** Whether an audit saw the log before the cut and beyond it, or while it was shorter than the syncs say. */
  noticed: boolean;
}

const OFFSET_LAG_MAX = 10;

/**
 * One mirrored partition, with MM2's own rules: when MM2 writes a sync (`OffsetSyncWriter`), and what it writes again
 * after a restart. They also decide where its consumer continues if the source log has changed.
 */
export class SimulatedMm2 {
  /** Offsets of the current source log that hold a data record, ascending, and when each was written. */
  readonly #sourceRecords = new Map<number, number>();
  #foreigners = 0;
  #sourceStart = 0;
  #sourceEnd = 0;
  #sourceEpoch = 0;
  #target: TargetRecord[] = [];
  #targetStart = 0;
  #syncLog: (NewPoint | null)[] = [];
  #clock = 1_800_000_000_000;
  /** Offsets that are on one side only, counted up. If both counts grow between two syncs, they can cancel out. */
  #sourceOnly = 0;
  #targetOnly = 0;
  /** Records that the target lost at its end, or with its topic. */
  #targetLost = 0;
  /** Records that MM2 wrote again. */
  #again = 0;
  #lastRead = -1;
  /** How far MM2 was since it wrote the last sync, also if it has begun again since. */
  #furthest = 0;
  /** Before the first sync about a target log, the log got offsets that are not from the source, or lost some. */
  #oddHead = false;
  /** A cut took records that MM2 had mirrored, and no audit and no sync shows that the log reached so far. */
  #cutUntold = false;
  /** A cut source log had grown again before MM2 noticed: it may never write the first new records. */
  #skippedNew = false;
  /** Compaction removed records from the source that MM2 had mirrored. */
  #compactedCopies = false;
  #lastEmitted: Pair | null = null;
  /** Those whose target records no cut has removed. */
  #emitted: Pair[] = [];
  /** The pairs of the sync log, by offset. */
  readonly #syncPairs: Pair[] = [];
  /** How many syncs audits have read. */
  syncsRead = 0;
  /** How often a source topic was cut. */
  sourceCuts = 0;
  #cancels = false;
  /** MM2 wrote a pair of a deleted source topic after the new topic had its first record. */
  #stale = false;

  #position = 0;
  #committed = 0;
  #previous: { readonly u: number; readonly d: number } = { u: -1, d: -1 };
  #lastSyncDownstream = -1;
  #pending: Pair | null = null;
  #delayed: Pair | null = null;

  /** A later forced sync overwrote an earlier one, so the arithmetic misses it. */
  #dropped = false;
  #wroteAgain = false;
  #foreign = false;
  /** Length of the sync log at each recreation of the target. */
  readonly #recreations: number[] = [];
  #markers = false;
  /** Offsets of the current source topic that MM2 has mirrored. */
  readonly #mirrored = new Set<number>();
  /** Compaction removed a record between its first copy and the restart that mirrored its neighbours again. */
  #vanished = false;

  readonly isolation: IsolationLevel;
  readonly #inTransactions: boolean;
  readonly #transactional: boolean;
  readonly #ahead: { readonly producers: number; readonly mm2: number };
  readonly #cuts: CutLog[] = [];
  /** Where each leader epoch of the present topics began: every cut is an unclean leader election. */
  readonly epochStarts = { source: [] as number[], target: [] as number[] };
  /** Of each cut of the source, whether an audit had seen the log reach further. */
  readonly #cutWasSeen: boolean[] = [];
  /** What the last audit saw: which topics, and how many syncs. */
  #audited = { log: -1, epoch: -1, syncs: 0, sourceEnd: 0, targetEnd: 0 };
  /** Offsets of the open transaction on the source. */
  #open: number[] = [];

  constructor(terms: MirrorTerms = {}) {
    this.isolation = terms.isolation ?? 'read_uncommitted';
    this.#ahead = terms.ahead ?? { producers: 0, mm2: 0 };
    this.#inTransactions = terms.inTransactions ?? false;
    this.#transactional = terms.transactional ?? false;
  }

  /** The state after a life. */
  static after(steps: readonly Step[]): SimulatedMm2 {
    const mm2 = new SimulatedMm2();
    mm2.run(steps);
    return mm2;
  }

  run(steps: readonly Step[]): void {
    for (const step of steps) {
      const before = this.#position;
      this.#step(step);
      this.#furthest = Math.max(this.#furthest, before, this.#position);
    }
  }

  #step(step: Step): void {
    this.#clock += 10_000;
    switch (step.do) {
      case 'produce':
        this.#produce(step.records);
        if (this.#transactional) this.#sourceEnd++;
        break;
      case 'gap':
        this.#sourceEnd += step.offsets;
        break;
      case 'mirror': {
        const before = this.#target.length;
        this.#mirror(step.records, step.syncs);
        if (this.#inTransactions && this.#target.length > before) this.#endTransaction();
        break;
      }
      case 'flush':
        this.#flush();
        break;
      case 'kill':
        // In transactions, the position is committed together with the records.
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
        this.#endTransaction();
        break;
      case 'foreign':
        this.#foreign = true;
        for (let i = 0; i < step.records; i++)
          this.#target.push({ epoch: -1, source: this.#foreigners++, time: this.#clock });
        this.#targetOnly += step.records;
        break;
      case 'recreate-target':
        this.#recreations.push(this.#syncLog.length);
        this.#targetLost += this.#target.length;
        this.#target = [];
        this.#targetStart = 0;
        this.epochStarts.target.length = 0;
        break;
      case 'recreate-source':
        this.#noteRecreation();
        this.#sourceRecords.clear();
        this.#mirrored.clear();
        this.#sourceStart = 0;
        this.#sourceEnd = 0;
        this.#sourceEpoch++;
        this.epochStarts.source.length = 0;
        this.#cutWasSeen.length = 0;
        this.#open = [];
        this.#produce(step.records);
        // MM2's position is out of range, and it starts from the beginning. Or the new log is long enough, and MM2
        // continues without noticing.
        if (this.#position > this.#sourceEnd) {
          this.#position = 0;
          // The offset after the last sync does not account for what MM2 mirrors from the beginning: gaps can hide it.
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
          // Compaction never touches the log's newest segment.
          if (offset % step.keep === 0 || offset >= this.#sourceEnd - 5) continue;
          if (this.#mirrored.has(offset)) this.#compactedCopies = true;
          this.#sourceRecords.delete(offset);
        }
        break;
      case 'cut-source':
        this.#cutSource(Math.max(this.#sourceStart, this.#sourceEnd - step.offsets), step.regrown ?? 0);
        break;
      case 'cut-target':
        this.#cutTarget(Math.max(this.#targetStart, this.#target.length - step.offsets));
        break;
      case 'jump':
        this.#flush();
        this.#forgetTask();
        // Nobody sets an offset inside an open transaction: MM2 could not have read it.
        this.#position = Math.max(this.#position, Math.min(this.#readableEnd, this.#position + step.offsets));
        this.#committed = this.#position;
        break;
      case 'start-over':
        this.#flush();
        this.#forgetTask();
        this.#wroteAgain = true;
        this.#position = Math.max(this.#sourceStart, this.#position - step.offsets);
        this.#committed = this.#position;
        break;
      case 'open-transaction':
        for (let i = 0; i < step.records; i++) this.#open.push(this.#sourceEnd + i);
        this.#produce(step.records);
        break;
      case 'end-transaction':
        if (this.#open.length === 0) break;
        if (!step.commit && this.isolation === 'read_committed') {
          for (const offset of this.#open) this.#sourceRecords.delete(offset);
        }
        this.#open = [];
        // The marker.
        this.#sourceEnd++;
        break;
    }
  }

  #produce(records: number): void {
    for (let i = 0; i < records; i++) {
      this.#sourceRecords.set(this.#sourceEnd, this.#clock + this.#ahead.producers);
      this.#sourceEnd++;
    }
  }

  /**
   * Without topic ids, an audit recognises a recreated source by records that are younger than the syncs. Clocks that
   * differ too much hide that, unless an audit has read the syncs before the topic was recreated. Without a sync of the
   * old topic nothing shows that the target holds its records.
   */
  #noteRecreation(): void {
    const isRead = this.#audited.epoch === this.#sourceEpoch && this.#audited.syncs === this.#syncLog.length;
    if (!isRead && this.#ahead.mm2 - this.#ahead.producers > 8_000) this.#stale = true;
    if (this.#syncLog.length === 0 && this.#target.length > 0) this.#stale = true;
  }

  #cutSource(end: number, regrown: number): void {
    if (end === this.#sourceEnd) return;
    // A cut that comes before the first audit looks like a recreated topic.
    if (this.#audited.epoch !== this.#sourceEpoch && this.#syncLog.length > 0) this.#stale = true;
    const cut = this.sourceCuts++;
    const seen = this.#audited.epoch === this.#sourceEpoch ? this.#audited.sourceEnd : 0;
    this.epochStarts.source.push(end);
    this.#cutWasSeen.push(seen > end);
    const told = this.#syncPairs.reduce((most, { u }) => Math.max(most, u + 1), seen);
    if ([...this.#mirrored].some((offset) => offset >= Math.max(end, told))) this.#cutUntold = true;
    this.#cuts.push({ side: 'source', at: end, syncs: this.#syncLog.length, noticed: seen > end });
    this.#sourceEnd = end;
    this.#open = [];
    for (const offset of [...this.#sourceRecords.keys()]) if (offset >= end) this.#sourceRecords.delete(offset);
    for (const offset of [...this.#mirrored]) if (offset >= end) this.#mirrored.delete(offset);
    const epoch = this.#sourceEpoch;
    // No audit saw the other records, and no sync names them: Tidemark cannot know their copies (decision 17).
    const cutOf = ({ source }: { readonly source: number }) => (source < told ? { cut } : {});
    this.#target = this.#target.map((one) =>
      one !== null && one.epoch === epoch && one.source >= end ? { ...one, epoch: -2, ...cutOf(one) } : one,
    );
    // No audit saw the log reach beyond the cut, and its length hides the cut from MM2 as well.
    if (regrown > 0 && this.#position > end && seen <= end) this.#stale = true;
    this.#produce(regrown);
    if (this.#position > end) this.#skippedNew = true;
    if (this.#position <= this.#sourceEnd) return;
    // MM2's position is out of range, and it starts from the beginning.
    this.#wroteAgain = true;
    this.#targetOnly++;
    this.#position = this.#sourceStart;
    this.#committed = this.#position;
  }

  #cutTarget(end: number): void {
    const lost = this.#target.length - end;
    if (lost === 0) return;
    this.epochStarts.target.push(end);
    const seen = this.#audited.log === this.#recreations.length ? this.#audited.targetEnd : 0;
    this.#cuts.push({ side: 'target', at: end, syncs: this.#syncLog.length, noticed: seen > end });
    this.#sourceOnly += lost;
    this.#targetLost += lost;
    this.#target.length = end;
    this.#emitted = this.#emitted.filter(({ d, log }) => d < end || log < this.#recreations.length);
  }

  /** Call it at each audit, with what the audit read: what it notices, it remembers. */
  audited({ source, target, syncs }: Record<'source' | 'target' | 'syncs', boolean>): void {
    if (source && this.#audited.epoch !== this.#sourceEpoch && this.#isBehindOldSyncs()) this.#stale = true;
    if (source && target && syncs) for (const cut of this.#cuts) if (!this.#outgrown(cut)) cut.noticed = true;
    if (source) this.#audited = { ...this.#audited, epoch: this.#sourceEpoch, sourceEnd: this.#sourceEnd };
    // Topic ids are in the metadata: an audit that cannot read the log still sees that it is another one.
    if (target) this.#audited.targetEnd = this.#target.length;
    else if (this.#audited.log < this.#recreations.length) this.#audited.targetEnd = 0;
    this.#audited.log = this.#recreations.length;
    if (!syncs) return;
    this.syncsRead = this.#syncLog.length;
    this.#audited.syncs = this.#syncLog.length;
  }

  /** Whether the present source topic begins behind all that the syncs of earlier ones name: no time shows that it is new. */
  #isBehindOldSyncs(): boolean {
    const old = this.#syncPairs.filter(({ epoch }) => epoch < this.#sourceEpoch);
    const first = this.firstRecord?.offset ?? BigInt(this.#sourceEnd);
    return old.length > 0 && old.every(({ u }) => BigInt(u) < first);
  }

  /** Whether MM2 has written to a target log since it was cut, and no sync since. */
  #isWrittenOver({ side, at, syncs }: CutLog): boolean {
    return side === 'target' && syncs === this.#syncLog.length && this.#target.length > at;
  }

  /** Whether the source topic is one that no audit has seen. */
  get sourceIsUnseen(): boolean {
    return this.#audited.epoch !== this.#sourceEpoch;
  }

  /** Whether the log has grown again past what the syncs before the cut say, so that no sync shows the cut. */
  #outgrown({ side, at, syncs }: CutLog): boolean {
    const before = this.#syncLog.slice(0, syncs).filter((sync) => sync !== null);
    const reached = before.map((sync) => Number(side === 'source' ? sync.upstream : sync.downstream));
    const furthest = Math.max(-1, ...reached);
    if (furthest < at) return false;
    return furthest < (side === 'source' ? this.#sourceEnd : this.#target.length);
  }

  #mirror(records: number, syncs: number): void {
    let left = records;
    let free = syncs;
    if (this.#position < this.#sourceStart) this.#position = this.#sourceStart;
    const readable = this.#readableEnd;
    for (; left > 0 && this.#position < readable; this.#position++) {
      const time = this.#sourceRecords.get(this.#position);
      if (time === undefined) {
        if (this.#mirrored.has(this.#position) && this.#position >= this.#sourceStart) this.#vanished = true;
        continue;
      }
      if (this.#mirrored.has(this.#position)) this.#again++;
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
        targetLost: this.#targetLost,
        again: this.#again,
        cuts: this.#cuts.length,
      };
      this.#target.push({ epoch: this.#sourceEpoch, source: pair.u, time });
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

  /** Of MM2, on the target. */
  #endTransaction(): void {
    this.#markers = true;
    this.#target.push(null);
    this.#targetOnly++;
  }

  get #readableEnd(): number {
    return this.isolation === 'read_committed' ? this.lastStable : this.#sourceEnd;
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
    if (last === null && pair.targetOnly + pair.targetLost > 0) this.#oddHead = true;
    if (last !== null && pair.targetOnly > last.targetOnly && pair.targetLost > last.targetLost) this.#oddHead = true;
    // A cut makes void what came before it: this pair may become the first one that holds.
    if (last !== null && pair.targetOnly > last.targetOnly && pair.cuts > last.cuts) this.#oddHead = true;
    this.#lastEmitted = pair;
    this.#emitted.push(pair);
    this.#syncPairs.push(pair);
    this.#furthest = this.#position;
    if (pair.epoch < this.#sourceEpoch || pair.log < this.#audited.log) this.#stale = true;
    for (const { side, at } of this.#cuts.slice(pair.cuts))
      if ((side === 'source' ? pair.u : pair.d) >= at) this.#stale = true;
    // If the target log was replaced while a pair waited, the pair counts among those of the old log.
    for (let i = pair.log; i < this.#recreations.length; i++) {
      this.#recreations[i] = this.#syncLog.length + 1;
    }
    this.#syncLog.push({
      timestamp: BigInt(this.#clock + this.#ahead.mm2),
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

  /** Of the old syncs, keeps only the newest: the key is the partition. */
  #compactSyncs(): void {
    const keepFrom = Math.floor(this.#syncLog.length / 2);
    const lastOld = this.#syncLog.slice(0, keepFrom).findLastIndex((sync) => sync !== null);
    for (let i = 0; i < keepFrom; i++) {
      if (i !== lastOld && this.#syncLog[i] !== null) {
        this.#syncLog[i] = null;
      }
    }
    if (this.syncsRead < lastOld) this.#noteMerged(lastOld);
    // As without a sync of the old topic: see `#noteRecreation`.
    const isOld = ({ epoch }: Pair, i: number) =>
      epoch < this.#sourceEpoch && (i < this.syncsRead || this.#syncLog[i] !== null);
    if (this.#hasOldCopies && !this.#syncPairs.some(isOld)) this.#stale = true;
  }

  /** Whether the target holds records of an earlier source topic. */
  get #hasOldCopies(): boolean {
    return this.#target.some((one) => one !== null && one.epoch >= 0 && one.epoch < this.#sourceEpoch);
  }

  /** Compaction has left one interval before a sync: what was missing and what was added in it can cancel out. */
  #noteMerged(index: number): void {
    const pair = this.#syncPairs[index];
    const before = this.#syncPairs[this.syncsRead - 1];
    if (pair === undefined || pair.sourceOnly <= (before?.sourceOnly ?? 0)) return;
    if (pair.targetOnly + pair.again > (before?.targetOnly ?? 0) + (before?.again ?? 0)) this.#cancels = true;
  }

  /**
   * Whether an assumption broke that no arithmetic on MM2's own records can notice (design, assumption 4). One of these
   * is enough:
   * - A forced sync was lost or still waits, and it would have shown re-mirrored or foreign records.
   * - The target log had grown past the old log's newest sync before the next sync was written.
   * - Between two syncs, offsets are missing on one side and added on the other. Compaction can have removed syncs between
   *   them before any audit read them. In transactions this is usual, and no position relies on it.
   * - A sync waited for the flush while its topic was replaced, or while a cut removed its record.
   * - The source log was cut, and no audit had seen its topic id before.
   * - The source topic was recreated, the clocks differ, and no audit had read the syncs before.
   * - The source topic was recreated before the first audit, and begins behind all that the earlier one's syncs name.
   * - Compaction removed all syncs of the earlier source topic before an audit read one.
   * - Compaction removed a record between its only copy and the restart that wrote its neighbours again.
   * - A log was cut, and grew past its old end before an audit saw it shorter (decision 13).
   * - MM2 wrote to a target log that was cut, and the sync that names the place still waits.
   */
  get undetectable(): boolean {
    const untold = this.#dropped || this.#pending !== null || this.#syncLog.length === 0;
    return (
      (untold && (this.#wroteAgain || this.#foreign)) ||
      (this.#cancels && !this.exactlyOnce) ||
      this.#stale ||
      this.#vanished ||
      this.#recreations.some((at) => this.#unnoticed(at)) ||
      this.#cuts.some((cut) => !cut.noticed && this.#outgrown(cut)) ||
      (this.#pending !== null && this.#cuts.some((cut) => this.#isWrittenOver(cut)))
    );
  }

  /**
   * Whether the length of the target log hides what is lost. Only a comparison of whole stretches would show it:
   * - After the newest sync, records are missing on one side and added on the other. The next sync shows it, unless it
   *   is so between two syncs, too.
   * - Before the first sync about it, the target log got markers or foreign records, or lost its end.
   * - Before the first sync that is left MM2 jumped over records, and the source has deleted some that it had mirrored before.
   * - Compaction removed the originals of records that the target still has, and other records are missing.
   * - The source log grew after the last audit, MM2 mirrored that without a sync, and a cut took it.
   */
  get hidesLoss(): boolean {
    const { sourceOnly = 0, targetOnly = 0, targetLost = 0 } = this.#emitted.at(-1) ?? {};
    const isPast = this.#furthest > this.#lastRead + 1;
    const isLess = this.#sourceOnly > sourceOnly || this.#targetLost > targetLost || isPast;
    if (this.#cutUntold || this.#cancels || this.#jumpsInHead) return true;
    const lacksSome = this.#sourceOnly > 0 || this.#targetLost > 0 || this.#skippedNew || isPast;
    return (this.#targetOnly > targetOnly && isLess) || ((this.#oddHead || this.#compactedCopies) && lacksSome);
  }

  get #jumpsInHead(): boolean {
    const first = this.#syncLog.findIndex((sync) => sync !== null);
    return this.#sourceStart > 0 && (this.#syncPairs[first]?.sourceOnly ?? 0) > 0;
  }

  /** Whether MM2 has written in transactions from its first restart on. */
  get exactlyOnce(): boolean {
    return this.#inTransactions || (this.#markers && !this.#wroteAgain);
  }

  #unnoticed(recreatedAt: number): boolean {
    const before = this.#syncLog.slice(0, recreatedAt).findLast((sync) => sync !== null);
    if (before == null) return false;
    const after = this.#syncLog.slice(recreatedAt).find((sync) => sync !== null);
    return before.downstream < (after == null ? BigInt(this.#target.length) : after.downstream);
  }

  /** Source offset at which MM2 continues. */
  get position(): number {
    return this.#position;
  }

  /** MM2's position as Connect has committed it. */
  get committed(): number {
    return this.#committed;
  }

  get lastStable(): number {
    const [first] = this.#open;
    return first === undefined ? this.#sourceEnd : Math.max(first, this.#sourceStart);
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

  /** The first record that is still in the source log; null if there is none. */
  get firstRecord(): FirstRecord | null {
    for (const [offset, timestamp] of this.#sourceRecords)
      return { offset: BigInt(offset), timestamp: BigInt(timestamp) };
    return null;
  }

  /** Target offsets of all copies of the record at an offset of the current source topic. */
  copiesOf(source: number): number[] {
    return this.#target.flatMap((record, d) =>
      record !== null && record.epoch === this.#sourceEpoch && record.source === source ? [d] : [],
    );
  }

  /** Identifies the current source and target topic among all of that name, like Kafka's topic ids. */
  get topicIds(): { readonly source: string; readonly target: string } {
    return { source: `source-${this.#sourceEpoch}`, target: `target-${this.#recreations.length}` };
  }

  get clock(): number {
    return this.#clock;
  }

  /** The offset-syncs topic by offset; null if compaction removed the sync. */
  get syncLog(): readonly (NewPoint | null)[] {
    return this.#syncLog;
  }

  /** The source offset of the last sync about the present logs whose record is on the target; −1 if there is none. */
  get synced(): number {
    const holds = (pair: Pair, i: number) => {
      const copy = this.#target[pair.d];
      const isPresent = pair.epoch === this.#sourceEpoch && pair.log === this.#recreations.length;
      return this.#syncLog[i] !== null && isPresent && copy?.epoch === pair.epoch && copy.source === pair.u;
    };
    return this.#syncPairs.findLast(holds)?.u ?? -1;
  }

  /** The offset-syncs topic as an audit reads it in full. */
  readSyncs(): SyncHistory {
    const history = new SyncHistory();
    let hole = false;
    for (const sync of this.#syncLog) {
      if (sync !== null) history.push({ ...sync, hole });
      hole = sync === null;
    }
    return history;
  }

  /** How many records that MM2 mirrored the source has deleted, while the target lost their copies. */
  get goneEverywhere(): number {
    return [...this.#mirrored].filter((offset) => offset < this.#sourceStart && this.copiesOf(offset).length === 0)
      .length;
  }

  /** Offsets of the records in the source log, in order. */
  get sourceOffsets(): readonly number[] {
    return [...this.#sourceRecords.keys()];
  }

  /** The source log: when each record was written, by offset. */
  get sourceRecords(): ReadonlyMap<number, number> {
    return this.#sourceRecords;
  }

  get sourceEpoch(): number {
    return this.#sourceEpoch;
  }

  /** The records of the target log, by offset. */
  get targetRecords(): readonly TargetRecord[] {
    return this.#target;
  }

  /** Records that a group at `upstream` reads twice if it continues at target position `position`. */
  rereads(upstream: number, position: number): number {
    let records = 0;
    for (let d = position; d < this.#target.length; d++) {
      const record = this.#target[d];
      if (record != null && record.epoch === this.#sourceEpoch && record.source < upstream) records++;
    }
    return records;
  }

  /**
   * Records that a cut took off the source, and that a group at `upstream` has not read: they are on the target only.
   * @param since how often the source had been cut when the group committed
   * @returns those before a target position, which the group will never read there
   */
  skipsCutOff(upstream: number, since: number, position: number): number {
    const copies = new Map<string, number>();
    this.#target.forEach((record, d) => {
      if (record?.cut !== undefined && record.cut >= since && record.source >= upstream)
        copies.set(`${record.cut} ${record.source}`, d);
    });
    return [...copies.values()].filter((last) => last < position && last >= this.#targetStart).length;
  }

  /** Where the source log was cut since its first `since` cuts, of the cuts that audits can know. */
  placesOfCuts(since: number): number[] {
    return this.epochStarts.source.filter((_, index) => index >= since && this.#cutWasSeen[index] === true);
  }

  /** Of those records, the copies at or after a target position that such a group has read. */
  rereadsCutOff(upstream: number, since: number, position: number): number {
    const isRead = (one: TargetRecord) => one?.cut !== undefined && one.cut >= since && one.source < upstream;
    return this.#target.slice(Math.max(position, this.#targetStart)).filter(isRead).length;
  }

  /** Whether the target has deleted a copy that such a group has not read, and that the source has not deleted. */
  hasExpiredUnread(upstream: number): boolean {
    const from = Math.max(upstream, this.#sourceStart);
    const isUnread = (one: TargetRecord) => one !== null && one.epoch === this.#sourceEpoch && one.source >= from;
    return this.#target.slice(0, this.#targetStart).some(isUnread);
  }

  /**
   * Distinct source records on the target that such a group has not read and will not read.
   * @param withExpired also counts those that the target has deleted and the source still has
   */
  skips(upstream: number, position: number, withExpired = true): number {
    const copies = new Map<number, number>();
    this.#target.forEach((record, d) => {
      if (record != null && record.epoch === this.#sourceEpoch) copies.set(record.source, d);
    });
    let records = 0;
    // A record that the target has deleted is lost to the group, unless the source has deleted it too.
    for (const [source, lastCopy] of copies) {
      if (source < upstream || lastCopy >= Math.max(position, this.#targetStart)) continue;
      const isExpired = lastCopy < this.#targetStart;
      if (isExpired ? withExpired && this.#sourceRecords.has(source) : true) records++;
    }
    return records;
  }
}
