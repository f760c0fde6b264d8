import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { visitRecords } from '../../../../../shared/adapters/kafka/records/record.ts';
import { UnreadableRecordsError } from '../../../../../shared/adapters/kafka/records/unreadable-records-error.ts';
import { visibleBatches } from '../../../../../shared/adapters/kafka/records/visible-batches.ts';
import { type Api, decodeResponse } from '../../../../../shared/adapters/kafka/wire/api.ts';
import { CONSUMER_GROUP_DESCRIBE } from '../../../../../shared/adapters/kafka/wire/consumer-group-describe.ts';
import { DESCRIBE_CLUSTER } from '../../../../../shared/adapters/kafka/wire/describe-cluster.ts';
import { DESCRIBE_CONFIGS } from '../../../../../shared/adapters/kafka/wire/describe-configs.ts';
import { DESCRIBE_GROUPS } from '../../../../../shared/adapters/kafka/wire/describe-groups.ts';
import { FETCH, type FetchedPartition } from '../../../../../shared/adapters/kafka/wire/fetch.ts';
import { FIND_COORDINATOR } from '../../../../../shared/adapters/kafka/wire/find-coordinator.ts';
import { LIST_GROUPS } from '../../../../../shared/adapters/kafka/wire/list-groups.ts';
import { LIST_OFFSETS } from '../../../../../shared/adapters/kafka/wire/list-offsets.ts';
import { METADATA } from '../../../../../shared/adapters/kafka/wire/metadata.ts';
import { OFFSET_COMMIT } from '../../../../../shared/adapters/kafka/wire/offset-commit.ts';
import { OFFSET_DELETE } from '../../../../../shared/adapters/kafka/wire/offset-delete.ts';
import { OFFSET_FETCH } from '../../../../../shared/adapters/kafka/wire/offset-fetch.ts';
import { MalformedResponseError } from '../../../../../shared/adapters/kafka/wire/response-reader.ts';
import { generator, mutated } from '../../../../mutated.ts';

/** What a broker really answered (lab/wire-vectors.ts). */
const VECTORS = JSON.parse(
  readFileSync(new URL('../../../../vectors/wire.json', import.meta.url), 'utf8'),
) as readonly {
  readonly api: string;
  readonly version: number;
  readonly base64: string;
}[];

const APIS: Readonly<Record<string, Api<never, unknown>>> = Object.fromEntries(
  [
    METADATA,
    LIST_OFFSETS,
    FETCH,
    LIST_GROUPS,
    DESCRIBE_GROUPS,
    CONSUMER_GROUP_DESCRIBE,
    FIND_COORDINATOR,
    OFFSET_FETCH,
    DESCRIBE_CONFIGS,
    DESCRIBE_CLUSTER,
    OFFSET_COMMIT,
    OFFSET_DELETE,
  ].map((api: Api<never, unknown>) => [api.name, api]),
);

const MUTATIONS = 1_000;

describe('answers that were changed on their way', () => {
  test.each(Object.entries(APIS))(
    '%s: understood, or refused by name, and never larger than its bytes',
    (name, api) => {
      const vectors = VECTORS.filter((vector) => vector.api === name);
      expect(vectors.length).toBeGreaterThan(0);
      const random = generator(name.length * 7 + 1);
      const count = { understood: 0, refused: 0 };
      for (const { version, base64 } of vectors) {
        const bytes = Buffer.from(base64, 'base64');
        expect(() => decodeResponse(api, bytes, version)).not.toThrow();
        for (let i = 0; i < MUTATIONS / vectors.length; i++) {
          let changed = mutated(bytes, random);
          if (random(4) === 0 && changed.length > 0) changed = mutated(changed, random);
          try {
            const { answer } = decodeResponse(api, changed, version);
            if (sizeOf(answer) > 8 * changed.length)
              throw new Error(`${sizeOf(answer)} elements of ${changed.length} bytes`);
            if (name === 'Fetch') for (const one of partitionsOf(answer)) read(one);
            count.understood++;
          } catch (error) {
            const known = error instanceof MalformedResponseError || error instanceof UnreadableRecordsError;
            expect(known ? 'refused' : error).toBe('refused');
            count.refused++;
          }
        }
      }
      expect(count.refused).toBeGreaterThan(MUTATIONS / 10);
    },
  );

  test('record batches of every codec: visited, or refused by name, with offsets that follow each other', () => {
    const vector = VECTORS.findLast(({ api }) => api === 'Fetch');
    const { answer } = decodeResponse(FETCH, Buffer.from(vector?.base64 ?? '', 'base64'), vector?.version ?? 0);
    const random = generator(11);
    const refused = new Map<string, number>();
    for (const partition of answer.partitions) {
      expect(read(partition)).toBeGreaterThan(0);
      for (let i = 0; i < MUTATIONS; i++) {
        try {
          read({ ...partition, records: mutated(partition.records, random) });
        } catch (error) {
          if (!(error instanceof UnreadableRecordsError)) throw error;
          refused.set(partition.topic, (refused.get(partition.topic) ?? 0) + 1);
        }
      }
    }
    expect([...refused.keys()].toSorted()).toEqual(['gzip', 'lz4', 'none', 'orders', 'snappy', 'zstd']);
  });
});

function partitionsOf(answer: unknown): readonly FetchedPartition[] {
  return (answer as { readonly partitions: readonly FetchedPartition[] }).partitions;
}

/** Number of records that an application would see. */
function read({ records, aborted }: FetchedPartition): number {
  let count = 0;
  let before = -1n;
  for (const { data, next } of visibleBatches(records, 'read_committed', aborted)) {
    if (data !== null) {
      visitRecords(data, 0n, ({ offset, timestamp }) => {
        // Not by `expect`, which takes longer than the reading.
        const fits = offset > before && offset < next && next < 2n ** 63n && BigInt.asIntN(64, timestamp) === timestamp;
        if (!fits) throw new Error(`offset ${offset} behind ${before} and before ${next}, at ${timestamp}`);
        before = offset;
        count++;
        return true;
      });
    }
    before = next - 1n;
  }
  return count;
}

/** Elements of all arrays and maps in it: a sparse array counts with its length. */
function sizeOf(value: unknown): number {
  if (Buffer.isBuffer(value) || typeof value !== 'object' || value === null) return 1;
  if (Array.isArray(value))
    return value.length > 1_000_000 ? value.length : value.reduce((sum, one) => sum + sizeOf(one), 1);
  const inner = value instanceof Map ? [...value.values()] : Object.values(value);
  return inner.reduce((sum: number, one) => sum + sizeOf(one), 1);
}
