import { AuthorizationError, ClusterUnreachableError, TidemarkError } from '../../../shared/domain/model/errors.ts';
import type { Outcome } from '../../../shared/domain/model/outcome.ts';
import { read } from '../../../shared/domain/model/outcome.ts';
import type { FlowReport, GroupReport, PartitionReport } from '../../../shared/domain/model/report.ts';
import type { FailoverWorld } from '../../../shared/failover/step.ts';
import type {
  ClusterReader,
  Lever,
  MirrorControl,
  NameLookup,
  PlacedPosition,
  PlacementOptions,
  WriteFence,
} from '../../../shared/ports.ts';

export const FLOW = { source: 'A', target: 'B' };
/** Far in the future: DynamoDB Local removes what expired by the clock of this machine. */
export const NOW = Date.UTC(2096, 10, 22, 6);

/** A process that was killed records nothing more. */
export class Killed extends Error {}

/** What a failover changes: at the beginning, and after an undo, all of it is false. */
export interface Effects {
  fence: boolean;
  mirror: boolean;
  consumers: boolean;
  positions: boolean;
  name: boolean;
  cut: boolean;
}

export const UNTOUCHED: Effects = {
  fence: false,
  mirror: false,
  consumers: false,
  positions: false,
  name: false,
  cut: false,
};

/** Called before and after each piece of work on the world, and each entry of the store. It throws to inject a fault. */
export type Hazard = (what: string, when: 'before' | 'after') => void;

/** A world whose levers are flags. A write to the source, and a write by MM2, move real counters. */
export class FakeWorld {
  effects: Effects = { ...UNTOUCHED };
  /** Work in the order in which it was done. */
  readonly done: string[] = [];
  hazard: Hazard = () => undefined;
  now = NOW;
  sourceDown = false;
  sourceEnd = 100n;
  mirrored = 100n;
  /** Someone writes to the source at every look, fence or not. */
  leaks = false;
  /** The first ACL on a topic shuts everybody out, also those who only read. */
  fenceEndsReads = false;
  /** Applications write to the target, and their consumers have read it all at every look. */
  isBusy = false;
  /** From when on MirrorMaker is stopped, if it was asked to. */
  stopsAt = 0;
  /** From when on no task of it is left; null: nobody can say. */
  taskless: number | null = null;
  /** Where groups are on the target instead of where they were placed. */
  strayed: bigint | null = null;
  /** How the last plan was asked for. */
  planOptions: PlacementOptions | undefined = undefined;
  groups: string[] = ['billing', 'shipping'];
  mm2ClusterId = 'id-B';
  principals = 'User:app';
  /** The one topic of the flow. */
  topic = 'orders';
  targetTopic = 'A.orders';
  lookup: NameLookup | null = null;

  async work(what: keyof Effects, value: boolean): Promise<void> {
    const name = `${what}=${value}`;
    this.hazard(name, 'before');
    this.effects[what] = value;
    this.done.push(name);
    this.hazard(name, 'after');
  }

  world(): FailoverWorld {
    return {
      flow: FLOW as FailoverWorld['flow'],
      clock: {
        now: () => this.now,
        pause: async (ms) => {
          // Those who wait at the same time wait once.
          const until = this.now + ms;
          await Promise.resolve();
          this.now = Math.max(this.now, until);
          if (this.leaks) this.sourceEnd++;
          if (!this.effects.mirror && !this.sourceDown) this.mirrored = this.sourceEnd;
        },
      },
      audit: async () => this.report(),
      reader: (role) => this.reader(role),
      groups: {
        plan: async (_, options) => {
          this.planOptions = options;
          return { kind: 'planned', plan: 'plan-1', hash: 'h', readAt: this.now, positions: this.positions() };
        },
        apply: async () => {
          this.strayed = null;
          await this.work('positions', true);
          return { kind: 'complete', positions: this.groups.length };
        },
        undo: async () => {
          await this.work('positions', false);
          return { kind: 'complete', positions: this.groups.length };
        },
        positions: async () => this.positions(),
      },
      mirror: this.mirror(),
      fence: this.fence(),
      canary: {
        describe: () => 'tries one write as an ordinary application',
        tryWrite: async () =>
          this.effects.fence ? { kind: 'refused', error: 'TOPIC_AUTHORIZATION_FAILED' } : { kind: 'accepted' },
      },
      stopConsumers: this.lever('consumers'),
      name: this.lever('name'),
      lookup: this.lookup,
      cutter: this.lever('cut'),
      rpoRecords: 0n,
      rtoSeconds: 300,
      patience: {
        stillMs: 1_000,
        drainMs: 5_000,
        deadStopMs: 2_000,
        nameMs: 1_000,
        activeMs: 1_000,
        readMs: 1_000,
        pollMs: 500,
      },
    };
  }

