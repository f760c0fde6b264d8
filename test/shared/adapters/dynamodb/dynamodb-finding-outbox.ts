import type { DynamoDbLocal } from '../../../../lab/dynamodb-local.ts';
import { createDynamoDbFindingOutbox } from '../../../../shared/adapters/dynamodb/dynamodb-finding-outbox.ts';
import { createDynamoDbSnapshotStore } from '../../../../shared/adapters/dynamodb/dynamodb-snapshot-store.ts';
import { describeFindingOutbox } from '../finding-outbox-contract.ts';

const TABLE = 'tidemark-outbox';

/** @param local runs once the tests run */
export function testFindingOutbox(local: () => DynamoDbLocal): void {
  describeFindingOutbox('the outbox in DynamoDB', async () => {
    await local().createHistoryTable(TABLE);
    const client = local().client();
    return {
      open: () => ({
        history: createDynamoDbSnapshotStore(client, TABLE),
        outbox: createDynamoDbFindingOutbox(client, TABLE),
      }),
      stop: async () => client.destroy(),
    };
  });
}
