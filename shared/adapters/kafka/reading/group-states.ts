import type { GroupListing } from '../../../domain/model/cluster.ts';
import type { BrokerConnection } from '../connection/broker-connection.ts';
import { NONE } from '../kafka-error-code.ts';
import { CONSUMER_GROUP_DESCRIBE } from '../wire/consumer-group-describe.ts';
import { DESCRIBE_GROUPS, type DescribedGroup } from '../wire/describe-groups.ts';
import type { ListedGroup } from '../wire/list-groups.ts';

/** Groups per describe request. An answer holds every member of the groups, and there may be many. */
const DESCRIBE_AT_ONCE = 100;

/**
 * States and types of listed groups. ListGroups has the states from version 4 (2.6) and the types from version 5 (3.8).
 * For older brokers, this asks each group's coordinator to describe it: the broker that listed the group.
 */
export async function withStates(
  connection: BrokerConnection,
  listed: readonly ListedGroup[],
): Promise<readonly GroupListing[]> {
  // A broker that does not know the new protocol has classic groups only.
  const classicOnly = connection.version(CONSUMER_GROUP_DESCRIBE) === null;
  const unstated = listed.filter(({ state }) => state === null).map(({ group }) => group);
  const described = await describe(connection, DESCRIBE_GROUPS, unstated);
  // Described as classic, a group of the new protocol is "Dead" or does not exist.
  const doubtful = unstated.filter((group) => !isClassic(described.get(group)));
  const consumers = classicOnly ? new Map() : await describe(connection, CONSUMER_GROUP_DESCRIBE, doubtful);
  return listed.map(({ group, protocolType, state, type }) => {
    if (state !== null) {
      return { group, protocolType, state, type: typeOf(type ?? (classicOnly ? 'classic' : 'unknown')) };
    }
    const classic = described.get(group);
    if (classic !== undefined && isClassic(classic)) {
      return { group, protocolType, state: classic.state, type: 'classic' };
    }
    const consumer = consumers.get(group);
    if (consumer?.error === NONE) return { group, protocolType, state: consumer.state, type: 'consumer' };
    return { group, protocolType, state: 'Unknown', type: 'unknown' };
  });
}

/** If a coordinator says "Dead" for a group that it has just listed, it does not know the group as classic. */
function isClassic(described: DescribedGroup | undefined): boolean {
  return described?.error === NONE && described.state !== 'Dead' && described.state !== '';
}

async function describe(
  connection: BrokerConnection,
  api: typeof DESCRIBE_GROUPS | typeof CONSUMER_GROUP_DESCRIBE,
  groups: readonly string[],
): Promise<Map<string, DescribedGroup>> {
  const chunks: string[][] = [];
  for (let i = 0; i < groups.length; i += DESCRIBE_AT_ONCE) chunks.push(groups.slice(i, i + DESCRIBE_AT_ONCE));
  const answers = await Promise.all(chunks.map((chunk) => connection.send(api, { groups: chunk })));
  return new Map(answers.flat().map((described) => [described.group, described]));
}

function typeOf(type: string): GroupListing['type'] {
  switch (type.toLowerCase()) {
    case 'classic':
      return 'classic';
    case 'consumer':
      return 'consumer';
    case 'share':
      return 'share';
    case 'streams':
      return 'streams';
    default:
      return 'unknown';
  }
}
