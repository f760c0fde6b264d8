import { describe, expect, test } from '@jest/globals';
import { heartbeatRecord } from '../../../lab/simulation/mirror-records.ts';
import { DEFAULT_AUDIT_POLICY } from '../../../shared/domain/judge/audit-policy.ts';
import { livenessOf } from '../../../shared/domain/judge/liveness.ts';
import { ClusterUnreachableError } from '../../../shared/domain/model/errors.ts';
import type { ClusterReader } from '../../../shared/ports.ts';
import { FlowMemory } from '../../../shared/survey/flow-memory.ts';
import { withMirrorClock } from '../../../shared/survey/mirror-clock.ts';
import { readHeartbeat } from '../../../shared/survey/read-mirror-topics.ts';
import { AT } from '../domain/judge/case-shapes.ts';
import { flowCase } from '../domain/judge/flow-case.ts';
import { flowFixture } from '../domain/model/flow-fixture.ts';

const TOPIC = 'A.heartbeats';
const SECOND = 1_000;

/** A world whose time passes only while somebody waits; MM2 writes a heartbeat a second until it dies. */
class World {
  /** True time, ms. */
  time = 1_700_000_000_000;
  diedAt = Number.POSITIVE_INFINITY;
  aheadMs = 0;
  /** The cluster answers no longer. */
  isDown = false;
  readonly memory = new FlowMemory();

  get clock() {
    return {
      now: () => this.time + this.aheadMs,
      pause: async (ms: number) => {
        this.time += ms;
      },
    };
  }

  get target(): ClusterReader {
    const newest = Math.floor(Math.min(this.time, this.diedAt) / SECOND) * SECOND;
    const offset = BigInt(newest / SECOND);
    const end = offset + 1n;
    const reader: Pick<ClusterReader, 'alias' | 'scan' | 'offsets' | 'metadata'> = {
      alias: 'B',
      metadata: async () => {
        if (this.isDown) throw new ClusterUnreachableError('B', 'UNREACHABLE', 'no broker answers');
        return this.metadata;
      },
      offsets: async () =>
        new Map([[TOPIC, [{ kind: 'read', value: { start: 0n, highWatermark: end, lastStableOffset: end } }]]]),
      scan: async (_, visit) => {
        visit({ offset, timestamp: BigInt(newest), headers: [], ...heartbeatRecord('A', newest) });
        return { kind: 'read', value: { start: 0n, end, next: end, bytes: 0 } };
      },
    };
    return reader as ClusterReader;
  }

  get metadata() {
    const topic = { topic: TOPIC, id: null, internal: false, leaders: [1], replicationFactor: 1 };
    return { clusterId: null, brokers: [], topics: new Map([[TOPIC, topic]]) };
  }

  /** What an audit now says of MM2, and how long it waited for that. */
  async audit(options: { readonly withPause?: boolean; readonly intervalMs?: number } = {}) {
    const { withPause = true, intervalMs = SECOND } = options;
    const flow = { emitHeartbeats: { enabled: true, intervalMs } };
    const began = this.time;
    const at = this.clock.now();
    // Each question is answered with what is there when it is asked.
    const questions: Pick<ClusterReader, 'alias' | 'scan' | 'offsets' | 'metadata'> = {
      alias: 'B',
      metadata: () => this.target.metadata(),
      offsets: (topics) => this.target.offsets(topics),
      scan: (request, visit) => this.target.scan(request, visit),
    };
    const target = questions as ClusterReader;
    const heartbeat = await readHeartbeat(
      flowFixture(flow),
      { kind: 'up', reader: target, metadata: this.metadata },
      at,
    );
    const { observation, states } = flowCase({ at, flow, partition: { connect: null, syncs: [] } });
    const seen = await withMirrorClock({ ...observation, heartbeat }, states, {
      target,
      memory: this.memory,
      policy: DEFAULT_AUDIT_POLICY,
      clock: withPause ? this.clock : { now: () => this.clock.now() },
    });
    return { state: livenessOf(seen, states, DEFAULT_AUDIT_POLICY).state, waitedMs: this.time - began };
  }
}

