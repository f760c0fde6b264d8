import type { BrokerNode } from '../../../domain/model/cluster.ts';
import { BrokerConnection, type ConnectionSettings } from './broker-connection.ts';
import { BrokerFailure } from './broker-failure.ts';
import { firstToOpen } from './first-to-open.ts';
import { printAddress, type ServerAddress } from './server-address.ts';

/** Node id under which to count requests to a seed whose address is in no broker's metadata. */
export const UNKNOWN_NODE = -1;

/**
 * How long not to use a broker after a failure that is likely to last. An audit then waits for the broker only once.
 */
const LEAVE_ALONE_MS = 30_000;
/** The same after a refused or broken connection, because a restarted broker is soon back. */
const RETRY_SOON_MS = 250;

interface Slot {
  readonly address: ServerAddress;
  opening: Promise<BrokerConnection> | undefined;
  live: BrokerConnection | undefined;
  failure: Error | undefined;
  failures: number;
  retryAt: number;
  sent: number;
}

/** One connection per broker address and lane. Opened at the first request, and again after a failure that may pass. */
export class BrokerPool {
  readonly #settings: ConnectionSettings;
  readonly #seeds: readonly ServerAddress[];
  readonly #slots = new Map<string, Slot>();
  #nodes: ReadonlyMap<number, BrokerNode> = new Map();

  constructor(seeds: readonly ServerAddress[], settings: ConnectionSettings) {
    this.#seeds = seeds;
    this.#settings = settings;
  }

  /** Adds the brokers that metadata names. */
  learn(brokers: readonly BrokerNode[]): void {
    this.#nodes = new Map(brokers.map((broker) => [broker.nodeId, broker]));
  }

  /**
   * @param lane a number from 0; each lane has its own connection, because a broker answers the requests of a
   * connection one after another
   * @throws BrokerFailure, AuthenticationError
   */
  async broker(nodeId: number, lane = 0): Promise<BrokerConnection> {
    const node = this.#nodes.get(nodeId);
    if (node === undefined) throw new BrokerFailure('NO_BROKERS', `broker ${nodeId} is not in the cluster's metadata`);
    return this.#open(this.#slot(node, lane));
  }

  /**
   * Any broker: a connected one if there is one, else the first that answers. It tries all known brokers and the seeds
   * in turn.
   *
   * @param excluded addresses that have already failed at this request
   * @throws BrokerFailure, AuthenticationError
   */
  async any(excluded: ReadonlySet<string>): Promise<BrokerConnection> {
    const slots = [...this.#nodes.values(), ...this.#seeds].map((address) => this.#slot(address));
    const candidates = [...new Set(slots)].filter((slot) => !excluded.has(printAddress(slot.address)));
    for (const { live } of candidates) if (live !== undefined && live.failure === undefined) return live;
    return firstToOpen(
      candidates.map((slot) => () => this.#open(slot)),
      this.#settings.deadline,
    );
  }

  /** Addresses of all brokers and seeds. */
  get addresses(): readonly string[] {
    return [...new Set([...this.#nodes.values(), ...this.#seeds].map(printAddress))];
  }

  requestsSent(): ReadonlyMap<number, number> {
    const nodeIds = new Map([...this.#nodes.values()].map((node) => [printAddress(node), node.nodeId]));
    const sent = new Map<number, number>();
    for (const slot of this.#slots.values()) {
      const nodeId = nodeIds.get(printAddress(slot.address)) ?? UNKNOWN_NODE;
      if (slot.sent > 0) sent.set(nodeId, (sent.get(nodeId) ?? 0) + slot.sent);
    }
    return sent;
  }

  #slot(address: ServerAddress, lane = 0): Slot {
    const key = lane === 0 ? printAddress(address) : `${printAddress(address)} ${lane}`;
    let slot = this.#slots.get(key);
    if (slot === undefined) {
      const { host, port } = address;
      slot = {
        address: { host, port },
        opening: undefined,
        live: undefined,
        failure: undefined,
        failures: 0,
        retryAt: 0,
        sent: 0,
      };
      this.#slots.set(key, slot);
    }
    return slot;
  }

  async #open(slot: Slot): Promise<BrokerConnection> {
    if (slot.live !== undefined) {
      if (slot.live.failure === undefined) return slot.live;
      noteFailure(slot, slot.live.failure);
      slot.live = undefined;
    }
    if (slot.opening !== undefined) return slot.opening;
    if (slot.failure !== undefined && Date.now() < slot.retryAt) throw slot.failure;
    slot.opening = this.#connect(slot);
    try {
      return await slot.opening;
    } finally {
      slot.opening = undefined;
    }
  }

  async #connect(slot: Slot): Promise<BrokerConnection> {
    try {
      const connection = await BrokerConnection.open(slot.address, this.#settings, () => slot.sent++);
      slot.live = connection;
      return connection;
    } catch (error) {
      if (error instanceof Error) noteFailure(slot, error);
      throw error;
    }
  }
}

function noteFailure(slot: Slot, failure: Error): void {
  slot.failure = failure;
  slot.failures++;
  if (!(failure instanceof BrokerFailure && failure.again)) slot.retryAt = Date.now() + LEAVE_ALONE_MS;
  // A connection that broke once is worth reopening at once: a load balancer may have closed it because it was idle.
  else if (failure.code === 'CONNECTION_CLOSED' && slot.failures === 1) slot.retryAt = 0;
  else slot.retryAt = Date.now() + RETRY_SOON_MS * Math.min(slot.failures, 8);
}
