import { DynamoDbLocal } from '../../../../lab/dynamodb-local.ts';
import { createDynamoDbGroupPlacesStore } from '../../../../shared/adapters/dynamodb/dynamodb-group-places-store.ts';
import { describeGroupPlaces } from '../group-places-contract.ts';

const TABLE = 'tidemark-history';

describeGroupPlaces('groups with metrics of their own, in DynamoDB', async () => {
  const local = await DynamoDbLocal.start();
  await local.createHistoryTable(TABLE);
  const client = local.client();
  return {
    open: (deployment) => createDynamoDbGroupPlacesStore(client, TABLE, deployment),
    async stop() {
      client.destroy();
      await local.stop();
    },
  };
});
