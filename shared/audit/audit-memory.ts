import type { KnownFlow } from '../domain/history/known-flow.ts';
import type { ObservedCheckpoint, ObservedConnectOffset } from '../domain/observation.ts';
import { PartitionMap } from '../domain/partition-map.ts';
import { TopicTail } from './topic-tail.ts';

/** What the audits of one flow leave to the next in the same process. It holds no record content. */
export class FlowMemory {
  /** Positions, mapping and topic ids as of the newest audit; where there is a history, it is the history's. */
  known: KnownFlow | null = null;
  readonly checkpoints = new TopicTail(() => new Map<string, PartitionMap<ObservedCheckpoint>>());
  readonly connectOffsets = new TopicTail(() => new PartitionMap<ObservedConnectOffset>());
}

/** What one audit leaves to the next in the same process, by flow. */
export class AuditMemory {
  readonly #flows = new Map<string, FlowMemory>();

  of(flow: string): FlowMemory {
    let memory = this.#flows.get(flow);
    if (memory === undefined) {
      memory = new FlowMemory();
      this.#flows.set(flow, memory);
    }
    return memory;
  }
}
