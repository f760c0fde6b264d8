import { DeleteItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { expect, test } from '@jest/globals';
import type { DynamoDbLocal } from '../../../../lab/dynamodb-local.ts';
import { createDynamoDbSnapshotStore } from '../../../../shared/adapters/dynamodb/dynamodb-snapshot-store.ts';
import { chunkKey, manifestKey } from '../../../../shared/adapters/dynamodb/history-table.ts';
import { HistoryStoreError } from '../../../../shared/history/history-errors.ts';
import { killAtEveryWrite } from '../kill-at-every-write.ts';
import { describeSnapshotStore } from '../snapshot-store-contract.ts';

const TABLE = 'tidemark-snapshots';

/** @param local runs once the tests run */
export function testSnapshotStore(local: () => DynamoDbLocal): void {
  describeSnapshotStore(
    'DynamoDB',
    async () => {
      await local().createHistoryTable(TABLE);
      const client = local().client();
      return {
        open: () => createDynamoDbSnapshotStore(client, TABLE),
        async overwrite(flow, at, bytes) {
          await client.send(
            new UpdateItemCommand({
              TableName: TABLE,
              Key: chunkKey(flow, at, 1, 0),
              UpdateExpression: 'SET bytes = :bytes',
              ExpressionAttributeValues: { ':bytes': { B: bytes } },
            }),
          );
          await client.send(
            new UpdateItemCommand({
              TableName: TABLE,
              Key: manifestKey(flow, at),
              UpdateExpression: 'SET size = :size',
              ExpressionAttributeValues: { ':size': { N: String(bytes.length) } },
            }),
          );
        },
        async tear(flow, at) {
          await client.send(new DeleteItemCommand({ TableName: TABLE, Key: chunkKey(flow, at, 1, 0) }));
        },
        stop: async () => client.destroy(),
      };
    },
    8,
  );

  test('WHEN the writer is killed at any write THEN nothing torn is seen and going on completes', async () => {
    const client = local().client();
    const { steps } = await killAtEveryWrite('dynamodb', async (step) => {
      const table = `killed-${step}`;
      await local().createHistoryTable(table);
      return { place: local().endpoint, table, store: () => createDynamoDbSnapshotStore(client, table) };
    });
    client.destroy();
    expect(steps).toBeGreaterThan(5);
  });

  test('a table that is not there, and nobody at the address, are said in words', async () => {
    const client = local().client();
    const missing = createDynamoDbSnapshotStore(client, 'no-such-table').head('A->B');
    await expect(missing).rejects.toMatchObject({ code: 'HISTORY_STORE_MISSING', retriable: false });
    await expect(missing).rejects.toBeInstanceOf(HistoryStoreError);
    client.destroy();
  });
}
