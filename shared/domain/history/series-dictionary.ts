import type { ClusterRole } from '../model/flow.ts';
import { MAX_PARTITION } from '../model/topic-partition.ts';

/** All series of one kind, and of one group if they are of commits. */
export type SeriesOwner =
  | { readonly kind: 'start' | 'end' | 'epoch'; readonly role: ClusterRole }
  | { readonly kind: 'commit' | 'commit-epoch'; readonly role: ClusterRole; readonly group: string };

/**
 * Something with one number at any time: a log's start, its end, the leader epoch of the broker that told its end, a
 * group's commit on a partition, or the leader epoch of that commit if it is of a log that was cut since.
 */
export type Series = SeriesOwner & { readonly topic: string; readonly partition: number };

/** A series as numbers. Bit 0 of `tag` is the role, the other bits are the kind; names are given by index. */
export interface SeriesKey {
  readonly tag: number;
  readonly group: number;
  readonly topic: number;
  readonly partition: number;
}

/** Stored by index: new kinds go at the end. */
const KINDS = ['start', 'end', 'commit', 'epoch', 'commit-epoch'] as const;
const TAGS = KINDS.length * 2;
const COMMIT_TAG = 4;
const COMMIT_EPOCH_TAG = 8;
const END_TAG = 2;
/** Numbers stored per series. */
const FIELDS = 5;

/** Slots by partition; of a partition without a series it has none. */
type Slots = (number | undefined)[];

/**
 * Numbers all series of a chain of states in the order in which they first appeared. It only grows: every state uses
 * the first `size` numbers, so a frame names only new series.
 */
export class SeriesDictionary {
  readonly names: string[] = [];
  readonly #nameIndex = new Map<string, number>();
  /** Per slot: tag, group, topic, partition, and for a commit the slot of its log's end. */
  #keys = new Int32Array(64 * FIELDS);
  #size = 0;
  /** Slots of what is known of logs by tag and topic, then by partition; unused for the tags of groups. */
  readonly #logs: readonly Map<number, Slots>[] = Array.from({ length: TAGS }, () => new Map());
  /** Slots of what is known of groups by tag and group and by topic, then by partition; only those below `#indexed`. */
  readonly #groups = new Map<number, Map<number, Slots>>();
  #indexed = 0;

  get size(): number {
    return this.#size;
  }

  name(text: string): number {
    const known = this.#nameIndex.get(text);
    if (known !== undefined) return known;
    this.#nameIndex.set(text, this.names.length);
    return this.names.push(text) - 1;
  }

  /** The slot of a series; adds the series if it is new. */
  slotOf(series: Series): number {
    return this.slotsOf(series)(series.topic, series.partition);
  }

  /** The same for callers with many series, topic by topic: the names are looked up once for neighbours. */
  slotsOf(owner: SeriesOwner): (topic: string, partition: number) => number {
    const tag = tagOf(owner);
    let [name, group, index]: [string | null, number, number] = [null, 0, 0];
    let slots: Slots = [];
    return (topic, partition) => {
      if (!Number.isInteger(partition) || partition < 0 || partition > MAX_PARTITION) {
        throw new RangeError(`not a partition number: ${partition}`);
      }
      if (topic !== name) {
        group = 'group' in owner ? this.name(owner.group) : 0;
        index = this.name(topic);
        slots = this.#slots(tag, group, index);
        name = topic;
      }
      const known = slots[partition];
      if (known !== undefined) return known;
      const added = this.add({ tag, group, topic: index, partition });
      slots[partition] = added;
      return added;
    };
  }

  find(series: Series): number | undefined {
    return this.finderOf(series)(series.topic, series.partition);
  }

  /** The same for callers with many series, topic by topic. A series that is added later may not be found. */
  finderOf(owner: SeriesOwner): (topic: string, partition: number) => number | undefined {
    const tag = tagOf(owner);
    const group = 'group' in owner ? this.#nameIndex.get(owner.group) : 0;
    let name: string | null = null;
    let slots: Slots | undefined;
    return (topic, partition) => {
      if (topic !== name) {
        const index = this.#nameIndex.get(topic);
        slots = group === undefined || index === undefined ? undefined : this.#slots(tag, group, index);
        name = topic;
      }
      return slots?.[partition];
    };
  }

  /** Finds the slots of a source topic's log ends: for callers that need many partitions of one topic. */
  sourceEnds(topic: string): (partition: number) => number | undefined {
    const index = this.#nameIndex.get(topic);
    const slots = index === undefined ? undefined : this.#logs[END_TAG]?.get(index);
    return (partition) => slots?.[partition];
  }

