import { type DynamoDBClient, QueryCommand, type QueryCommandInput } from '@aws-sdk/client-dynamodb';
import type { Item } from './history-table.ts';

/**
 * Consistent reads of the items of one partition, in the order of the sort key. A page is asked for when the one before
 * is used up, so a loop that ends early reads no more than it needs.
 */
export async function* queryItems(
  client: DynamoDBClient,
  query: Omit<QueryCommandInput, 'ConsistentRead' | 'ExclusiveStartKey'>,
): AsyncGenerator<Item> {
  let start: Item | undefined;
  do {
    const page = await client.send(
      new QueryCommand({
        ...query,
        ConsistentRead: true,
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      }),
    );
    yield* page.Items ?? [];
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
}
