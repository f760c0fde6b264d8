import type { BrokerConnection } from '../connection/broker-connection.ts';
import type { BrokerPool } from '../connection/broker-pool.ts';
import { COORDINATOR_NOT_AVAILABLE, NONE } from '../kafka-error-code.ts';
import { FIND_COORDINATOR, FIND_MANY_FROM, type FoundCoordinator } from '../wire/find-coordinator.ts';
import { askAny } from './ask-any.ts';
import { chunksOf } from './chunks-of.ts';
import type { CoordinatorCache } from './coordinator-cache.ts';
import type { Reply } from './routed-read.ts';

/** Groups per FindCoordinator request. */
const FIND_AT_ONCE = 2_000;

/**
 * Node ids of the groups' coordinators, in the order of the groups. Looks up only those that are not in `coordinators`.
 *
 * @throws BrokerFailure, AuthenticationError
 */
export async function findCoordinators(
  pool: BrokerPool,
  coordinators: CoordinatorCache,
  groups: readonly string[],
): Promise<readonly Reply<number>[]> {
  const unknown = groups.filter((group) => !coordinators.has(group));
  const errors = new Map<string, number>();
  if (unknown.length > 0) {
    const found = await askAny(pool, (connection) => findAll(connection, unknown));
    for (const { group, nodeId, error } of found) {
      if (error === NONE) coordinators.set(group, nodeId);
      else errors.set(group, error);
    }
  }
  return groups.map((group): Reply<number> => {
    const nodeId = coordinators.get(group);
    if (nodeId !== undefined) return { kind: 'value', value: nodeId };
    return { kind: 'refused', error: errors.get(group) ?? COORDINATOR_NOT_AVAILABLE };
  });
}

async function findAll(connection: BrokerConnection, groups: readonly string[]): Promise<readonly FoundCoordinator[]> {
  const atOnce = (connection.version(FIND_COORDINATOR) ?? 0) >= FIND_MANY_FROM ? FIND_AT_ONCE : 1;
  const answers = await Promise.all(
    chunksOf(groups, atOnce).map(async (chunk) => {
      const found = await connection.send(FIND_COORDINATOR, { groups: chunk });
      return atOnce === 1 ? found.map((one) => ({ ...one, group: chunk[0] ?? '' })) : found;
    }),
  );
  return answers.flat();
}
