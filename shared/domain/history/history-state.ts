import type { PastCut } from '../mirror/breaks.ts';
import { SyncHistory } from '../mirror/syncs/sync-history.ts';
import type { ClusterRole } from '../model/flow.ts';
import { PartitionMap } from '../model/partition-map.ts';
import type { Verdict } from '../model/report.ts';
import { type Series, SeriesDictionary } from './series-dictionary.ts';

/** A part that an audit could not read: what is known of it is older than the snapshot. */
export interface UnreadPart {
  readonly role: ClusterRole;
  readonly kind: 'cluster' | 'group' | 'topic' | 'syncs';
  /** Name of the group or topic; '' for a cluster. */
  readonly name: string;
}

/** What the audit said of the flow at that time. */
export interface SaidThen {
  readonly verdict: Verdict;
  readonly reasons: readonly string[];
}

/** What a series has where it has no offset: a group without a commit, a log that is gone. */
export const NONE = -1n;

/**
 * Everything that the history knows of a flow as of one time: group positions and ends of logs on both sides, topic
 * ids, the mapping, and how far the offset-syncs topic was read. It has no place for how one connects to a cluster.
 */
export class HistoryState {
  readonly dictionary: SeriesDictionary;
  /** When the audit began: ms since the epoch. */
  at: number;
  /** Offset to go on from in the offset-syncs topic; −1 before the first read. */
  syncsReadTo = NONE;
  unread: readonly UnreadPart[] = [];
  /** When either side was last read: `at` where that was by this audit, 0 where it never was; ms since the epoch. */
  readonly readAt: { source: number; target: number };
  /** Null where the audit was recorded without its verdict. */
  said: SaidThen | null = null;
  /** Logs that were cut, oldest first, for as long as states from before them are kept. */
  cuts: readonly PastCut[] = [];
  /** Ids by role and topic; MM2's offset-syncs topic is among them, under its own name. */
  readonly topicIds: { readonly source: Map<string, string>; readonly target: Map<string, string> };
  /** Offset syncs by source topic and partition; this state's own, to be changed in place. */
  readonly mapping: Map<string, Map<number, SyncHistory>>;
  /** Offsets by slot of the dictionary; slots behind the end have none. */
  values: BigInt64Array;
  /** How far each series went in the step that led here, and how long that took (ms): what the next one is guessed by. */
  steps: BigInt64Array;
  elapsed = 0;
  /** Series of the dictionary that this state knows. */
  size: number;

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
   * A copy for the next audit to write its changes into; nothing is unread in it yet. What it reads is for it to say in
   * `readAt`, and what it judges in `said`.
   */
  next(at: number): HistoryState {
    const state = new HistoryState(at, this);
    state.unread = [];
    return state;
  }

  /** The same state under a new numbering that leaves out what has gone: a keyframe begins with it. */
  renumbered(): HistoryState {
    const fresh = new HistoryState(this.at);
    fresh.syncsReadTo = this.syncsReadTo;
    fresh.unread = this.unread;
    // Logs first: commits are told by their distance to the log's end.
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

  /** The offset of a series, or null where it has none. */
  get(series: Series): bigint | null {
    const slot = this.dictionary.find(series);
    const value = slot === undefined || slot >= this.size ? NONE : (this.values[slot] ?? NONE);
    return value === NONE ? null : value;
  }

  set(series: Series, value: bigint | null): void {
    this.setSlot(this.dictionary.slotOf(series), value ?? NONE);
  }

  /** The same with a slot that `dictionary.slotOf` gave: for who sets a hundred thousand of them. */
  setSlot(slot: number, value: bigint): void {
    if (slot >= this.size) this.grow(this.dictionary.size);
    this.values[slot] = value;
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

  /** The syncs of a partition, to be written into. */
  syncs(topic: string, partition: number): SyncHistory {
    const partitions = this.partitionsOf(topic);
    let history = partitions.get(partition);
    if (history === undefined) {
      history = new SyncHistory();
      partitions.set(partition, history);
    }
    return history;
  }

  /** The syncs of a source topic by partition, to be written into. */
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

  /** Every committed position of one side, by group. */
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
