import { cutEpoch, type EpochCause, type MappingEvidence } from './epoch.ts';
import type { SyncHistory, SyncPoint } from './syncs/sync-history.ts';

const NOT_WRITTEN = {
  timestamp: -1n,
  hole: false,
  newSource: false,
  newTarget: false,
  compared: true,
  accounted: false,
} as const;

/**
 * What is known of how a partition's source offsets correspond to target offsets, cut to its current epoch: the
 * stretch in which the target log never went back and the source topic was one and the same.
 */
export class PartitionMapping {
  /** Index of the epoch's first sync; equal to `length` where no sync holds any longer. */
  readonly first: number;
  readonly cause: EpochCause;
  /** Index of the first sync of the present source topic. */
  readonly sourceFirst: number;
  /** No record of this epoch lies before this target offset. */
  readonly floor: bigint;
  readonly target: { readonly start: bigint; readonly end: bigint };
  readonly length: number;
  /**
   * Syncs before this index can be relied on. What lies behind it is MM2 writing records again after a restart, not
   * yet back to where it was: some records stand on the target only in front of it.
   */
  readonly settled: number;
  /** The target holds more than MM2 brought: markers, or records of somebody else. */
  readonly hasForeign: boolean;
  /** The source has offsets that never became a record on the target: markers, compacted or deleted records. */
  readonly hasGaps: boolean;
  /** Records behind the newest sync that cannot all be new: the source does not have that many. */
  readonly surplusAtEnd: bigint;
  /** The source topic may have been recreated after the newest sync: what lies behind that may begin with its begin. */
  readonly mayPredateSource: boolean;
  /** Begin of the source log: 0 where it could not be read. */
  readonly sourceStart: bigint;
  #whole: PartitionMapping | null = null;
  readonly #evidence: MappingEvidence;
  readonly #history: SyncHistory;
  readonly #anchor: { readonly upstream: bigint; readonly downstream: bigint } | undefined;
  /** Least upstream from each index of the epoch on: rising, so that it can be searched. */
  readonly #leastUpstream: BigInt64Array;
  /** Pairs of neighbours between which more records arrived than offsets went by; index of the left one. */
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
    // An anchor continues a mapping; it cannot begin one.
    this.#anchor = cut.first < evidence.history.length ? evidence.anchor : undefined;
    this.length = evidence.history.length + (this.#anchor === undefined ? 0 : 1);
    // An anchor was found in the present topic.
    this.mayPredateSource = evidence.mayPredateSource === true && this.#anchor === undefined;
    this.settled = this.#settledLength(evidence.exactlyOnce === true);
    this.#leastUpstream = this.#suffixMinima();
    this.#surplus = this.#findSurplus(evidence.exactlyOnce === true);
    this.hasForeign = evidence.exactlyOnce === true || this.#sees((upstream, downstream) => downstream > upstream);
    this.hasGaps = this.#sees((upstream, downstream) => downstream < upstream);
    this.surplusAtEnd = this.#surplusAtEnd(evidence.sourceEnd);
  }

  /** The same mapping as if the target log had deleted nothing from its begin. */
  get whole(): PartitionMapping {
    if (this.target.start === 0n) return this;
    this.#whole ??= new PartitionMapping({ ...this.#evidence, target: { start: 0n, end: this.target.end } });
    return this.#whole;
  }

