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
 * Finds the coordinators of many groups that are written one by one. Lookups at the same time share one request. A
 * broker without `__consumer_offsets` creates it for this, as it must for the first commit anyway.
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
    if (reply === undefined) throw new Error('a lookup must answer for every group in it');
    return reply;
  }

  /** Looks up the coordinator and the brokers again next time: the coordinator may be a broker that joined since. */
  forget(group: string): void {
    this.#known.delete(group);
    this.#brokersKnown = false;
  }

  #startBatch(): Batch {
    const groups = new Set<string>();
    return { groups, found: this.#findAll(groups) };
  }

  async #findAll(groups: ReadonlySet<string>): Promise<ReadonlyMap<string, Reply<number>>> {
    // Waits a turn, so that a caller that writes many groups at once can request all of them first.
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
