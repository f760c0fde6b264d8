import { describe, expect, test } from '@jest/globals';
import type { DynamoDbLocal } from '../../../../lab/dynamodb-local.ts';
import { createDynamoDbNameSideStore } from '../../../../shared/adapters/dynamodb/dynamodb-name-side-store.ts';

const TABLE = 'tidemark-name-sides';

/** @param local runs once the tests run */
export function testNameSideStore(local: () => DynamoDbLocal): void {
  describe('where names lead, in DynamoDB', () => {
    test('each name has its own side, the newest', async () => {
      await local().createHistoryTable(TABLE);
      const client = local().client();
      const store = createDynamoDbNameSideStore(client, TABLE);
      expect(await store.wanted('kafka.example.com')).toBeNull();
      const side = { cluster: 'B', since: 7, isPublished: false };
      await store.want('kafka.example.com', side);
      await store.want('kafka.example.com', { ...side, isPublished: true });
      expect(await store.wanted('kafka.example.com')).toEqual({ ...side, isPublished: true });
      expect(await store.wanted('other.example.com')).toBeNull();
      client.destroy();
      const missing = createDynamoDbNameSideStore(local().client(), 'no-such-table').wanted('kafka.example.com');
      await expect(missing).rejects.toMatchObject({ code: 'HISTORY_STORE_MISSING' });
    });
  });
}
