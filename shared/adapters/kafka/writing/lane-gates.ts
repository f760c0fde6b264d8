/**
 * Connections to each broker. On one connection, a broker answers requests one after another, and a commit waits for
 * its log.
 */
const LANES = 4;

interface Node {
  /** Requests in flight by lane. */
  readonly busy: number[];
  readonly waiting: (() => void)[];
}

/**
 * Limits the requests that a broker has at once, and spreads them over its connections. Waiting requests have not been
 * sent.
 */
export class LaneGates {
  readonly #inFlight: number;
  readonly #nodes = new Map<number, Node>();

  /** @param inFlight the most requests in flight on one connection */
  constructor(inFlight: number) {
    this.#inFlight = inFlight;
  }

  /** Runs the work when a lane is free, and passes it the lane: which connection to use. */
  async run<T>(nodeId: number, work: (lane: number) => Promise<T>): Promise<T> {
    const node = this.#node(nodeId);
    while (Math.min(...node.busy) >= this.#inFlight) {
      await new Promise<void>((resolve) => node.waiting.push(resolve));
    }
    const lane = node.busy.indexOf(Math.min(...node.busy));
    node.busy[lane] = (node.busy[lane] ?? 0) + 1;
    try {
      return await work(lane);
    } finally {
      node.busy[lane] = (node.busy[lane] ?? 1) - 1;
      node.waiting.shift()?.();
    }
  }

  #node(nodeId: number): Node {
    let node = this.#nodes.get(nodeId);
    if (node === undefined) {
      node = { busy: new Array<number>(LANES).fill(0), waiting: [] };
      this.#nodes.set(nodeId, node);
    }
    return node;
  }
}