  key(slot: number): SeriesKey {
    if (!(slot >= 0 && slot < this.#size)) throw new RangeError(`no series ${slot} among ${this.#size}`);
    const at = slot * FIELDS;
    const keys = this.#keys;
    return { tag: keys[at] ?? 0, group: keys[at + 1] ?? 0, topic: keys[at + 2] ?? 0, partition: keys[at + 3] ?? 0 };
  }

  /** Whether a slot is of the series of this key. */
  isOf(slot: number, { tag, group, topic, partition }: SeriesKey): boolean {
    const at = slot * FIELDS;
    const keys = this.#keys;
    const isSamePlace = keys[at + 2] === topic && keys[at + 3] === partition;
    return isSamePlace && keys[at] === tag && keys[at + 1] === group;
  }

  series(slot: number): Series {
    const { tag, group, topic, partition } = this.key(slot);
    const role = tag % 2 === 0 ? 'source' : 'target';
    const kind = KINDS[tag >> 1];
    const place = { role, topic: this.names[topic] ?? '', partition } as const;
    if (kind === undefined) throw new RangeError(`series ${slot} is of no kind`);
    if (kind === 'commit' || kind === 'commit-epoch') return { kind, group: this.names[group] ?? '', ...place };
    return { kind, ...place };
  }

  /** Slot of a commit's log end, if that series was added before the commit; −1 otherwise. */
  endSlot(slot: number): number {
    return this.#keys[slot * FIELDS + 4] ?? -1;
  }

  isCommit(slot: number): boolean {
    return isCommitTag(this.#keys[slot * FIELDS] ?? 0);
  }

  /** The group whose commit on one side a series is; null if it is another series. */
  committer(slot: number, role: ClusterRole): string | null {
    const at = slot * FIELDS;
    if (this.#keys[at] !== COMMIT_TAG + sideOf(role)) return null;
    return this.names[this.#keys[at + 1] ?? 0] ?? null;
  }

  isEnd(slot: number): boolean {
    return ((this.#keys[slot * FIELDS] ?? 0) & ~1) === END_TAG;
  }

  /** Adds a key that the caller knows to be new. */
  add(key: SeriesKey): number {
    const slot = this.#size++;
    const at = slot * FIELDS;
    if (at >= this.#keys.length) {
      const keys = new Int32Array(this.#keys.length * 2);
      keys.set(this.#keys);
      this.#keys = keys;
    }
    const isOfCommit = isCommitTag(key.tag);
    const end = isOfCommit ? this.#logs[END_TAG + (key.tag & 1)]?.get(key.topic)?.[key.partition] : undefined;
    this.#keys[at] = key.tag;
    this.#keys[at + 1] = key.group;
    this.#keys[at + 2] = key.topic;
    this.#keys[at + 3] = key.partition;
    this.#keys[at + 4] = end ?? -1;
    if (!isGroupTag(key.tag)) slotsIn(this.#logs[key.tag] ?? new Map(), key.topic)[key.partition] = slot;
    return slot;
  }

  #slots(tag: number, group: number, topic: number): Slots {
    if (!isGroupTag(tag)) return slotsIn(this.#logs[tag] ?? new Map(), topic);
    this.#indexGroups();
    return slotsIn(this.#topicsOf(tag, group), topic);
  }

  #topicsOf(tag: number, group: number): Map<number, Slots> {
    const place = group * TAGS + tag;
    let topics = this.#groups.get(place);
    if (topics === undefined) {
      topics = new Map();
      this.#groups.set(place, topics);
    }
    return topics;
  }

  /** Runs on the first lookup only: code that iterates over all commits does not need the index. */
  #indexGroups(): void {
    for (; this.#indexed < this.#size; this.#indexed++) {
      const at = this.#indexed * FIELDS;
      const tag = this.#keys[at] ?? 0;
      if (!isGroupTag(tag)) continue;
      const topics = this.#topicsOf(tag, this.#keys[at + 1] ?? 0);
      slotsIn(topics, this.#keys[at + 2] ?? 0)[this.#keys[at + 3] ?? 0] = this.#indexed;
    }
  }
}

function isCommitTag(tag: number): boolean {
  return (tag & ~1) === COMMIT_TAG;
}

/** Whether a stored tag is one of a series of a group. */
export function isGroupTag(tag: number): boolean {
  return isCommitTag(tag) || (tag & ~1) === COMMIT_EPOCH_TAG;
}

/** Whether a stored tag is one of a kind of series. */
export function isSeriesTag(tag: number): boolean {
  return tag < TAGS;
}

function tagOf({ kind, role }: SeriesOwner): number {
  return KINDS.indexOf(kind) * 2 + sideOf(role);
}

function sideOf(role: ClusterRole): number {
  return role === 'source' ? 0 : 1;
}

function slotsIn(topics: Map<number, Slots>, topic: number): Slots {
  let slots = topics.get(topic);
  if (slots === undefined) {
    slots = [];
    topics.set(topic, slots);
  }
  return slots;
}
