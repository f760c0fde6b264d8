/** Which of a flow's two clusters. */
export type ClusterRole = 'source' | 'target';

/** Something that has one offset at any time: where a partition's log begins or ends, or what a group committed. */
export type Series =
  | { readonly kind: 'start' | 'end'; readonly role: ClusterRole; readonly topic: string; readonly partition: number }
  | {
      readonly kind: 'commit';
      readonly role: ClusterRole;
      readonly group: string;
      readonly topic: string;
      readonly partition: number;
    };

/** A series in numbers: bit 0 is the role, the rest the kind; names by their index. */
export interface SeriesKey {
  readonly tag: number;
  readonly group: number;
  readonly topic: number;
  readonly partition: number;
}

const KINDS = ['start', 'end', 'commit'] as const;
export const COMMIT_TAG = 4;
const END_TAG = 2;
export const MAX_PARTITION = 2 ** 21 - 1;

/**
 * The numbering of all series of a line of snapshots, in the order in which they were first seen. It only grows: every
 * state refers to a beginning of it, so that a delta names just what is new.
 */
export class SeriesDictionary {
  readonly names: string[] = [];
  readonly #nameIndex = new Map<string, number>();
  readonly #keys: SeriesKey[] = [];
  /** Slot of the end of the log that a commit is in, where that was known before the commit; −1 elsewhere. */
  readonly #endSlots: number[] = [];
  /** Slots by tag and group, then by topic and partition. */
  readonly #slots = new Map<number, Map<number, number>>();

  get size(): number {
    return this.#keys.length;
  }

  name(text: string): number {
    const known = this.#nameIndex.get(text);
    if (known !== undefined) return known;
    this.#nameIndex.set(text, this.names.length);
    return this.names.push(text) - 1;
  }

  /** The slot of a series, which is numbered if it is new. */
  slotOf(series: Series): number {
    const { partition } = series;
    if (!Number.isInteger(partition) || partition < 0 || partition > MAX_PARTITION) {
      throw new RangeError(`not a partition number: ${partition}`);
    }
    const tag = KINDS.indexOf(series.kind) * 2 + (series.role === 'source' ? 0 : 1);
    const group = series.kind === 'commit' ? this.name(series.group) : 0;
    const key = { tag, group, topic: this.name(series.topic), partition };
    return this.#find(key) ?? this.add(key);
  }

  find(series: Series): number | undefined {
    const tag = KINDS.indexOf(series.kind) * 2 + (series.role === 'source' ? 0 : 1);
    const group = series.kind === 'commit' ? this.#nameIndex.get(series.group) : 0;
    const topic = this.#nameIndex.get(series.topic);
    if (group === undefined || topic === undefined) return undefined;
    return this.#find({ tag, group, topic, partition: series.partition });
  }

  /** Slots of the ends of a source topic's logs, for who asks for many partitions of it. */
  sourceEnds(topic: string): (partition: number) => number | undefined {
    const index = this.#nameIndex.get(topic);
    const slots = this.#slots.get(END_TAG);
    if (index === undefined || slots === undefined) return () => undefined;
    return (partition) => slots.get(placeOf({ topic: index, partition }));
  }

  key(slot: number): SeriesKey {
    const key = this.#keys[slot];
    if (key === undefined) throw new RangeError(`no series ${slot} among ${this.#keys.length}`);
    return key;
  }

  series(slot: number): Series {
    const { tag, group, topic, partition } = this.key(slot);
    const role = tag % 2 === 0 ? 'source' : 'target';
    const kind = KINDS[tag >> 1];
    const place = { role, topic: this.names[topic] ?? '', partition } as const;
    if (kind === 'start' || kind === 'end') return { kind, ...place };
    return { kind: 'commit', group: this.names[group] ?? '', ...place };
  }

  endSlot(slot: number): number {
    return this.#endSlots[slot] ?? -1;
  }

  isEnd(slot: number): boolean {
    return (this.key(slot).tag & ~1) === END_TAG;
  }

  /** Numbers a key that is known to be new. */
  add(key: SeriesKey): number {
    const slot = this.#keys.push(key) - 1;
    const end = key.tag < COMMIT_TAG ? undefined : this.#find({ ...key, tag: END_TAG + (key.tag & 1), group: 0 });
    this.#endSlots.push(end ?? -1);
    const outer = key.group * 8 + key.tag;
    let inner = this.#slots.get(outer);
    if (inner === undefined) {
      inner = new Map();
      this.#slots.set(outer, inner);
    }
    inner.set(placeOf(key), slot);
    return slot;
  }

  #find(key: SeriesKey): number | undefined {
    return this.#slots.get(key.group * 8 + key.tag)?.get(placeOf(key));
  }
}

function placeOf({ topic, partition }: Pick<SeriesKey, 'topic' | 'partition'>): number {
  return topic * (MAX_PARTITION + 1) + partition;
}
