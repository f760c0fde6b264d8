/** Values by topic and partition. */
export class PartitionMap<T> {
  readonly #topics = new Map<string, Map<number, T>>();
  /** The topic that was asked for last: an audit asks for 100,000 partitions, topic by topic. */
  #last: string | null = null;
  #ofLast: Map<number, T> | undefined;

  get(topic: string, partition: number): T | undefined {
    return this.#of(topic)?.get(partition);
  }

  set(topic: string, partition: number, value: T): void {
    let partitions = this.#of(topic);
    if (partitions === undefined) {
      partitions = new Map();
      this.#topics.set(topic, partitions);
      this.#ofLast = partitions;
    }
    partitions.set(partition, value);
  }

  delete(topic: string, partition: number): void {
    this.#of(topic)?.delete(partition);
  }

  #of(topic: string): Map<number, T> | undefined {
    if (topic !== this.#last) {
      this.#last = topic;
      this.#ofLast = this.#topics.get(topic);
    }
    return this.#ofLast;
  }

  getOrCreate(topic: string, partition: number, create: () => T): T {
    const present = this.get(topic, partition);
    if (present !== undefined) return present;
    const value = create();
    this.set(topic, partition, value);
    return value;
  }

  get isEmpty(): boolean {
    for (const partitions of this.#topics.values()) if (partitions.size > 0) return false;
    return true;
  }

  topics(): Iterable<string> {
    return this.#topics.keys();
  }

  hasTopic(topic: string): boolean {
    return (this.#topics.get(topic)?.size ?? 0) > 0;
  }

  /** The values of one topic by partition. */
  of(topic: string): ReadonlyMap<number, T> {
    return this.#topics.get(topic) ?? new Map<number, T>();
  }

  /** The values of each topic by partition. */
  byTopic(): Iterable<readonly [topic: string, partitions: ReadonlyMap<number, T>]> {
    return this.#topics;
  }

  /** The same partitions with other values. */
  map<U>(of: (value: T) => U): PartitionMap<U> {
    const mapped = new PartitionMap<U>();
    for (const [topic, partition, value] of this.entries()) mapped.set(topic, partition, of(value));
    return mapped;
  }

  *entries(): Generator<[topic: string, partition: number, value: T]> {
    for (const [topic, partitions] of this.#topics) {
      for (const [partition, value] of partitions) yield [topic, partition, value];
    }
  }

  *values(): Generator<T> {
    for (const partitions of this.#topics.values()) yield* partitions.values();
  }
}

/** Committed offsets, or others, by topic and partition. */
export function offsetsByPartition(
  all: readonly { readonly topic: string; readonly partition: number; readonly offset: bigint }[],
): PartitionMap<bigint> {
  const map = new PartitionMap<bigint>();
  for (const { topic, partition, offset } of all) map.set(topic, partition, offset);
  return map;
}
