import { expect, test } from '@jest/globals';
import type { DynamoDbLocal } from '../../../../lab/dynamodb-local.ts';
import { createDynamoDbRunStore } from '../../../../shared/adapters/dynamodb/dynamodb-run-store.ts';
import { type ChainEntry, NO_ENTRY } from '../../../../shared/domain/failover/evidence-chain.ts';
import { describeRunStore } from '../run-store-contract.ts';

const TABLE = 'tidemark-runs';

/** @param local runs once the tests run */
export function testRunStore(local: () => DynamoDbLocal): void {
  describeRunStore('DynamoDB', async () => {
    await local().createHistoryTable(TABLE);
    const client = local().client();
    return { open: () => createDynamoDbRunStore(client, TABLE), stop: async () => client.destroy() };
  });

  const entry = (run: string, reasons: readonly string[]): ChainEntry => ({
    run,
    seq: 0,
    at: 1,
    epoch: 0,
    event: { kind: 'refused', reasons },
    previous: NO_ENTRY,
    hash: 'h',
  });

  test('DynamoDB: an entry that is delivered twice is stored once, and both times counts as added', async () => {
    const client = local().client();
    const store = createDynamoDbRunStore(client, TABLE);
    const one = entry('twice', ['a']);
    expect(await store.append('A->B', one)).toBe('added');
    expect(await store.append('A->B', one)).toBe('added');
    expect(await store.read('twice')).toEqual([one]);
    client.destroy();
  });

  test('DynamoDB: an entry larger than an item is compressed, and one that does not fit then is refused', async () => {
    const client = local().client();
    const store = createDynamoDbRunStore(client, TABLE);
    const large = entry(
      'large',
      Array.from({ length: 20_000 }, (_, i) => `topic orders-in-region-${i} ü`),
    );
    expect(await store.append('A->B', large)).toBe('added');
    expect(await store.read('large')).toEqual([large]);
    const noise = Array.from({ length: 60_000 }, (_, i) => Math.sin(i).toString(36));
    await expect(store.append('A->B', entry('noise', noise))).rejects.toMatchObject({
      code: 'FAILOVER_ENTRY_TOO_LARGE',
    });
    client.destroy();
  });
}
