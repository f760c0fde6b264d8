import { setTimeout as sleep } from 'node:timers/promises';
import type { LabCluster } from '../../cluster.ts';
import { RecordWriter } from '../../workload/record-writer.ts';

const PARTITIONS = 3;

/**
 * A busy flow, as a user has it: ordinary records, small transactions of which some are aborted, groups that consume, and
 * groups that rest far behind.
 */
export class Traffic {
  static readonly TOPICS = ['orders', 'payments'] as const;
  static readonly RESTING = [
    { name: 'resting-orders', topic: 'orders' },
    { name: 'resting-payments', topic: 'payments' },
  ] as const;
  readonly #a: LabCluster;
  readonly #writer: RecordWriter;
  readonly #stopped = new AbortController();

  constructor(a: LabCluster) {
    this.#a = a;
    this.#writer = new RecordWriter(a.admin);
  }

  static async createTopics(a: LabCluster, replicationFactor: number): Promise<void> {
    await a.admin.createTopics({
      orders: { partitions: PARTITIONS, replicationFactor },
      payments: { replicationFactor },
    });
  }

  /** Records and positions of groups before the first audit. */
  async fill(): Promise<void> {
    for (let partition = 0; partition < PARTITIONS; partition++) {
      await this.#writer.write('orders', 300, { partition, keys: 50 });
    }
    await this.#writer.writeTransaction('payments', 300, 'commit', { keys: 50 });
    await this.#a.admin.commitOffsets('resting-orders', 'orders', { 0: 300n, 1: 299n, 2: 300n });
    await this.#a.admin.commitOffsets('resting-payments', 'payments', { 0: 301n });
  }

  /** Writes some 40 records per second until it is stopped; while A is down, none. */
  async start(): Promise<void> {
    for (const topic of Traffic.TOPICS) {
      await this.#a.admin.startConsumer({ group: `busy-${topic}`, topics: [topic], protocol: 'consumer' });
    }
    void this.#keepWriting();
  }

  stop(): void {
    this.#stopped.abort();
  }

  async #keepWriting(): Promise<void> {
    const { signal } = this.#stopped;
    for (let round = 0; !signal.aborted; round++) {
      try {
        await this.#writer.write('orders', 20, { keys: 50 });
        await this.#writer.writeTransaction('payments', 10, round % 5 === 4 ? 'abort' : 'commit', { keys: 50 });
        await this.#writer.writeTransaction('payments', 10, 'commit', { keys: 50 });
      } catch {
        // A is down: that is a fault of the drill.
      }
      await sleep(1_000, undefined, { signal }).catch(() => undefined);
    }
  }
}
