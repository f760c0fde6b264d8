import { indexBehind } from './coverage/index-behind.ts';
import { begunAgain } from './earlier-runs.ts';
import { cutEpoch, type EpochCause, type MappingEvidence, type SourceCut, type TargetCut } from './epoch.ts';
import { hasOnlyMarkers } from './only-markers.ts';
import type { SyncHistory, SyncPoint } from './syncs/sync-history.ts';
import { withoutJumps } from './without-jumps.ts';

const NOT_WRITTEN = {
  timestamp: -1n,
  hole: false,
  newSource: false,
  newTarget: false,
  refuted: false,
  compared: true,
  accounted: false,
  confirmed: false,
  unwatched: false,
} as const;

/** See `PartitionMapping.surplusStretches`. */
export interface SurplusStretch {
  /** Of the right sync. */
  readonly index: number;
  readonly left: SyncPoint;
  readonly right: SyncPoint;
  /** How many offsets more the target gained. */
  readonly records: bigint;
}

/**
 * What is known of how a partition's source offsets correspond to target offsets, cut to its current epoch. The epoch
 * is the stretch in which the target log never went back and the source topic stayed the same.
 */
export class PartitionMapping {
  /** Index of the epoch's first sync; equal to `length` if no sync holds any longer. */
  readonly first: number;
  readonly cause: EpochCause;
  /** Index of the first sync of the present source topic. */
  readonly sourceFirst: number;
  /** Whether an earlier source topic had the same name: see `Epoch.hadEarlierSource`. */
  readonly hadEarlierSource: boolean;
  /** Whether the target log was empty when this epoch began: see `Epoch.onNewTarget`. */
  readonly onNewTarget: boolean;
  /** No record of this epoch lies before this target offset. */
  readonly floor: bigint;
  readonly target: { readonly start: bigint; readonly end: bigint };
  readonly length: number;
  /**
   * Syncs before this index can be relied on. After them, MM2 is writing records again since a restart and is not yet
   * back to where it was. Some records are on the target only before that point.
   */
  readonly settled: number;
  /** The target holds more than MM2 mirrored: markers, or foreign records. */
  readonly hasForeign: boolean;
  /** The source has offsets that never became a record on the target: markers, compacted or deleted records. */
  readonly hasGaps: boolean;
  /**
   * Between two syncs, source offsets without a record and target offsets without one may cancel each other out: no
   * difference between offsets shows anything there. In transactions MM2 writes a marker with every batch, and the sync
   * that a gap of the source forces can get lost in the same batch.
   */
  readonly mayCancel: boolean;
  /** Records after the newest sync that cannot all be new: the source does not have that many. */
  readonly surplusAtEnd: bigint;
  /**
   * The source topic may have been recreated after the newest sync: the records after it may then be the new topic's
   * first ones.
   */
  readonly mayPredateSource: boolean;
  /** Start of the source log; 0 if it could not be read. */
  readonly sourceStart: bigint;
  /** Records behind the newest sync may have been written before: see `MappingEvidence`. */
  readonly #tailUnknown: boolean;
  #whole: PartitionMapping | null = null;
  #hasBegunAgain: boolean | undefined;
  #newestSync: SyncPoint | null | undefined;
  readonly #evidence: MappingEvidence;
  readonly #history: SyncHistory;
  readonly #anchor: { readonly upstream: bigint; readonly downstream: bigint } | undefined;
  /** Lowest upstream from each index of the epoch on: they rise, so they can be searched. Null if the upstreams do so themselves. */
  readonly #leastUpstream: BigInt64Array | null;
  /**
   * Neighbouring points between which the target gained more records than the source has offsets; `left` is the index
   * of the left one.
   */
  readonly #surplus: readonly { readonly left: number; readonly from: bigint; readonly records: bigint }[];

