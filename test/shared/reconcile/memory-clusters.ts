import type { LogRecord, ScanRequest } from '../../../shared/domain/model/cluster.ts';
import { AuthorizationError } from '../../../shared/domain/model/errors.ts';
import { read, unread } from '../../../shared/domain/model/outcome.ts';
import type { ClusterReader, NewRecord, RecordWriter } from '../../../shared/ports.ts';

export interface MemoryLog {
  start: bigint;
  records: LogRecord[];
  /** Offset after the last one, which may have been a marker; by default the one after the last record. */
  end?: bigint;
  lastStableOffset?: bigint;
}

/** A cluster in memory, with logs by `topic-partition`; every topic has one partition. */
export class MemoryCluster {
  readonly alias: string;
  readonly logs = new Map<string, MemoryLog>();
  readonly ids = new Map<string, string>();
  readonly configs = new Map<string, string>([['cleanup.policy', 'delete']]);
  /** Whether the brokers refuse to show settings. */
  hidesConfigs = false;
  /** Topics whose records no broker gives. */
  readonly unreadable = new Set<string>();

  constructor(alias: string) {
    this.alias = alias;
  }

  log(topic: string): MemoryLog {
    const log = this.logs.get(topic) ?? { start: 0n, records: [] };
    this.logs.set(topic, log);
    if (!this.ids.has(topic)) this.ids.set(topic, `${this.alias}-${topic}`);
    return log;
  }

  append(topic: string, record: Partial<NewRecord>): bigint {
    const log = this.log(topic);
    const offset = endOf(log);
    log.records.push({ offset, timestamp: 0n, key: null, value: Buffer.from('v'), headers: [], ...record });
    return offset;
  }

  reader(): ClusterReader {
    const { alias, logs, ids, configs, unreadable } = this;
    const notUsed = async (): Promise<never> => {
      throw new Error('not used here');
    };
    return {
      alias,
      requirePermissions: async () => undefined,
      metadata: async () => ({
        clusterId: `id-of-${alias}`,
        brokers: [],
        topics: new Map(
          [...logs.keys()].map((topic) => [
            topic,
            { topic, id: ids.get(topic) ?? null, internal: false, leaders: [1], replicationFactor: 1 },
          ]),
        ),
      }),
      offsets: async (topics) =>
        new Map(
          topics.map((topic) => {
            const log = this.log(topic);
            const highWatermark = endOf(log);
            const { start, lastStableOffset = highWatermark } = log;
            return [topic, [read({ start, highWatermark, lastStableOffset })]] as const;
          }),
        ),
      topicConfigs: async (topics) => {
        const missing = topics.map(
          (resourceName) => ({ operation: 'DescribeConfigs', resourceType: 'Topic', resourceName }) as const,
        );
        if (this.hidesConfigs) throw new AuthorizationError(alias, missing);
        return new Map(topics.map((topic) => [topic, read(configs)]));
      },
      scan: async ({ topic, from, until, maxBytes }: ScanRequest, visit) => {
        if (unreadable.has(topic)) {
          const what = `records of ${topic}-0`;
          return unread({ what, cluster: alias, error: 'BROKER_UNREACHABLE', message: 'no answer', retriable: true });
        }
        const log = this.log(topic);
        const end = endOf(log);
        const to = until === undefined || until > end ? end : until;
        let next = to;
        let visited = 0;
        for (const record of log.records) {
          if (record.offset < from || record.offset >= to) continue;
          // As brokers do: at least one record, and then as many as fit.
          if (maxBytes !== undefined && visited >= 100) {
            next = record.offset;
            break;
          }
          visit(record);
          visited++;
        }
        return read({ start: log.start, end, next, bytes: visited });
      },
      firstRecords: notUsed,
      epochEnds: notUsed,
      groups: notUsed,
      commits: notUsed,
      peek: notUsed,
      requestsSent: () => new Map(),
      close: async () => undefined,
    };
  }

  /** @param fails asked before each write: whether the records are appended, and whether the process then dies */
  writer(fails: () => 'no' | 'before' | 'after' = () => 'no'): RecordWriter {
    return {
      alias: this.alias,
      unwritable: ({ headers }) => (headers.some(({ value }) => value === null) ? 'a header has no value' : null),
      write: async (topic, _, records) => {
        const how = fails();
        if (how !== 'before') for (const record of records) this.append(topic, record);
        if (how !== 'no') throw new Error('killed');
        return null;
      },
      close: async () => undefined,
    };
  }
}

function endOf({ start, records, end }: MemoryLog): bigint {
  return end ?? (records.at(-1)?.offset ?? start - 1n) + 1n;
}
