import { setImmediate } from 'node:timers/promises';
import type { BrokerPool } from '../connection/broker-pool.ts';
import type { CoordinatorCache } from '../reading/coordinator-cache.ts';
import { findCoordinators } from '../reading/find-coordinators.ts';
import type { Reply } from '../reading/routed-read.ts';
import type { Topology } from '../reading/topology.ts';

interface Batch {
  readonly groups: Set<string>;
  readonly found: Promise<ReadonlyMap<string, Reply<number>>>;
}

/**
 * Finds the coordinators of many groups that are written one by one: what is asked for at the same time goes into one
 * request. A broker that has no `__consumer_offsets` yet creates it for this, as it has to for the first commit.
 */
export class CoordinatorLookup {
  readonly #pool: BrokerPool;
  readonly #topology: Topology;
  readonly #known: CoordinatorCache = new Map();
  #brokersKnown = false;
  #next: Batch | undefined;

  constructor(pool: BrokerPool, topology: Topology) {
    this.#pool = pool;
    this.#topology = topology;
  }

  /** Node id of the group's coordinator. @throws ClusterUnreachableError, AuthenticationError, BrokerFailure */
  async find(group: string): Promise<Reply<number>> {
    const nodeId = this.#known.get(group);
    if (nodeId !== undefined) return { kind: 'value', value: nodeId };
    this.#next ??= this.#startBatch();
    const { groups, found } = this.#next;
    groups.add(group);
    const reply = (await found).get(group);
    if (reply === undefined) throw new Error('a lookup answers for every group of it');
    return reply;
  }

  /** Looks the coordinator up again next time, and the brokers with it: it may be one that joined meanwhile. */
  forget(group: string): void {
    this.#known.delete(group);
    this.#brokersKnown = false;
  }

  #startBatch(): Batch {
    const groups = new Set<string>();
    return { groups, found: this.#findAll(groups) };
  }

  async #findAll(groups: ReadonlySet<string>): Promise<ReadonlyMap<string, Reply<number>>> {
    // Whoever writes many groups at once asks for all of them before this goes on.
    await setImmediate();
    this.#next = undefined;
    if (!this.#brokersKnown) {
      await this.#topology.learnBrokers();
      this.#brokersKnown = true;
    }
    const asked = [...groups];
    const replies = await findCoordinators(this.#pool, this.#known, asked);
    return new Map(asked.flatMap((group, i) => (replies[i] === undefined ? [] : [[group, replies[i]] as const])));
  }
}
