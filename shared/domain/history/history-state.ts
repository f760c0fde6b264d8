import type { PastCut } from '../mirror/breaks/cut.ts';
import { SyncHistory } from '../mirror/syncs/sync-history.ts';
import type { Commit } from '../model/cluster.ts';
import type { ClusterRole } from '../model/flow.ts';
import { PartitionMap } from '../model/partition-map.ts';
import type { Verdict } from '../model/report.ts';
import { type Series, SeriesDictionary, type SeriesOwner } from './series-dictionary.ts';

/** A part that the audit could not read. Its values in the snapshot come from an earlier audit. */
export interface UnreadPart {
  readonly role: ClusterRole;
  /** `mapping`: the syncs of a source topic were read, but may be about an earlier topic of that name. */
  readonly kind: 'cluster' | 'group' | 'topic' | 'syncs' | 'mapping';
  /** Name of the group or topic; empty for a cluster. */
  readonly name: string;
  /** Of a group of the source: when its commits were last read, ms since the epoch. Absent if that is not known. */
  readonly readAt?: number;
}

/** The audit's verdict on the flow at that time. */
export interface SaidThen {
  readonly verdict: Verdict;
  readonly reasons: readonly string[];
}

/** Stands for "no offset": the group has no commit, or the log no longer exists. */
export const NONE = -1n;

/**
 * Everything the history knows about a flow as of one time: group positions, log starts and ends on both sides, topic
 * ids, the mapping, and how far the offset-syncs topic was read. It holds no connection settings or credentials.
 */
export class HistoryState {
  readonly dictionary: SeriesDictionary;
  /** When the audit began: ms since the epoch. */
  at: number;
  /** Next offset to read from the offset-syncs topic; −1 before the first read. */
  syncsReadTo = NONE;
  unread: readonly UnreadPart[] = [];
  /** When each side was last read: `at` if this audit read it, 0 if none did; ms since the epoch. */
  readonly readAt: { source: number; target: number };
  /** Null if no verdict was recorded. */
  said: SaidThen | null = null;
  /** Logs that were cut, oldest first, for as long as states from before them are kept. */
  cuts: readonly PastCut[] = [];
  /** Topic ids by role and topic name, including MM2's offset-syncs topic. */
  readonly topicIds: { readonly source: Map<string, string>; readonly target: Map<string, string> };
  /** Offset syncs by source topic and partition. This state owns them; callers may change them in place. */
  readonly mapping: Map<string, Map<number, SyncHistory>>;
  /** Offsets by dictionary slot; slots past the end have none. */
  values: BigInt64Array;
  /** How far each series moved since the parent state, and the time between them (ms). The codec predicts from it. */
  steps: BigInt64Array;
  elapsed = 0;
  /** Whether MM2 writes in transactions, by the audit that made this state. The history does not store it. */
  inTransactions = false;
  /** Number of the dictionary's series that this state knows. */
  size: number;
  /** 1 for each slot that was set in this state. */
  #set = new Uint8Array(0);

  constructor(at: number, from?: HistoryState) {
    this.at = at;
    this.dictionary = from?.dictionary ?? new SeriesDictionary();
    this.size = from?.size ?? 0;
    this.values = from?.values.slice() ?? new BigInt64Array(64).fill(NONE);
    this.steps = from?.steps.slice() ?? new BigInt64Array(64);
    this.elapsed = from?.elapsed ?? 0;
    this.syncsReadTo = from?.syncsReadTo ?? NONE;
    this.unread = from?.unread ?? [];
    this.topicIds = { source: new Map(from?.topicIds.source), target: new Map(from?.topicIds.target) };
    this.readAt = { source: from?.readAt.source ?? 0, target: from?.readAt.target ?? 0 };
    this.said = from?.said ?? null;
    this.cuts = from?.cuts ?? [];
    this.mapping = copyMapping(from?.mapping ?? new Map());
  }

  copy(): HistoryState {
    return new HistoryState(this.at, this);
  }

  /**
   * A copy for the next audit to write its changes into, with an empty `unread`. That audit also sets `readAt` and
   * `said`.
   */
  next(at: number): HistoryState {
    const state = new HistoryState(at, this);
    state.unread = [];
    return state;
  }

  /**
   * The same state as a keyframe tells it: logs before commits, without series that no longer exist. With a new dictionary
   * if its own numbers them otherwise.
   */
  renumbered(): HistoryState {
    if (this.#isNumberedAnew()) return this;
    const fresh = new HistoryState(this.at);
    fresh.syncsReadTo = this.syncsReadTo;
    fresh.inTransactions = this.inTransactions;
    fresh.unread = this.unread;
    // Logs first: the codec stores a commit as its distance from the log's end.
    for (const commits of [false, true]) {
      for (let slot = 0; slot < this.size; slot++) {
        const value = this.values[slot] ?? NONE;
        if (value === NONE) continue;
        const series = this.dictionary.series(slot);
        if ((series.kind === 'commit') === commits) fresh.set(series, value);
      }
    }
    for (const role of ['source', 'target'] as const) {
      for (const [topic, id] of this.topicIds[role]) fresh.topicIds[role].set(topic, id);
    }
    for (const [topic, partitions] of copyMapping(this.mapping)) fresh.mapping.set(topic, partitions);
    Object.assign(fresh.readAt, this.readAt);
    fresh.said = this.said;
    fresh.cuts = this.cuts;
    return fresh;
  }

  #isNumberedAnew(): boolean {
    let commits = false;
    for (let slot = 0; slot < this.size; slot++) {
      const isCommit = this.dictionary.isCommit(slot);
      if ((commits && !isCommit) || this.values[slot] === NONE) return false;
      commits = isCommit;
    }
    return true;
  }