  lever(what: keyof Effects): Lever {
    return {
      describe: () => [`moves ${what}`],
      isInEffect: async () => this.effects[what],
      apply: () => this.work(what, true),
      putBack: () => this.work(what, false),
    };
  }

  mirror(): MirrorControl {
    const ends = async () => [{ topic: this.topic, partition: 0, lastMirrored: this.mirrored - 1n }];
    const isInEffect = async () => this.effects.mirror && this.now >= this.stopsAt;
    const hasTasks = async () => (this.taskless === null ? null : !this.effects.mirror || this.now < this.taskless);
    return { ...this.lever('mirror'), isInEffect, ends, hasTasks };
  }

  fence(): WriteFence {
    return {
      describe: (topics) => [`denies Write on ${topics.join(', ')} to ${this.principals}`],
      prepare: async (topics) => ({ topics: [...topics] }),
      isUp: async () => this.effects.fence,
      raise: () => this.work('fence', true),
      lift: () => this.work('fence', false),
    };
  }

  positions(): PlacedPosition[] {
    return this.groups.map((group) => ({
      group,
      topic: this.targetTopic,
      partition: 0,
      committed: 40n,
      from: 7n,
      to: 40n,
      rereadAtMost: 2n,
      skipAtMost: 0n,
      proof: 'exact',
      reason: null,
    }));
  }

  report(): FlowReport {
    const waiting = this.sourceEnd - this.mirrored;
    const lag = this.sourceDown
      ? ({ kind: 'unknown', reason: 'A does not answer' } as const)
      : ({ kind: 'known', records: waiting, basis: 'proven' } as const);
    const loss = lag.kind === 'known' ? ({ ...lag, seconds: 0 } as const) : lag;
    const partition: PartitionReport = {
      topic: this.topic,
      targetTopic: this.targetTopic,
      partition: 0,
      sourceStart: 0n,
      sourceEnd: this.sourceEnd,
      targetStart: 0n,
      targetEnd: this.mirrored,
      replicatedTo: this.mirrored,
      lag,
      missing: 0n,
    };
    const known = { kind: 'known', position: 40n, high: 40n, proof: 'exact', reason: null } as const;
    const groups = this.groups.map((group): GroupReport => {
      const tidemark = { ...known, rereadAtMost: 2n, skipAtMost: 0n };
      const row = { group, topic: this.topic, partition: 0, committed: 40n, commitCheckedAt: this.now };
      return { ...row, mm2: { kind: 'none' }, tidemark };
    });
    const verdict = this.sourceDown ? 'unknown' : 'ready';
    const lists = { reasons: [], findings: [], suppressed: [], unread: [] };
    return { flow: 'A->B', verdict, loss, partitions: [partition], groups, snapshot: null, ...lists };
  }

  reader(role: 'source' | 'target'): ClusterReader {
    const requireUp = () => {
      if (role === 'source' && this.sourceDown)
        throw new TidemarkError('GONE', 'A does not answer', { retriable: true });
    };
    const log = (end: bigint) => read({ start: 0n, highWatermark: end, lastStableOffset: end });
    const reader = {
      alias: role === 'source' ? 'A' : 'B',
      metadata: async () => {
        if (role === 'source' && this.sourceDown) throw new ClusterUnreachableError('A', 'GONE', 'A does not answer');
        return { clusterId: role === 'source' ? 'id-A' : this.mm2ClusterId, brokers: [], topics: new Map() };
      },
      offsets: async (topics: readonly string[]) => {
        requireUp();
        if (role === 'source' && this.fenceEndsReads && this.effects.fence) {
          throw new AuthorizationError('A', [{ operation: 'Describe', resourceType: 'Topic', resourceName: 'orders' }]);
        }
        const end = role === 'source' ? this.sourceEnd : this.mirrored;
        return new Map(topics.map((topic): [string, Outcome<unknown>[]] => [topic, [log(end)]]));
      },
      commits: async (groups: readonly string[]) => {
        if (this.isBusy && this.effects.cut) this.mirrored += 10n;
        const placed = this.strayed ?? (this.effects.positions ? 40n : 7n);
        const offset = this.isBusy && this.effects.cut ? this.mirrored : placed;
        return new Map(groups.map((group) => [group, read([{ topic: this.targetTopic, partition: 0, offset }])]));
      },
      groups: async () => ({ groups: this.groups.map((group) => ({ group, state: 'Stable' })), unread: [] }),
      close: async () => undefined,
    };
    return reader as unknown as ClusterReader;
  }
}