describe('whether MM2 is alive, whatever the clocks say', () => {
  test('clocks that agree cost nothing', async () => {
    expect(await new World().audit()).toEqual({ state: 'alive', waitedMs: 0 });
  });

  test('our clock is ahead: the next heartbeat shows it, and the audit after that knows', async () => {
    const world = new World();
    world.aheadMs = 45 * SECOND;
    const first = await world.audit();
    expect(first.state).toBe('alive');
    expect(first.waitedMs).toBeLessThanOrEqual(1_000);
    world.time += 60 * SECOND;
    expect(await world.audit()).toEqual({ state: 'alive', waitedMs: 0 });
  });

  test('MM2 is dead: no heartbeat comes', async () => {
    const world = new World();
    world.diedAt = world.time - 40 * SECOND;
    const { state, waitedMs } = await world.audit();
    expect(state).toBe('stopped');
    expect(waitedMs).toBeLessThanOrEqual(4_500);
    // The next audit does not wait again.
    world.time += 60 * SECOND;
    expect(await world.audit()).toEqual({ state: 'stopped', waitedMs: 0 });
  });

  test('our clock is ahead, and MM2 dies: its age counts from when it died', async () => {
    const world = new World();
    world.aheadMs = 45 * SECOND;
    await world.audit();
    world.diedAt = world.time;
    world.time += 10 * SECOND;
    expect((await world.audit()).state).toBe('alive');
    world.time += 10 * SECOND;
    expect((await world.audit()).state).toBe('stale');
    world.time += 20 * SECOND;
    expect((await world.audit()).state).toBe('stopped');
  });

  test('our clock is behind: a dead MM2 is noticed no later', async () => {
    const world = new World();
    world.aheadMs = -45 * SECOND;
    expect((await world.audit()).state).toBe('alive');
    world.diedAt = world.time;
    world.time += 32 * SECOND;
    expect((await world.audit()).state).toBe('stopped');
  });

  test('where time stands still, nobody waits', async () => {
    const world = new World();
    world.aheadMs = 45 * SECOND;
    expect(await world.audit({ withPause: false })).toEqual({ state: 'stopped', waitedMs: 0 });
  });

  test('heartbeats that are configured to be rare are not waited for', async () => {
    const world = new World();
    world.diedAt = world.time - 3_600 * SECOND;
    expect(await world.audit({ intervalMs: 60 * SECOND })).toEqual({ state: 'stopped', waitedMs: 0 });
  });

  test('the cluster dies meanwhile: what it said before counts', async () => {
    const world = new World();
    world.diedAt = world.time - 40 * SECOND;
    world.isDown = true;
    expect(await world.audit()).toEqual({ state: 'stopped', waitedMs: 500 });
  });
});

describe("MM2's other writes", () => {
  const clock = { now: () => AT };
  const policy = DEFAULT_AUDIT_POLICY;
  const target = new World().target;

  test('say nothing of heartbeats: another process may write those, with a clock of its own', async () => {
    const memory = new FlowMemory();
    const { observation, states } = flowCase({ heartbeat: { agoMs: 5_000 }, partition: { connectAgoMs: -100_000 } });
    const seen = await withMirrorClock(observation, states, { target, memory, policy, clock });
    expect(livenessOf(seen, states, policy).state).toBe('alive');
    expect(seen.clockAheadMs).toBe(0);
  });

  test('show the difference of the clocks where there are no heartbeats', async () => {
    const memory = new FlowMemory();
    const ago = async (at: number, connectAgoMs: number) => {
      const { observation, states } = flowCase({
        at,
        heartbeat: 'none',
        partition: { connectAgoMs, connect: 1_000n, syncedAgoMs: 3_600_000 },
      });
      const seen = await withMirrorClock(observation, states, { target, memory, policy, clock: { now: () => at } });
      return seen.clockAheadMs;
    };
    expect(await ago(AT, 300_000)).toBe(0);
    // Another write within 10 s.
    expect(await ago(AT + 10_000, 300_000)).toBe(290_000);
  });
});