  constructor(evidence: MappingEvidence) {
    this.#evidence = evidence;
    this.#history = evidence.history;
    this.target = evidence.target;
    this.sourceStart = evidence.sourceStart ?? 0n;
    const cut = cutEpoch(evidence);
    this.first = cut.first;
    this.cause = cut.cause;
    this.floor = cut.floor;
    this.sourceFirst = cut.sourceFirst;
    this.hadEarlierSource = cut.hadEarlierSource;
    this.onNewTarget = cut.onNewTarget;
    // An anchor continues a mapping; it cannot begin one.
    this.#anchor = cut.first < evidence.history.length ? evidence.anchor : undefined;
    this.length = evidence.history.length + (this.#anchor === undefined ? 0 : 1);
    // An anchor was found in the present topic.
    this.mayPredateSource = evidence.mayPredateSource === true && this.#anchor === undefined;
    this.#tailUnknown = evidence.tailUnknown === true && this.#anchor === undefined;
    this.settled = this.#settledLength();
    this.#leastUpstream = this.#suffixMinima();
    this.#surplus = this.#findSurplus();
    this.hasForeign =
      evidence.exactlyOnce === true ||
      this.#sees((upstream, downstream, index) => downstream - upstream > this.#cutOffBefore(index));
    this.hasGaps = this.#sees((upstream, downstream) => downstream < upstream);
    this.mayCancel = evidence.exactlyOnce === true || (this.hasForeign && this.hasGaps);
    this.surplusAtEnd = this.#surplusAtEnd(evidence.sourceEnd);
  }

  /** The same mapping as if the target log had deleted nothing from its start. */
  get whole(): PartitionMapping {
    if (this.target.start === 0n) return this;
    this.#whole ??= new PartitionMapping({ ...this.#evidence, target: { start: 0n, end: this.target.end } });
    return this.#whole;
  }

  /** The same mapping up to a verified pair, an anchor, behind its newest sync; itself if it has that pair already. */
  endingAt(anchor: { readonly upstream: bigint; readonly downstream: bigint }): PartitionMapping {
    if (this.first < this.length && this.downstream(this.length - 1) >= anchor.downstream) return this;
    return new PartitionMapping({ ...this.#evidence, anchor });
  }

  /** Whether MM2 writes in transactions. */
  get inTransactions(): boolean {
    return this.#evidence.exactlyOnce === true;
  }

  /** See `MappingEvidence.sourceInDoubt`. */
  get sourceInDoubt(): boolean {
    return this.#evidence.sourceInDoubt === true;
  }

  /** See `MappingEvidence.targetCuts`. */
  get targetCuts(): readonly TargetCut[] {
    return this.#evidence.targetCuts ?? [];
  }

  /** See `MappingEvidence.sourceCuts`. */
  get sourceCuts(): readonly SourceCut[] {
    return this.#evidence.sourceCuts ?? [];
  }

  /** Whether nothing is known of what lies directly behind the last sync: those that followed it are void. */
  get holeBehind(): boolean {
    return this.length === this.#history.length && this.#history.breaksBeforeNext('hole');
  }

  /** Whether there is no sync that can be relied on. */
  get empty(): boolean {
    return this.first >= this.settled;
  }

  /** Whether a sync of the epoch shows that MM2 began again. Kept: every group on the partition is judged by it. */
  get hasBegunAgain(): boolean {
    this.#hasBegunAgain ??= this.length > this.first && begunAgain(this, this.first, this.length - 1) !== null;
    return this.#hasBegunAgain;
  }

  /** Whether nothing indicates records that are on the target twice, or are not from the source. */
  get oneCopyEach(): boolean {
    const untroubled = this.surplusAtEnd === 0n && this.#surplus.length === 0 && !this.hasForeign;
    return untroubled && this.first < this.settled;
  }

  /** Whether nothing indicates that MM2 wrote records again. Other producers and markers do not count. */
  get writtenOnce(): boolean {
    const surplusAtEnd = this.#evidence.exactlyOnce === true ? 0n : this.surplusAtEnd;
    return surplusAtEnd === 0n && this.#surplus.length === 0 && this.settled === this.length;
  }

  at(index: number): SyncPoint {
    if (index === this.#history.length && this.#anchor !== undefined) {
      return { ...NOT_WRITTEN, ...this.#anchor };
    }
    return this.#history.at(index);
  }

  /** The offsets of a point, without the rest of it: an audit asks for hundreds of thousands. */
  pair(index: number): { readonly upstream: bigint; readonly downstream: bigint } {
    return { upstream: this.upstream(index), downstream: this.downstream(index) };
  }

  /** Source offset of a point. */
  upstream(index: number): bigint {
    const anchor = index === this.#history.length ? this.#anchor : undefined;
    return anchor === undefined ? this.#history.upstream(index) : anchor.upstream;
  }

  /** Target offset of a point. */
  downstream(index: number): bigint {
    const anchor = index === this.#history.length ? this.#anchor : undefined;
    return anchor === undefined ? this.#history.downstream(index) : anchor.downstream;
  }

  newest(): SyncPoint {
    return this.at(this.length - 1);
  }

  /** The source offset behind the target's end, if every target record behind the newest sync is the next source record. */
  get reach(): bigint {
    if (this.first >= this.length) return this.target.end;
    const { upstream, downstream } = this.pair(this.length - 1);
    return upstream + this.target.end - downstream;
  }

  /** The last sync of the epoch that MM2 itself wrote, or null. Kept: every group on the partition is judged by it. */
  newestSync(): SyncPoint | null {
    if (this.#newestSync === undefined) {
      const index = this.#history.newestWritten();
      this.#newestSync = index >= this.first ? this.#history.at(index) : null;
    }
    return this.#newestSync;
  }

  /**
   * The newest sync of the present source topic, or null. What it acknowledges, MM2 has passed, also if the target log
   * that it names is gone.
   */
  newestAcknowledged(): SyncPoint | null {
    const index = this.#history.newestWritten();
    if (index >= this.first) return this.newestSync();
    const isTargets = this.cause === 'target-recreated' || this.cause === 'target-shortened';
    return isTargets && index >= this.sourceFirst ? this.#history.at(index) : null;
  }

  /** The furthest source offset that a sync of the present logs of both sides acknowledges, or null. */
  furthestUpstream(): bigint | null {
    let furthest: bigint | null = null;
    for (let i = Math.max(this.first, this.sourceFirst); i < this.#history.length; i++) {
      const upstream = this.#history.upstream(i);
      if (furthest === null || upstream > furthest) furthest = upstream;
    }
    return furthest;
  }

  /** The last sync before this epoch, or null. */
  lastVoid(): SyncPoint | null {
    return this.first === 0 ? null : this.#history.at(this.first - 1);
  }

  /** Target offset at which MM2 began to write the records of this epoch, whether or not the log still holds it. */
  get began(): bigint {
    const before = this.lastVoid();
    const sameTargetLog = this.cause === 'source-recreated' || this.cause === 'source-shortened';
    return sameTargetLog && before !== null ? before.downstream + 1n : 0n;
  }

  /**
   * Where only its length shows that the target log was cut or replaced: at most this many of its records are there twice
   * or are not from the source, by the syncs that are void.
   */
  get voidSurplus(): bigint {
    if (this.onNewTarget || (this.cause !== 'target-shortened' && this.cause !== 'target-recreated')) return 0n;
    const end = this.first < this.length ? this.at(this.first).downstream : this.target.end;
    let records = 0n;
    for (let i = this.first - 1; i > 0; i--) {
      const [left, right] = [this.#history.at(i - 1), this.#history.at(i)];
      const written = right.downstream - left.downstream;
      if (written <= 0n) break;
      const surplus = written - (right.upstream - left.upstream);
      if (left.downstream < end && surplus > 0n) records += surplus;
    }
    return records;
  }

  /** Index of the last sync in emission order whose upstream is at or before the offset, or −1. */
  lookup(upstream: bigint): number {
    const least = this.#leastUpstream;
    let low = 0;
    let high = Math.max(0, this.settled - this.first);
    while (low < high) {
      const middle = (low + high) >>> 1;
      const found = least === null ? this.upstream(this.first + middle) : (least[middle] ?? 0n);
      if (found <= upstream) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? -1 : this.first + low - 1;
  }

  /** Whether the offset-syncs topic lost records between this sync and the next. */
  holeAfter(index: number): boolean {
    if (index + 1 < this.#history.length) return this.#history.breaksBefore(index + 1, 'hole');
    // A pair that comparing has found at the end says what lies before it, but for a cut: its copies can be in between.
    return this.#history.breaksBeforeNext('hole') && (this.#anchor === undefined || this.sourceCuts.length > 0);
  }

  /** Whether syncs before this one are void or lost, also if comparing has found a pair there since. */
  holeBefore(index: number): boolean {
    const { length } = this.#history;
    if (index < length) return this.#history.breaksBefore(index, 'hole');
    return index === length && this.#history.breaksBeforeNext('hole');
  }

  /** Whether the source offsets before this sync that have no counterpart on the target are known to hold no record. */
  isAccounted(index: number): boolean {
    return index < this.#history.length && this.#history.isAccounted(index);
  }

  /**
   * Copies of records before `upstream` that may be on the target after the sync at `index`, although that sync does
   * not show them. MM2 writes records again after a restart, and the first sync after a restart can get lost in a
   * burst.
   */
  surplusBehind(index: number, upstream: bigint): bigint {
    const records = this.surplusAmongSyncs(index, upstream);
    // Records that cannot be new may be copies of any earlier ones. If the topic was recreated, they start with its
    // first record.
    const mayBeCopies = this.surplusAtEnd > 0n || this.mayPredateSource || this.#tailUnknown;
    return mayBeCopies && this.length > 0 ? records + this.target.end - this.downstream(this.length - 1) - 1n : records;
  }

  /** Those copies that are on the target before the newest sync. */
  surplusAmongSyncs(index: number, upstream: bigint): bigint {
    let records = 0n;
    for (const pair of this.#surplus) {
      if (pair.left < index || pair.from >= upstream) continue;
      const again = upstream - pair.from;
      records += again < pair.records ? again : pair.records;
    }
    return records;
  }

  /** Each pair of neighbouring syncs of the epoch, oldest first. */
  *intervals(): Generator<{ readonly left: SyncPoint; readonly right: SyncPoint; readonly hole: boolean }> {
    for (let i = this.first; i + 1 < this.length; i++) {
      yield { left: this.at(i), right: this.at(i + 1), hole: this.holeAfter(i) };
    }
  }

  /**
   * Each stretch between two syncs in which the target gained more offsets than the source, oldest first: which of these
   * records are copies, no sync shows.
   */
  *surplusStretches(): Generator<SurplusStretch> {
    if (!this.hasForeign) return;
    for (let index = this.first + 1; index < this.#history.length; index++) {
      if (this.holeAfter(index - 1)) continue;
      const offsets = this.upstream(index) - this.upstream(index - 1);
      const records = this.downstream(index) - this.downstream(index - 1) - offsets;
      if (offsets > 0n && records > 0n) yield { index, left: this.at(index - 1), right: this.at(index), records };
    }
  }

  #suffixMinima(): BigInt64Array | null {
    if (this.#rises()) return null;
    const minima = new BigInt64Array(Math.max(0, this.settled - this.first));
    let least: bigint | null = null;
    for (let i = minima.length - 1; i >= 0; i--) {
      const upstream = this.upstream(this.first + i);
      if (least === null || upstream < least) least = upstream;
      minima[i] = least;
    }
    return minima;
  }

  /** Whether no point before `settled` is of a lower source offset than the one before it. */
  #rises(): boolean {
    for (let i = this.first + 1; i < this.settled; i++) if (this.upstream(i) < this.upstream(i - 1)) return false;
    return true;
  }

  /** Drops, newest first, every point from which MM2 has not yet written its records again up to the old end. */
  #settledLength(): number {
    let settled = this.length;
    let reached: bigint | null = null;
    for (let i = this.length - 1; i >= this.first; i--) {
      const right = this.pair(i);
      // No later step led back without one: it is the furthest of all from here on.
      reached ??= right.upstream;
      const left = this.#leftOf(i);
      if (left === null) continue;
      const arrived = right.downstream - left.downstream;
      // In the worst case, every record that arrived in between followed the left sync, before the restart.
      const furthest = this.#beforeCuts(i, left.upstream, left.upstream + arrived - 1n);
      if (reached < furthest) {
        settled = i;
        reached = null;
      }
    }
    return withoutJumps(this, this.first, settled);
  }

  /** What MM2 has to write again of that: not the records that a cut has taken since, of which the sync is the first one. */
  #beforeCuts(index: number, left: bigint, furthest: bigint): bigint {
    let most = furthest;
    for (const cut of this.sourceCuts) {
      const { at, atMost = at } = cut;
      if (left < at && most >= atMost && index <= indexBehind(this, cut)) most = atMost - 1n;
    }
    return most;
  }

  /** The pair before a sync of the epoch, if records of this epoch may lie in between; else null. */
  #leftOf(index: number): { readonly upstream: bigint; readonly downstream: bigint } | null {
    if (index > this.first) {
      return this.#hasOnlyMarkers(index) ? null : this.pair(index - 1);
    }
    const before = this.lastVoid();
    const { exactlyOnce = false } = this.#evidence;
    // If the syncs before hold after all, a group has consumed what the target has deleted no more than what it still has.
    const mayHold = this.sourceInDoubt && before !== null;
    if (this.downstream(index) <= this.floor && !mayHold) return null;
    if (before === null) {
      // The syncs before the first known one are lost: MM2 may have begun again before it.
      return this.holeAfter(index - 1) && !exactlyOnce ? { upstream: -1n, downstream: this.floor - 1n } : null;
    }
    const sameLog = this.cause !== 'target-recreated' && this.cause !== 'records-refuted';
    return { upstream: before.upstream, downstream: sameLog ? before.downstream : this.floor - 1n };
  }

  #hasOnlyMarkers(index: number): boolean {
    return this.#evidence.exactlyOnce === true && hasOnlyMarkers(this, this.first, index);
  }

  #sees(test: (upstream: bigint, downstream: bigint, index: number) => boolean): boolean {
    for (let i = this.first; i + 1 < this.length; i++) {
      const upstream = this.upstream(i + 1) - this.upstream(i);
      if (upstream > 0n && test(upstream, this.downstream(i + 1) - this.downstream(i), i + 1)) return true;
    }
    return false;
  }

  /** At most this many target records before the sync of an index are copies of what a cut took off the source log. */
  #cutOffBefore(index: number): bigint {
    if (this.sourceCuts.length === 0 || !this.holeBefore(index)) return 0n;
    const cuts = this.sourceCuts.filter((cut) => indexBehind(this, cut) === index);
    return cuts.reduce((sum, { at, reached, records = reached - at }) => sum + records, 0n);
  }

  #surplusAtEnd(sourceEnd: bigint | undefined): bigint {
    if (sourceEnd === undefined || this.first >= this.length) return 0n;
    const newest = this.pair(this.length - 1);
    const behind = this.target.end - newest.downstream - 1n;
    const possible = sourceEnd - newest.upstream - 1n;
    return behind > possible && possible >= 0n ? behind - possible : 0n;
  }

  #findSurplus(): { left: number; from: bigint; records: bigint }[] {
    const found: { left: number; from: bigint; records: bigint }[] = [];
    for (let i = this.first; i + 1 < this.length; i++) {
      const [left, right] = [this.upstream(i), this.upstream(i + 1)];
      const written = this.downstream(i + 1) - this.downstream(i);
      if (this.#hasOnlyMarkers(i + 1)) continue;
      // At most all records between the two led up to the right one without a break.
      const from = right - (written - 1n);
      if (from < left || right <= left) found.push({ left: i, from, records: written - (right - left) });
    }
    return found;
  }
}