  /** The offset of a series, or null if it has none. */
  get(series: Series): bigint | null {
    return this.#at(this.dictionary.find(series));
  }

  /** The same for callers that ask for 10,000 series of one kind, topic by topic. */
  valuesOf(owner: SeriesOwner): (topic: string, partition: number) => bigint | null {
    const find = this.dictionary.finderOf(owner);
    return (topic, partition) => this.#at(find(topic, partition));
  }

  #at(slot: number | undefined): bigint | null {
    const value = slot === undefined || slot >= this.size ? NONE : (this.values[slot] ?? NONE);
    return value === NONE ? null : value;
  }

  set(series: Series, value: bigint | null): void {
    this.setSlot(this.dictionary.slotOf(series), value ?? NONE);
  }

  /** The same for callers that set 100,000 values, topic by topic. */
  seriesOf(owner: SeriesOwner): (topic: string, partition: number, value: bigint | null) => void {
    const slotOf = this.dictionary.slotsOf(owner);
    return (topic, partition, value) => this.setSlot(slotOf(topic, partition), value ?? NONE);
  }

  /** The same for a slot from `dictionary.slotOf`. */
  setSlot(slot: number, value: bigint): void {
    if (slot >= this.size) this.grow(this.dictionary.size);
    if (slot >= this.#set.length) this.#set = resized(this.#set, this.values.length);
    this.values[slot] = value;
    this.#set[slot] = 1;
  }

  grow(size: number): void {
    if (size > this.values.length) {
      const length = Math.max(size, this.values.length * 2);
      const values = new BigInt64Array(length).fill(NONE);
      values.set(this.values);
      const steps = new BigInt64Array(length);
      steps.set(this.steps);
      this.values = values;
      this.steps = steps;
    }
    this.size = Math.max(this.size, size);
  }

  /** The syncs of a partition, for the caller to change. */
  syncs(topic: string, partition: number): SyncHistory {
    const partitions = this.partitionsOf(topic);
    let history = partitions.get(partition);
    if (history === undefined) {
      history = new SyncHistory();
      partitions.set(partition, history);
    }
    return history;
  }

  /** The syncs of a source topic by partition, for the caller to change. */
  partitionsOf(topic: string): Map<number, SyncHistory> {
    let partitions = this.mapping.get(topic);
    if (partitions === undefined) {
      partitions = new Map();
      this.mapping.set(topic, partitions);
    }
    return partitions;
  }

  /** Every series that has an offset. */
  *known(): Generator<Series> {
    for (let slot = 0; slot < this.size; slot++) {
      if ((this.values[slot] ?? NONE) !== NONE) yield this.dictionary.series(slot);
    }
  }

  /** Every series whose offset was taken over from the state before: it was not set in this one. */
  *carried(): Generator<Series> {
    for (let slot = 0; slot < this.size; slot++) {
      if (this.#set[slot] !== 1 && (this.values[slot] ?? NONE) !== NONE) yield this.dictionary.series(slot);
    }
  }

  /** The groups that have committed positions on one side. */
  groups(role: ClusterRole): Set<string> {
    const groups = new Set<string>();
    for (let slot = 0; slot < this.size; slot++) {
      const group = this.dictionary.committer(slot, role);
      if (group !== null && this.values[slot] !== NONE) groups.add(group);
    }
    return groups;
  }

  /** All commits on the source, by group. Those of a log that was cut since have their leader epoch. */
  sourceCommits(): ReadonlyMap<string, PartitionMap<Commit>> {
    const groups = new Map<string, PartitionMap<Commit>>();
    for (const [group, positions] of this.positions('source')) {
      groups.set(
        group,
        positions.map((offset) => ({ offset })),
      );
    }
    for (const series of this.known()) {
      if (series.kind !== 'commit-epoch') continue;
      const { topic, partition } = series;
      const commits = groups.get(series.group);
      const commit = commits?.get(topic, partition);
      if (commit === undefined) continue;
      commits?.set(topic, partition, { ...commit, leaderEpoch: Number(this.get(series)) });
    }
    return groups;
  }

  /** All committed positions on one side, by group. */
  positions(role: ClusterRole): ReadonlyMap<string, PartitionMap<bigint>> {
    const groups = new Map<string, PartitionMap<bigint>>();
    for (let slot = 0; slot < this.size; slot++) {
      const value = this.values[slot] ?? NONE;
      if (value === NONE) continue;
      const series = this.dictionary.series(slot);
      if (series.kind !== 'commit' || series.role !== role) continue;
      let partitions = groups.get(series.group);
      if (partitions === undefined) {
        partitions = new PartitionMap();
        groups.set(series.group, partitions);
      }
      partitions.set(series.topic, series.partition, value);
    }
    return groups;
  }
}

function copyMapping(
  from: ReadonlyMap<string, ReadonlyMap<number, SyncHistory>>,
): Map<string, Map<number, SyncHistory>> {
  const copy = new Map<string, Map<number, SyncHistory>>();
  for (const [topic, partitions] of from) {
    const own = new Map<number, SyncHistory>();
    for (const [partition, history] of partitions) own.set(partition, history.copy());
    copy.set(topic, own);
  }
  return copy;
}

function resized(bytes: Uint8Array<ArrayBuffer>, length: number): Uint8Array<ArrayBuffer> {
  const longer = new Uint8Array(length);
  longer.set(bytes);
  return longer;
}
