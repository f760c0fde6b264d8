import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { expect, test } from '@jest/globals';
import type { DynamoDbLocal } from '../../../../lab/dynamodb-local.ts';
import {
  acknowledgementKey,
  createDynamoDbAcknowledgementStore,
} from '../../../../shared/adapters/dynamodb/dynamodb-acknowledgement-store.ts';
import { BEGIN } from '../../history/recorded-flow.ts';
import { describeAcknowledgementStore } from '../acknowledgement-store-contract.ts';

const TABLE = 'tidemark-acknowledgements';

/** @param local runs once the tests run */
export function testAcknowledgementStore(local: () => DynamoDbLocal): void {
  describeAcknowledgementStore('DynamoDB', async () => {
    await local().createHistoryTable(TABLE);
    const client = local().client();
    return {
      open: () => createDynamoDbAcknowledgementStore(client, TABLE),
      async overwrite(flow, id, document) {
        await client.send(
          new UpdateItemCommand({
            TableName: TABLE,
            Key: acknowledgementKey(flow, id),
            UpdateExpression: 'SET #document = :document',
            ExpressionAttributeNames: { '#document': 'document' },
            ExpressionAttributeValues: { ':document': { S: document } },
          }),
        );
      },
      stop: async () => client.destroy(),
    };
  });

  test('a table that is not there is a failure that names the remedy', async () => {
    const client = local().client();
    const store = createDynamoDbAcknowledgementStore(client, 'tidemark-nowhere');
    await expect(store.list('A->B', BEGIN)).rejects.toMatchObject({ code: 'HISTORY_STORE_MISSING' });
    client.destroy();
  });
}
