import { done, type Produced, produced } from '../agent-schemas.ts';
import type { ClusterAdmin } from '../cluster-admin.ts';

export interface WriteOptions {
  /** Partition to write to; chosen by key (or round robin) if absent. */
  readonly partition?: number;
  /** Keys, used in turn: the given ones, or `k0` … `k<keys−1>`; no key if absent. */
  readonly keys?: number | readonly string[];
  /** Length of each value; if absent, the value is the record's id. */
  readonly valueBytes?: number;
  /** CreateTime of every record in milliseconds; the producer's clock if absent. */
  readonly timestamp?: bigint;
  /** More Java producer settings. */
  readonly settings?: Readonly<Record<string, string>>;
}

let writers = 0;

/**
 * Writes records to one cluster, each with a header `id` that is unique in this process. A million small records take
 * seconds, because Kafka's own producer in the lab's agent sends them.
 */
export class RecordWriter {
  readonly #admin: ClusterAdmin;
  readonly #prefix: string;
  #nextId = 0;

  constructor(admin: ClusterAdmin, prefix = `w${process.pid}.${++writers}`) {
    this.#admin = admin;
    this.#prefix = `${prefix}-`;
  }

  /** Writes records and waits until all are acknowledged. */
  write(topic: string, count: number, options: WriteOptions = {}): Promise<Produced> {
    return this.#produce(topic, count, options);
  }

  /** Writes records in one transaction and commits or aborts it; a control marker follows them. */
  async writeTransaction(
    topic: string,
    count: number,
    end: 'commit' | 'abort',
    options: WriteOptions = {},
  ): Promise<Produced> {
    return this.#produce(topic, count, { ...options, transactionalId: `${this.#prefix}tx`, begin: true, end });
  }

  /** Opens a transaction for several writes. While it is open, it holds the last stable offset back. */
  openTransaction(): OpenTransaction {
    const transactionalId = `${this.#prefix}open-${++writers}`;
    let begun = false;
    return {
      write: (topic, count, options = {}) => {
        const begin = !begun;
        begun = true;
        return this.#produce(topic, count, { ...options, transactionalId, begin, end: 'open' });
      },
      end: (how) => this.#admin.call('endTransaction', { transactionalId, end: how }, done),
    };
  }

  #produce(topic: string, count: number, options: WriteOptions & Partial<TransactionStep>): Promise<Produced> {
    const firstId = this.#nextId;
    this.#nextId += count;
    const { timestamp, keys, ...rest } = options;
    const parameters = {
      topic,
      count,
      firstId,
      prefix: this.#prefix,
      ...rest,
      ...(timestamp === undefined ? {} : { timestamp: String(timestamp) }),
      ...(typeof keys === 'object' ? { keyList: keys } : { keys }),
    };
    return this.#admin.call('produce', parameters, produced);
  }
}

interface TransactionStep {
  readonly transactionalId: string;
  readonly begin: boolean;
  readonly end: 'commit' | 'abort' | 'open';
}

export interface OpenTransaction {
  write(topic: string, count: number, options?: WriteOptions): Promise<Produced>;
  end(how: 'commit' | 'abort'): Promise<void>;
}
