import type { Permission } from '../../../domain/model/permission.ts';
import type { BrokerConnection } from '../connection/broker-connection.ts';
import { BrokerFailure } from '../connection/broker-failure.ts';
import { GROUP_AUTHORIZATION_FAILED, NONE, TOPIC_AUTHORIZATION_FAILED } from '../kafka-error-code.ts';
import { isWithout } from '../wire/authorized-operations.ts';
import { DESCRIBE_CLUSTER } from '../wire/describe-cluster.ts';
import { DESCRIBE_GROUPS } from '../wire/describe-groups.ts';
import { METADATA } from '../wire/metadata.ts';
import { askAny } from './ask-any.ts';
import { unauthorized, unreachable } from './read-failure.ts';
import type { RoutedReadContext } from './routed-read.ts';

/** A name that nothing uses: the permissions on it show what a wildcard or a prefix allows. */
export const UNUSED_NAME = 'tidemark-permission-probe';

/** Names per request, which keeps answers small. */
const NAMES_AT_ONCE = 500;

/**
 * Asks the cluster itself which of these permissions we lack. Kafka silently omits from its lists the topics and groups
 * that we may not describe. So a list alone never shows that something is missing from it.
 *
 * @throws AuthorizationError naming all missing ones, ClusterUnreachableError, AuthenticationError
 */
export async function requirePermissions(context: RoutedReadContext, needed: readonly Permission[]): Promise<void> {
  try {
    const denied = await Promise.all([
      deniedOf(needed, 'Cluster', (all) => deniedOnCluster(context, all)),
      deniedOf(needed, 'Topic', (all) => deniedOnTopics(context, all)),
      deniedOf(needed, 'Group', (all) => deniedOnGroups(context, all)),
    ]);
    if (denied.flat().length > 0) throw unauthorized(context.alias, denied.flat(), Number.POSITIVE_INFINITY);
  } catch (error) {
    throw error instanceof BrokerFailure ? unreachable(context.alias, error) : error;
  }
}

async function deniedOf(
  needed: readonly Permission[],
  resourceType: Permission['resourceType'],
  ask: (needed: readonly Permission[]) => Promise<readonly Permission[]>,
): Promise<readonly Permission[]> {
  const ofType = needed.filter((one) => one.resourceType === resourceType);
  return ofType.length === 0 ? [] : ask(ofType);
}

async function deniedOnCluster(context: RoutedReadContext, needed: readonly Permission[]): Promise<Permission[]> {
  const operations = await askAny(context.pool, async (connection) => {
    if (connection.version(DESCRIBE_CLUSTER) !== null)
      return (await connection.send(DESCRIBE_CLUSTER, null)).operations;
    // Brokers before 2.8 answer this in their metadata.
    return (await connection.send(METADATA, { topics: [], operations: true })).clusterOperations;
  });
  return isWithout(operations, 'Describe') ? [...needed] : [];
}

async function deniedOnTopics(context: RoutedReadContext, needed: readonly Permission[]): Promise<Permission[]> {
  const answers = await askByName(context, needed, async (connection, topics) =>
    (await connection.send(METADATA, { topics, operations: true })).topics.map(({ topic, error, operations }) => ({
      name: topic,
      hidden: error === TOPIC_AUTHORIZATION_FAILED,
      unreadable: isWithout(operations, 'Read'),
    })),
  );
  return needed.filter((one) => {
    const answer = answers.get(triedName(one));
    // Read implies Describe, so nothing that we may read is hidden from us.
    return answer !== undefined && (answer.hidden || (one.operation === 'Read' && answer.unreadable));
  });
}

async function deniedOnGroups(context: RoutedReadContext, needed: readonly Permission[]): Promise<Permission[]> {
  const answers = await askByName(context, needed, async (connection, groups) =>
    // Any broker checks permissions first and only then finds that it is not the coordinator. No broker creates
    // anything for this request.
    (await connection.send(DESCRIBE_GROUPS, { groups })).map(({ group, error }) => ({ name: group, error })),
  );
  return needed.filter((one) => (answers.get(triedName(one))?.error ?? NONE) === GROUP_AUTHORIZATION_FAILED);
}

async function askByName<T extends { readonly name: string }>(
  context: RoutedReadContext,
  needed: readonly Permission[],
  ask: (connection: BrokerConnection, names: readonly string[]) => Promise<readonly T[]>,
): Promise<ReadonlyMap<string, T>> {
  const names = [...new Set(needed.map(triedName))];
  const chunks: string[][] = [];
  for (let i = 0; i < names.length; i += NAMES_AT_ONCE) chunks.push(names.slice(i, i + NAMES_AT_ONCE));
  const answers = await Promise.all(
    chunks.map((chunk) => askAny(context.pool, (connection) => ask(connection, chunk))),
  );
  return new Map(answers.flat().map((answer) => [answer.name, answer]));
}

/** The name to try a permission on. A pattern that ends in a star needs a name that begins with its prefix. */
function triedName({ resourceName }: Permission): string {
  return resourceName.endsWith('*') ? `${resourceName.slice(0, -1)}${UNUSED_NAME}` : resourceName;
}
