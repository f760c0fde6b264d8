import type { BrokerNode, GroupListing } from '../../../domain/model/cluster.ts';
import type { Outcome } from '../../../domain/model/outcome.ts';
import type { BrokerConnection } from '../connection/broker-connection.ts';
import { GROUP_AUTHORIZATION_FAILED, NONE } from '../kafka-error-code.ts';
import { isWithout } from '../wire/authorized-operations.ts';
import { DESCRIBE_CLUSTER } from '../wire/describe-cluster.ts';
import { DESCRIBE_GROUPS } from '../wire/describe-groups.ts';
import { LIST_GROUPS } from '../wire/list-groups.ts';
import { askAny } from './ask-any.ts';
import type { CoordinatorCache } from './coordinator-cache.ts';
import { withStates } from './group-states.ts';
import { unauthorized } from './read-failure.ts';
import { UNUSED_NAME } from './require-permissions.ts';
import { type Reply, type RoutedReadContext, readRouted } from './routed-read.ts';
import type { Topology } from './topology.ts';

export interface GroupsRead {
  readonly groups: readonly GroupListing[];
  readonly unread: readonly Outcome<never>[];
}

/** Every group of the cluster. Each broker lists the groups that it coordinates. */
export async function readGroups(
  context: RoutedReadContext,
  topology: Topology,
  coordinators: CoordinatorCache,
): Promise<GroupsRead> {
  const { brokers } = await topology.current();
  // A coordinator that is still loading lists what it has, together with an error.
  const partial = new Map<number, readonly GroupListing[]>();
  const outcomes = await readRouted(context, {
    items: brokers,
    what: ({ nodeId }: BrokerNode) => `groups of broker ${nodeId}`,
    permission: () => ({ operation: 'Describe', resourceType: 'Cluster', resourceName: 'kafka-cluster' }) as const,
    route: async (nodes) => nodes.map(({ nodeId }): Reply<number> => ({ kind: 'value', value: nodeId })),
    ask: async (connection, [node]): Promise<readonly Reply<readonly GroupListing[]>[]> => {
      const { error, groups } = await connection.send(LIST_GROUPS, null);
      const listings = await withStates(connection, groups);
      if (error === NONE) return [{ kind: 'value', value: listings }];
      if (node !== undefined) partial.set(node.nodeId, listings);
      return [{ kind: 'refused', error }];
    },
  });
  const groups = new Map<string, GroupListing>();
  const unread: Outcome<never>[] = [];
  for (const [i, { nodeId }] of brokers.entries()) {
    const outcome = outcomes[i];
    const listings = outcome?.kind === 'read' ? outcome.value : (partial.get(nodeId) ?? []);
    if (outcome?.kind === 'unread') unread.push(outcome);
    for (const listing of listings) {
      groups.set(listing.group, listing);
      coordinators.set(listing.group, nodeId);
    }
  }
  if (groups.size === 0 && unread.length === 0) await refuseIfBlind(context);
  return { groups: [...groups.values()], unread };
}

/**
 * Without Describe on the cluster, Kafka lists only the groups that we may describe, and does not mention the others.
 * This distinguishes an empty cluster from a missing permission.
 */
async function refuseIfBlind(context: RoutedReadContext): Promise<void> {
  const blind = await askAny(context.pool, async (connection: BrokerConnection) => {
    // Any broker checks permissions first and only then finds that it is not the coordinator. No broker creates
    // anything for this request.
    const [probe] = await connection.send(DESCRIBE_GROUPS, { groups: [UNUSED_NAME] });
    if (probe?.error !== GROUP_AUTHORIZATION_FAILED) return false;
    if (connection.version(DESCRIBE_CLUSTER) === null) return true;
    return isWithout((await connection.send(DESCRIBE_CLUSTER, null)).operations, 'Describe');
  });
  if (!blind) return;
  throw unauthorized(context.alias, [{ operation: 'Describe', resourceType: 'Group', resourceName: '*' }], 1);
}
