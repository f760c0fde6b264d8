import type { KnownFlow } from '../domain/history/known-flow.ts';
import type { ClockLooks } from '../domain/judge/clock-looks.ts';
import type { GroupCheckpoints } from '../domain/judge/group-checkpoints.ts';
import type { ConnectorPositions } from '../domain/mirror/connect-positions.ts';
import { PartitionMap } from '../domain/model/partition-map.ts';
import type { FlowClusters } from '../history/history-lineage.ts';
import { TopicTail } from './topic-tail.ts';

/** What one survey of a flow keeps for the next one in the same process. It holds no record content. */
export class FlowMemory {
  /** Positions, mapping and topic ids as of the newest audit; where there is a history, it is the history's. */
  known: KnownFlow | null;
  checkpoints = checkpointTail();
  connectOffsets = connectTail();

  /** What looks at the heartbeats, and at MM2's other writes, have shown of its clock and ours. */
  heartbeatLooks: ClockLooks | null = null;
  writeLooks: ClockLooks | null = null;

  /** The clusters that it is about, as far as they have answered. */
  #clusters: FlowClusters = { source: null, target: null };

  constructor(known: KnownFlow | null = null) {
    this.known = known;
  }

  /** Forgets everything if a cluster is another one than at the last survey. */
  begin({ source, target }: FlowClusters): void {
    const before = this.#clusters;
    const isOther = (now: string | null, then: string | null) => now !== null && then !== null && now !== then;
    if (isOther(source, before.source) || isOther(target, before.target)) {
      this.known = null;
      this.checkpoints = checkpointTail();
      this.connectOffsets = connectTail();
      this.heartbeatLooks = null;
      this.writeLooks = null;
      this.#clusters = { source, target };
    } else this.#clusters = { source: source ?? before.source, target: target ?? before.target };
  }
}

function checkpointTail() {
  return new TopicTail(() => new Map<string, GroupCheckpoints>());
}

function connectTail() {
  return new TopicTail((): ConnectorPositions => new PartitionMap());
}
