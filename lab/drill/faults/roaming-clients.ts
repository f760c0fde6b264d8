import { waitUntil } from '../../wait-until.ts';
import { LiveGroup, LiveProducer, type Reach } from '../failover/live-clients.ts';

export type Side = 'A' | 'B';

/** Real consumer groups and an application that writes, which are led from one cluster to the other. */
export class RoamingClients {
  /** `processed.source` is what they read on A in all rounds, `processed.target` on B in this one. */
  readonly groups = Array.from({ length: 4 }, (_, i) => new LiveGroup(`live-${i}`));
  readonly #topics: readonly string[];
  readonly #reach: (side: Side) => Reach;
  readonly #producers: LiveProducer[] = [];
  #at: Side | null = null;
  /** A hook that was started by a process that died may still run when the next one starts it again. */
  #queue: Promise<unknown> = Promise.resolve();

  constructor(topics: readonly string[], reach: (side: Side) => Reach) {
    this.#topics = topics;
    this.#reach = reach;
  }

  /** Records that a cluster has acknowledged. */
  get acknowledged(): readonly string[] {
    return this.#producers.flatMap(({ acknowledged }) => acknowledged);
  }

  /** Ends consumers if they are there: late, or a second time, it does nothing. */
  async stopGroupsOn(side: Side): Promise<void> {
    await this.#inTurn(async () => {
      if (this.#at === side) await this.#stopGroups();
    });
  }

  /** Starts all clients where they have to be; those that are there stay as they are. */
  async leadTo(side: Side, writes: boolean): Promise<void> {
    await this.#inTurn(async () => {
      if (this.#at === side) return;
      await Promise.all([this.#stopGroups(), this.#stopProducer()]);
      const [role, reach] = [side === 'A' ? 'source' : 'target', this.#reach(side)] as const;
      await Promise.all(this.groups.map((group) => group.start(role, reach, this.#topics)));
      this.#at = side;
      if (!writes) return;
      const producer = new LiveProducer(`${side}${this.#producers.length}`);
      this.#producers.push(producer);
      await producer.start(reach, this.#topics);
    });
  }

  /** Waits until the application has written some more records. */
  async written(records: number): Promise<void> {
    const enough = this.acknowledged.length + records;
    await waitUntil('the application to write', () => this.acknowledged.length >= enough, {
      deadlineMs: 120_000,
      explain: () => `${this.acknowledged.length} of ${enough} records`,
    });
  }

  async stopProducer(): Promise<void> {
    await this.#inTurn(() => this.#stopProducer());
  }

  async stop(): Promise<void> {
    await this.#inTurn(async () => void (await Promise.all([this.#stopGroups(), this.#stopProducer()])));
  }

  async #stopGroups(): Promise<void> {
    this.#at = null;
    await Promise.all(this.groups.map((group) => group.stop()));
  }

  async #stopProducer(): Promise<void> {
    await this.#producers.at(-1)?.stop();
  }

  async #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#queue.then(work);
    this.#queue = turn.catch(() => undefined);
    await turn;
  }
}
