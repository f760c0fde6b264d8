import type { PartitionEpoch } from '../../../domain/model/cluster.ts';
import type { Outcome } from '../../../domain/model/outcome.ts';
import { PartitionMap } from '../../../domain/model/partition-map.ts';
import { partitionName } from '../../../domain/model/topic-partition.ts';
import { NONE } from '../kafka-error-code.ts';
import { type EpochEnd, OFFSET_FOR_LEADER_EPOCH } from '../wire/offset-for-leader-epoch.ts';
import { routeToLeaders } from './leader-route.ts';
import { LEFT_OUT, NO_LOG } from './read-offsets.ts';
import { type Reply, type RoutedReadContext, readRouted } from './routed-read.ts';
import { describePermission, type Topology } from './topology.ts';

/** Where the records of leader epochs end in the present logs. Takes one request per leader. */
export function readEpochEnds(
  context: RoutedReadContext,
  topology: Topology,
  epochs: readonly PartitionEpoch[],
): Promise<Outcome<bigint | null>[]> {
  return readRouted<PartitionEpoch, bigint | null>(context, {
    items: epochs,
    what: ({ topic, partition }) => `leader epoch of ${partitionName(topic, partition)}`,
    permission: describePermission,
    route: (items, attempt) => routeToLeaders(topology, items, attempt),
    ask: async (connection, items) => {
      if (connection.version(OFFSET_FOR_LEADER_EPOCH) === null) return items.map(() => UNKNOWN);
      const ends = new PartitionMap<EpochEnd>();
      for (const end of await connection.send(OFFSET_FOR_LEADER_EPOCH, items)) ends.set(end.topic, end.partition, end);
      return items.map(({ topic, partition }): Reply<bigint | null> => {
        const end = ends.get(topic, partition);
        if (end === undefined) return LEFT_OUT;
        if (end.error !== NONE) return { kind: 'refused', error: end.error };
        if (end.endOffset < -1n) return NO_LOG;
        return end.endOffset < 0n ? UNKNOWN : { kind: 'value', value: end.endOffset };
      });
    },
  });
}

const UNKNOWN: Reply<null> = { kind: 'value', value: null };
