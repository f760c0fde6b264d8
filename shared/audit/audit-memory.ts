import type { RememberedTopic } from '../domain/observation.ts';

/**
 * What one audit leaves to the next in the same process: topic ids, so that a topic deleted and created again under
 * its name is noticed even when its records cannot be compared. It holds no record content.
 */
export class AuditMemory {
  readonly #topics = new Map<string, Map<string, RememberedTopic>>();

  topics(cluster: string): ReadonlyMap<string, RememberedTopic> {
    return this.#topics.get(cluster) ?? new Map();
  }

  /** Remembers a topic's id; once it was another one, the old one is kept, or the finding would vanish. */
  see(cluster: string, topic: string, id: string | null, at: number): void {
    if (id === null) return;
    const topics = this.#topics.get(cluster) ?? new Map<string, RememberedTopic>();
    this.#topics.set(cluster, topics);
    const before = topics.get(topic);
    if (before === undefined || before.id === id) topics.set(topic, { id, seenAt: at });
  }
}