  /** The same mapping with a pair behind its newest sync that was found by comparing records. */
  withAnchor(anchor: { readonly upstream: bigint; readonly downstream: bigint }): PartitionMapping {
    return new PartitionMapping({ ...this.#evidence, anchor });
  }

  /** Whether there is no sync that can be relied on. */
  get empty(): boolean {
    return this.first >= this.settled;
  }

  /** Whether nothing tells of records that are on the target twice, or are not from the source. */
  get oneCopyEach(): boolean {
    const untroubled = this.surplusAtEnd === 0n && this.#surplus.length === 0 && !this.hasForeign;
    return untroubled && this.first < this.settled;
  }

  at(index: number): SyncPoint {
    if (index === this.#history.length && this.#anchor !== undefined) {
      return { ...NOT_WRITTEN, ...this.#anchor };
    }
    return this.#history.at(index);
  }

  newest(): SyncPoint {
    return this.at(this.length - 1);
  }

  /** The last sync of the epoch that MM2 itself wrote, or null. */
  newestSync(): SyncPoint | null {
    const index = this.#history.newestWritten();
    return index >= this.first ? this.#history.at(index) : null;
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

  /** Target offset at which MM2 began to write what this epoch's syncs speak of, whether or not the log still holds it. */
  get began(): bigint {
    const before = this.lastVoid();
    const sameTargetLog = this.cause === 'source-recreated' || this.cause === 'source-shortened';
    return sameTargetLog && before !== null ? before.downstream + 1n : 0n;
  }

  /** Index of the last sync in emission order whose upstream is at or before the offset, or −1. */
  lookup(upstream: bigint): number {
    const least = this.#leastUpstream;
    let low = 0;
    let high = least.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((least[middle] ?? 0n) <= upstream) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? -1 : this.first + low - 1;
  }

  /** Whether the offset-syncs topic lost records between this sync and the next. */
  holeAfter(index: number): boolean {
    if (index + 1 >= this.#history.length) return false;
    return this.#history.breaksBefore(index + 1, 'hole');
  }

  /** Whether the source offsets before this sync that have no counterpart on the target are known to hold no record. */
  isAccounted(index: number): boolean {
    return index < this.#history.length && this.#history.isAccounted(index);
  }

  /**
   * Copies of records before `upstream` that may stand behind position `index` on the target although the sync does
   * not tell: MM2's restarts write records again, and the first sync after a restart can get lost in a burst.
   */
  surplusBehind(index: number, upstream: bigint): bigint {
    let records = 0n;
    for (const pair of this.#surplus) {
      if (pair.left < index || pair.from >= upstream) continue;
      const again = upstream - pair.from;
      records += again < pair.records ? again : pair.records;
    }
    // What cannot be new may be anything that was written before; what another topic brought begins with its begin.
    if (this.surplusAtEnd > 0n || this.mayPredateSource) records += this.target.end - this.newest().downstream - 1n;
    return records;
  }

  /** Each pair of neighbouring syncs of the epoch, oldest first. */
  *intervals(): Generator<{ readonly left: SyncPoint; readonly right: SyncPoint; readonly hole: boolean }> {
    for (let i = this.first; i + 1 < this.length; i++) {
      yield { left: this.at(i), right: this.at(i + 1), hole: this.holeAfter(i) };
    }
  }

  #suffixMinima(): BigInt64Array {
    const minima = new BigInt64Array(Math.max(0, this.settled - this.first));
    let least: bigint | null = null;
    for (let i = minima.length - 1; i >= 0; i--) {
      const upstream = this.at(this.first + i).upstream;
      if (least === null || upstream < least) least = upstream;
      minima[i] = least;
    }
    return minima;
  }

  /** Takes back, newest first, every point from which MM2 has not brought its records up to the old end again. */
  #settledLength(exactlyOnce: boolean): number {
    let settled = this.length;
    let reached: bigint | null = null;
    for (let i = this.length - 1; i >= this.first; i--) {
      const right = this.at(i);
      // No later step led back without one: it is the furthest of all from here on.
      reached ??= right.upstream;
      const left = this.#leftOf(i, exactlyOnce);
      if (left === null) continue;
      const arrived = right.downstream - left.downstream;
      // At the worst, every record that arrived in between led on from the left sync, before the restart.
      if (reached < left.upstream + arrived - 1n) {
        settled = i;
        reached = null;
      }
    }
    return settled;
  }

  /** The pair in front of a sync of the epoch, where records of this epoch may lie in between. */
  #leftOf(index: number, exactlyOnce: boolean): { readonly upstream: bigint; readonly downstream: bigint } | null {
    // In transactions nothing is written twice: whatever else arrived are markers.
    if (index > this.first) {
      const left = this.at(index - 1);
      return exactlyOnce && this.at(index).upstream > left.upstream ? null : left;
    }
    const before = this.lastVoid();
    if (before === null || this.at(index).downstream <= this.floor) return null;
    const sameLog = this.cause !== 'target-recreated';
    return { upstream: before.upstream, downstream: sameLog ? before.downstream : this.floor - 1n };
  }

  #sees(test: (upstream: bigint, downstream: bigint) => boolean): boolean {
    for (let i = this.first; i + 1 < this.length; i++) {
      const left = this.at(i);
      const right = this.at(i + 1);
      const upstream = right.upstream - left.upstream;
      if (upstream > 0n && test(upstream, right.downstream - left.downstream)) return true;
    }
    return false;
  }

  #surplusAtEnd(sourceEnd: bigint | undefined): bigint {
    if (sourceEnd === undefined || this.first >= this.length) return 0n;
    const newest = this.newest();
    const behind = this.target.end - newest.downstream - 1n;
    const possible = sourceEnd - newest.upstream - 1n;
    return behind > possible && possible >= 0n ? behind - possible : 0n;
  }

  #findSurplus(exactlyOnce: boolean): { left: number; from: bigint; records: bigint }[] {
    const found: { left: number; from: bigint; records: bigint }[] = [];
    for (let i = this.first; i + 1 < this.length; i++) {
      const left = this.at(i);
      const right = this.at(i + 1);
      const records = right.downstream - left.downstream - (right.upstream - left.upstream);
      // In transactions nothing is written twice: what else arrived are markers.
      if (exactlyOnce && right.upstream > left.upstream) continue;
      // All records between the two, at the most, led up to the right one without a break.
      const from = right.upstream - (right.downstream - left.downstream - 1n);
      if (from < left.upstream || right.upstream <= left.upstream) found.push({ left: i, from, records });
    }
    return found;
  }
}
