import type { KnownFlow } from '../domain/history/known-flow.ts';
import type { ClockLooks } from '../domain/judge/clock-looks.ts';
import type { ObservedCheckpoint } from '../domain/judge/observation.ts';
import type { ConnectorPositions } from '../domain/mirror/connect-positions.ts';
import { PartitionMap } from '../domain/model/partition-map.ts';
import { TopicTail } from './topic-tail.ts';

/** What one survey of a flow keeps for the next one in the same process. It holds no record content. */
export class FlowMemory {
  /** Positions, mapping and topic ids as of the newest audit; where there is a history, it is the history's. */
  known: KnownFlow | null;
  readonly checkpoints = new TopicTail(() => new Map<string, PartitionMap<ObservedCheckpoint>>());
  readonly connectOffsets = new TopicTail((): ConnectorPositions => new PartitionMap());

  /** What looks at the heartbeats, and at MM2's other writes, have shown of its clock and ours. */
  heartbeatLooks: ClockLooks | null = null;
  writeLooks: ClockLooks | null = null;

  constructor(known: KnownFlow | null = null) {
    this.known = known;
  }
}
