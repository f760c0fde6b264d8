import type { FlowReport } from '../../../shared/domain/model/report.ts';
import type { Join } from '../../../shared/domain/restore/join.ts';
import type { FailoverWorld } from '../../../shared/failover/step.ts';
import type { FailbackOrigin, Unmirrored } from '../../../shared/failover/way-back.ts';
import type {
  ClusterReader,
  MirrorControl,
  MirrorEnd,
  MirrorOffsets,
  MirrorPlace,
  WriteFence,
} from '../../../shared/ports.ts';
import { NO_FAILBACK_BEGUN } from './failback-origins.ts';
import { type Effects, FakeWorld, UNTOUCHED } from './failover-world.ts';

/** What a failback does to the world, step by step. */
export const FAILBACK_ORDER = [
  'place-offsets=79',
  'mirror=false',
  'fence=true',
  'mirror=true',
  'consumers=true',
  'positions=true',
  'place-forward-offsets=79',
  'targetFence=false',
  'name=true',
  'cut=true',
  'fence=false',
  'forwardRuns=true',
];

/** What a failback changes beside what a failover does. */
export interface BackEffects {
  targetFence: boolean;
  forwardRuns: boolean;
}

/** Where the failover left everything: the mirror of the way back is stopped, the fence of the failover stands. */
export const LED_AWAY: Effects = { ...UNTOUCHED, mirror: true };
export const LED_BACK: Effects = { ...LED_AWAY, consumers: true, positions: true, name: true, cut: true };

/** A world for failbacks: the source is where clients are now. */
export class FakeFailback extends FakeWorld {
  more: BackEffects = { targetFence: true, forwardRuns: false };
  origin: FailbackOrigin = NO_FAILBACK_BEGUN;
  reverse = new FakeOffsets(this, 'place-offsets');
  forward = new FakeOffsets(this, 'place-forward-offsets');
  unmirrored: Unmirrored = { lost: [], records: 0n, isOpen: false };
  targetPartitions = 1;
  targetId = 'T';
  sourceStart = 0n;
  dropsReplayed = false;
  /** What an audit says that the mirror will never mirror. */
  missing = 0n;
  away: readonly string[] = [];
  /** Where the last plan of positions was told that both directions join. */
  joins: readonly Join[] | undefined;
  replayed = 0;
  /** Where each read of a log began. */
  readonly scannedFrom: bigint[] = [];
  leftBefore: readonly MirrorEnd[] | null = null;
  /** Its mirror runs, and copies nothing. */
  isStuck = false;

  constructor() {
    super();
    this.effects = { ...LED_AWAY };
    // 80 records were mirrored, and 20 were written since.
    this.sourceEnd = 100n;
    this.mirrored = 60n;
  }

  override world(): FailoverWorld {
    const world = super.world();
    return {
      ...world,
      groups: {
        ...world.groups,
        plan: async (groups, options) => {
          this.joins = options?.joins;
          return await world.groups.plan(groups, options);
        },
      },
      flow: { source: 'B', target: 'A' } as FailoverWorld['flow'],
      clock: {
        ...world.clock,
        pause: async (ms) => {
          this.now += ms;
          if (this.leaks) this.sourceEnd++;
          if (!this.effects.mirror && !this.isStuck) this.mirrored = 60n + (this.sourceEnd - 80n);
        },
      },
      back: {
        origin: this.origin,
        offsets: this.reverse,
        forwardOffsets: this.forward,
        forwardMirror: this.forwardMirror(),
        targetFence: this.targetFence(),
        leftBefore: this.leftBefore,
        groupsAway: async () => this.away,
        unmirrored: async () => this.unmirrored,
      },
    };
  }

  async workBack(what: keyof BackEffects, value: boolean): Promise<void> {
    const name = `${what}=${value}`;
    this.hazard(name, 'before');
    this.more[what] = value;
    this.done.push(name);
    this.hazard(name, 'after');
  }

