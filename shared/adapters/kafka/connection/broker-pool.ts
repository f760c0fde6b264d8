import type { BrokerNode } from '../../../domain/model/cluster.ts';
import { BrokerConnection, type ConnectionSettings } from './broker-connection.ts';
import { BrokerFailure } from './broker-failure.ts';
import { firstToOpen } from './first-to-open.ts';
import { printAddress, type ServerAddress } from './server-address.ts';

/** Node id under which requests are counted that went to a seed which no broker calls its address. */
export const UNKNOWN_NODE = -1;

/** How long a broker is left alone after a failure that is not likely to pass: long enough not to wait for it twice. */
const LEAVE_ALONE_MS = 30_000;
/** The same after a refused or broken connection, which a restarted broker mends soon. */
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

/** One connection per broker address and lane, opened when first needed and again after a failure that may pass. */
export class BrokerPool {
  readonly #settings: ConnectionSettings;
  readonly #seeds: readonly ServerAddress[];
  readonly #slots = new Map<string, Slot>();
  #nodes: ReadonlyMap<number, BrokerNode> = new Map();

  constructor(seeds: readonly ServerAddress[], settings: ConnectionSettings) {
    this.#seeds = seeds;
    this.#settings = settings;
  }

  /** Takes over the brokers that metadata names. */
  learn(brokers: readonly BrokerNode[]): void {
    this.#nodes = new Map(brokers.map((broker) => [broker.nodeId, broker]));
  }

  /**
   * @param lane a number from 0; each has a connection of its own, because a broker answers one request after the other
   *   on a connection
   * @throws BrokerFailure, AuthenticationError
   */
  async broker(nodeId: number, lane = 0): Promise<BrokerConnection> {
    const node = this.#nodes.get(nodeId);
    if (node === undefined) throw new BrokerFailure('NO_BROKERS', `broker ${nodeId} is not in the cluster's metadata`);
    return this.#open(this.#slot(node, lane));
  }

  /**
   * Any broker: one that is connected, else the first that answers of all known ones and the seeds, tried in turn.
   *
   * @param excluded addresses that already failed at what is wanted
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
  // A connection that broke once, such as an idle one that a load balancer closed, is worth opening again at once.
  else if (failure.code === 'CONNECTION_CLOSED' && slot.failures === 1) slot.retryAt = 0;
  else slot.retryAt = Date.now() + RETRY_SOON_MS * Math.min(slot.failures, 8);
}
