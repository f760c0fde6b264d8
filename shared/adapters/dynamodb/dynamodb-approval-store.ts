import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { ApprovalStore } from '../../failover/approval-store.ts';
import { guarded } from './history-failure.ts';
import { FAILOVERS_PREFIX, type Item, TTL_ATTRIBUTE } from './history-table.ts';

function keyOf(run: string): Item {
  return { pk: { S: `${FAILOVERS_PREFIX}approval#${run}` }, sk: { S: 'approval' } };
}

/** Approvals that state machines wait for, in the history's DynamoDB table: one item each, which time to live removes. */
export function createDynamoDbApprovalStore(client: DynamoDBClient, tableName: string): ApprovalStore {
  const TableName = tableName;
  return {
    ask: ({ run, hash, token, expiresAt }) =>
      guarded(async () => {
        const Item = {
          ...keyOf(run),
          hash: { S: hash },
          token: { S: token },
          expiresAt: { N: String(expiresAt) },
          [TTL_ATTRIBUTE]: { N: String(Math.ceil(expiresAt / 1000)) },
        };
        await client.send(new PutItemCommand({ TableName, Item }));
      }),

    asked: (run, now) =>
      guarded(async () => {
        const { Item } = await client.send(new GetItemCommand({ TableName, Key: keyOf(run), ConsistentRead: true }));
        const [hash, token, expiresAt] = [Item?.hash?.S, Item?.token?.S, Number(Item?.expiresAt?.N)];
        // Time to live removes items late.
        if (hash === undefined || token === undefined || !(now < expiresAt)) return null;
        return { run, hash, token, expiresAt };
      }),
  };
}
