import type { CommittedOffset } from '../../../domain/model/cluster.ts';
import { type Outcome, read } from '../../../domain/model/outcome.ts';
import type { BrokerConnection } from '../connection/broker-connection.ts';
import { COORDINATOR_NOT_AVAILABLE, GROUP_ID_NOT_FOUND, NONE } from '../kafka-error-code.ts';
import { FETCH_MANY_FROM, type GroupOffsets, OFFSET_FETCH } from '../wire/offset-fetch.ts';
import { chunksOf } from './chunks-of.ts';
import type { CoordinatorCache } from './coordinator-cache.ts';
import { findCoordinators } from './find-coordinators.ts';
import { type Reply, type RoutedReadContext, readRouted } from './routed-read.ts';
import type { Topology } from './topology.ts';

/** Groups per OffsetFetch. In measurements, 50 to 250 groups were equally fast, and answers stayed below a few MB. */
const GROUPS_AT_ONCE = 250;

const OFFSETS_TOPIC = '__consumer_offsets';
const NO_COMMITS: readonly CommittedOffset[] = [];

/** Commits of many groups. A group that does not exist has none. */
export async function readCommits(
  context: RoutedReadContext,
  topology: Topology,
  coordinators: CoordinatorCache,
  groups: readonly string[],
): Promise<ReadonlyMap<string, Outcome<readonly CommittedOffset[]>>> {
  const items = [...new Set(groups)];
  const unplaced = items.some((group) => !coordinators.has(group));
  // FindCoordinator would create the topic, and an audit writes nothing.
  if (unplaced && (await topology.exists(OFFSETS_TOPIC)) === false) {
    return new Map(items.map((group) => [group, read(NO_COMMITS)]));
  }
  const outcomes = await readRouted(context, {
    items,
    what: (group: string) => `commits of group ${group}`,
    permission: (group) => ({ operation: 'Describe', resourceType: 'Group', resourceName: group }) as const,
    route: async (asked, attempt) => {
      if (attempt > 0) {
        for (const group of asked) coordinators.delete(group);
        // A coordinator may be a broker that joined since the last metadata.
        await topology.refresh([]);
      }
      return findCoordinators(context.pool, coordinators, asked);
    },
    ask: fetchCommits,
  });
  return new Map(
    items.flatMap((group, i) => {
      const outcome = outcomes[i];
      return outcome === undefined ? [] : [[group, outcome] as const];
    }),
  );
}

async function fetchCommits(
  connection: BrokerConnection,
  groups: readonly string[],
): Promise<readonly Reply<readonly CommittedOffset[]>[]> {
  const atOnce = (connection.version(OFFSET_FETCH) ?? 0) >= FETCH_MANY_FROM ? GROUPS_AT_ONCE : 1;
  const replies = new Map<string, Reply<readonly CommittedOffset[]>>();
  await Promise.all(
    chunksOf(groups, atOnce).map(async (chunk) => {
      for (const answer of await connection.send(OFFSET_FETCH, { groups: chunk })) {
        replies.set(atOnce === 1 ? (chunk[0] ?? '') : answer.group, replyOf(answer));
      }
    }),
  );
  return groups.map((group) => replies.get(group) ?? { kind: 'refused', error: COORDINATOR_NOT_AVAILABLE });
}

function replyOf({ error, offsets, failed }: GroupOffsets): Reply<readonly CommittedOffset[]> {
  // An entry that is listed as a group but is no consumer group (a share group, say) has no commits.
  if (error === GROUP_ID_NOT_FOUND) return { kind: 'value', value: NO_COMMITS };
  // A group is unknown if one of its partitions has no answer: half of its commits would look like all of them.
  const refusal = error !== NONE ? error : failed[0]?.error;
  return refusal === undefined ? { kind: 'value', value: offsets } : { kind: 'refused', error: refusal };
}
