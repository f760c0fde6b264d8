import type { DynamoDBClient, TransactWriteItem } from '@aws-sdk/client-dynamodb';

const ITEM_ACTIONS = {
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
};

/** The IAM actions that the client's requests need from now on. The set grows. */
export function askedActions(client: DynamoDBClient): ReadonlySet<string> {
  const asked = new Set<string>();
  client.middlewareStack.add(
    (next, context) => (request) => {
      for (const action of actionsOf(String(context.commandName), request.input)) asked.add(`dynamodb:${action}`);
      return next(request);
    },
    { step: 'initialize' },
  );
  return asked;
}

/** The IAM actions that a request needs; for a transaction, those of its parts. */
function actionsOf(command: string, input: object): readonly string[] {
  if (command !== 'TransactWriteItemsCommand') return [command.replace(/Command$/, '')];
  const { TransactItems = [] } = input as { TransactItems?: readonly TransactWriteItem[] };
  return TransactItems.flatMap((item) =>
    Object.entries(ITEM_ACTIONS).flatMap(([part, action]) => (part in item ? [action] : [])),
  );
}
