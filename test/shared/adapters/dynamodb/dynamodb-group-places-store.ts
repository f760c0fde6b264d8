import type { DynamoDbLocal } from '../../../../lab/dynamodb-local.ts';
import { createDynamoDbGroupPlacesStore } from '../../../../shared/adapters/dynamodb/dynamodb-group-places-store.ts';
import { describeGroupPlaces } from '../group-places-contract.ts';

const TABLE = 'tidemark-group-places';

/** @param local runs once the tests run */
export function testGroupPlacesStore(local: () => DynamoDbLocal): void {
  describeGroupPlaces('groups with metrics of their own, in DynamoDB', async () => {
    await local().createHistoryTable(TABLE);
    const client = local().client();
    return {
      open: (deployment) => createDynamoDbGroupPlacesStore(client, TABLE, deployment),
      stop: async () => client.destroy(),
    };
  });
}
