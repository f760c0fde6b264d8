import { FlowMemory } from '../survey/flow-memory.ts';

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
