import { DynamoDbLocal } from '../../../../lab/dynamodb-local.ts';
import { createDynamoDbFindingOutbox } from '../../../../shared/adapters/dynamodb/dynamodb-finding-outbox.ts';
import { createDynamoDbSnapshotStore } from '../../../../shared/adapters/dynamodb/dynamodb-snapshot-store.ts';
import { describeFindingOutbox } from '../finding-outbox-contract.ts';

const TABLE = 'tidemark-history';

describeFindingOutbox('the outbox in DynamoDB', async () => {
  const local = await DynamoDbLocal.start();
  await local.createHistoryTable(TABLE);
  const client = local.client();
  return {
    open: () => ({
      history: createDynamoDbSnapshotStore(client, TABLE),
      outbox: createDynamoDbFindingOutbox(client, TABLE),
    }),
    async stop() {
      client.destroy();
      await local.stop();
    },
  };
});
