import { FlowMemory } from '../survey/flow-memory.ts';

/** What an audit keeps in memory for the next one in the same process, by flow. */
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