  forwardMirror(): MirrorControl {
    return {
      describe: () => ['stops the forward mirror'],
      isInEffect: async () => !this.more.forwardRuns,
      apply: () => this.workBack('forwardRuns', false),
      putBack: () => this.workBack('forwardRuns', true),
      ends: async () => [],
      hasTasks: async () => null,
    };
  }

  targetFence(): WriteFence {
    return {
      describe: () => [],
      prepare: async () => ({}),
      isUp: async () => this.more.targetFence,
      raise: () => this.workBack('targetFence', true),
      lift: () => this.workBack('targetFence', false),
    };
  }

  override report(): FlowReport {
    const report = super.report();
    const lag = { kind: 'known', records: this.sourceEnd - 80n - (this.mirrored - 60n), basis: 'proven' } as const;
    return {
      ...report,
      flow: 'B->A',
      partitions: report.partitions.map((one) => ({ ...one, lag, missing: this.missing })),
    };
  }

  override reader(role: 'source' | 'target'): ClusterReader {
    const reader = super.reader(role);
    const name = role === 'source' ? 'orders' : 'A.orders';
    const partitions = role === 'source' ? 1 : this.targetPartitions;
    const id = role === 'source' ? 'S' : this.targetId;
    return {
      ...reader,
      metadata: async () => ({
        ...(await reader.metadata()),
        topics: new Map([
          [
            name,
            {
              topic: name,
              id,
              internal: false,
              leaders: Array.from({ length: partitions }, () => 1),
              replicationFactor: 1,
            },
          ],
        ]),
      }),
      offsets: async (topics: readonly string[]) => {
        const found = await reader.offsets(topics, 'read_uncommitted');
        if (role === 'target')
          return new Map(
            [...found].map(([topic, [log]]) => [topic, Array.from({ length: partitions }, () => log ?? never())]),
          );
        return new Map(
          [...found].map(([topic, logs]) => [
            topic,
            logs.map((log) =>
              log.kind === 'read' ? { ...log, value: { ...log.value, start: this.sourceStart } } : log,
            ),
          ]),
        );
      },
      scan: async ({ from }, visit) => {
        this.scannedFrom.push(from);
        const header = { key: 'tidemark-replayed', value: Buffer.from('id-B/A.orders/0/57') };
        for (let i = 0; i < this.replayed; i++) {
          const offset = 85n + BigInt(i);
          if (offset >= from) visit({ offset, timestamp: 0n, key: null, value: null, headers: [header] });
        }
        return { kind: 'read', value: { start: 0n, end: this.sourceEnd, next: this.sourceEnd } } as never;
      },
    };
  }
}

/** A connector's offsets; one entry for each partition of `orders`. */
class FakeOffsets implements MirrorOffsets {
  at: bigint | null = null;
  topic: string;
  /** Accepts what it is given, and does not take it: as Connect does with an alias that it does not know. */
  isDeaf = false;
  readonly #world: FakeFailback;
  readonly #name: string;

  constructor(world: FakeFailback, name: string) {
    this.#world = world;
    this.#name = name;
    this.topic = name === 'place-offsets' ? 'orders' : 'A.orders';
  }

  describe = () => `the connector of ${this.#name}`;
  leavesOut = async () => this.#world.dropsReplayed;

  async read(): Promise<readonly MirrorEnd[]> {
    return this.at === null ? [] : [{ topic: this.topic, partition: 0, lastMirrored: this.at }];
  }

  async set(places: readonly MirrorPlace[]): Promise<void> {
    if (places.length === 0) return;
    this.#world.hazard(this.#name, 'before');
    if (!this.isDeaf) this.at = places[0]?.lastMirrored ?? null;
    this.#world.done.push(`${this.#name}=${this.at}`);
    this.#world.hazard(this.#name, 'after');
  }
}

function never(): never {
  throw new Error('a topic has a log');
}
