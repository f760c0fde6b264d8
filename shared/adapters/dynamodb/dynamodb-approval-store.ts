import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { ApprovalAnswer, ApprovalStore, AskedApproval } from '../../failover/approval-store.ts';
import { failedCondition, guarded } from './history-failure.ts';
import { APPROVALS_PREFIX, type Item, TTL_ATTRIBUTE } from './history-table.ts';

function keyOf(run: string): Item {
  return { pk: { S: `${APPROVALS_PREFIX}${run}` }, sk: { S: 'approval' } };
}

function itemOf({ run, hash, token, expiresAt }: Omit<AskedApproval, 'answer'>): Item {
  return {
    ...keyOf(run),
    hash: { S: hash },
    token: { S: token },
    expiresAt: { N: String(expiresAt) },
    [TTL_ATTRIBUTE]: { N: String(Math.ceil(expiresAt / 1000)) },
  };
}

function answerOf({ answer, by, answeredAt }: Item): ApprovalAnswer | null {
  const kind = answer?.S;
  if (kind !== 'approved' && kind !== 'rejected') return null;
  return { kind, by: by?.S ?? '', at: Number(answeredAt?.N) };
}

/** Approvals that state machines wait for, in the history's DynamoDB table: one item each, which time to live removes. */
export function createDynamoDbApprovalStore(client: DynamoDBClient, tableName: string): ApprovalStore {
  const TableName = tableName;
  return {
    ask: (asked) =>
      guarded(async () => void (await client.send(new PutItemCommand({ TableName, Item: itemOf(asked) })))),

    asked: (run, now) =>
      guarded(async () => {
        const { Item } = await client.send(new GetItemCommand({ TableName, Key: keyOf(run), ConsistentRead: true }));
        const [hash, token, expiresAt] = [Item?.hash?.S, Item?.token?.S, Number(Item?.expiresAt?.N)];
        // Time to live removes items late.
        if (Item === undefined || hash === undefined || token === undefined || !(now < expiresAt)) return null;
        return { run, hash, token, expiresAt, answer: answerOf(Item) };
      }),

    remember: (asked, { kind, by, at }) =>
      guarded(async () => {
        const Item = { ...itemOf(asked), answer: { S: kind }, by: { S: by }, answeredAt: { N: String(at) } };
        try {
          await client.send(
            new PutItemCommand({
              TableName,
              Item,
              ConditionExpression: '#token = :token',
              ExpressionAttributeNames: { '#token': 'token' },
              ExpressionAttributeValues: { ':token': { S: asked.token } },
            }),
          );
        } catch (error) {
          if (!failedCondition(error)) throw error;
        }
      }),
  };
}
