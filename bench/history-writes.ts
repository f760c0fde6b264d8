import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** What a DynamoDB client wrote since the last reset. */
export interface CountedWrites {
  readonly items: number;
  /** Bytes of the items that were put: names and values, as DynamoDB counts them. */
  readonly bytes: number;
  /** Write units that DynamoDB reports. */
  readonly units: number;
  reset(): void;
}

/** Counts at the client, so that the count includes everything the store writes. */
export function countWrites(client: DynamoDBClient): CountedWrites {
  const counted = {
    items: 0,
    bytes: 0,
    units: 0,
    reset() {
      Object.assign(counted, { items: 0, bytes: 0, units: 0 });
    },
  };
  client.middlewareStack.add(
    (next, context) => async (args) => {
      if (!/^(Put|Update|TransactWrite)Item/.test(context.commandName ?? '')) return await next(args);
      const input = args.input as object;
      const result = await next({ ...args, input: { ...input, ReturnConsumedCapacity: 'TOTAL' } as typeof args.input });
      const puts = putsOf(input);
      counted.items += 'TransactItems' in input && Array.isArray(input.TransactItems) ? input.TransactItems.length : 1;
      for (const item of puts) counted.bytes += sizeOf(item);
      const output = result.output as { ConsumedCapacity?: Capacity | Capacity[] };
      for (const capacity of [output.ConsumedCapacity ?? []].flat()) counted.units += capacity.CapacityUnits ?? 0;
      return result;
    },
    { step: 'initialize' },
  );
  return counted;
}

interface Capacity {
  readonly CapacityUnits?: number;
}

function putsOf(input: object): readonly unknown[] {
  if ('Item' in input) return [input.Item];
  if (!('TransactItems' in input) || !Array.isArray(input.TransactItems)) return [];
  return input.TransactItems.flatMap((part: { Put?: { Item?: unknown } }) =>
    part.Put?.Item === undefined ? [] : [part.Put.Item],
  );
}

/** Bytes of an item as DynamoDB counts them: names and values. */
export function sizeOf(item: unknown): number {
  let bytes = 0;
  for (const [name, value] of Object.entries(item ?? {})) {
    bytes += Buffer.byteLength(name);
    const content: unknown = Object.values(value ?? {})[0];
    if (content instanceof Uint8Array) bytes += content.length;
    else bytes += Buffer.byteLength(String(content));
  }
  return bytes;
}
