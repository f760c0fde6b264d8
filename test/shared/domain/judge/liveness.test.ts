import { describe, expect, test } from '@jest/globals';
import { type Liveness, livenessOf } from '../../../../shared/domain/judge/liveness.ts';
import { peek, record } from './case-parts.ts';
import { AT, DAY, type FlowCase, HOUR, MINUTE, type PartitionCase, SECOND } from './case-shapes.ts';
import { flowCase } from './flow-case.ts';

function liveness(of: FlowCase): Liveness {
  const { observation, states, policy } = flowCase(of);
  return livenessOf(observation, states, policy);
}

const OTHER = 'offset sync or Connect offset';
const NOTHING = { lastSign: null, sign: null, steadySince: null } as const;

describe('where heartbeats reach the target', () => {
  test.each<[number, Liveness['state']]>([
    [0, 'alive'],
    [15_000, 'alive'],
    [15_001, 'stale'],
    [30_000, 'stale'],
    [30_001, 'stopped'],
    [90_000, 'stopped'],
    // Clocks differ.
    [-5_000, 'alive'],
  ])('the newest %s ms old: %s', (agoMs, state) => {
    const said = { state, lastSign: AT - agoMs, sign: 'heartbeat', steadySince: AT - DAY };
    expect(liveness({ heartbeat: { agoMs } })).toEqual(said);
  });

  test('the limits are those of the policy', () => {
    const policy = { heartbeatStaleMs: 4_000, mirrorStoppedMs: 8_000 };
    const states = [4_000, 4_001, 8_000, 8_001].map((agoMs) => liveness({ heartbeat: { agoMs }, policy }).state);
    expect(states).toEqual(['alive', 'stale', 'stale', 'stopped']);
  });

  test("MM2's own interval counts where it is the longer one: two are late, three are missing", () => {
    const flow = { emitHeartbeats: { enabled: true, intervalMs: MINUTE } };
    const of = (agoMs: number) => liveness({ heartbeat: { agoMs }, flow, partition: { connectAgoMs: HOUR } }).state;
    expect([2 * MINUTE, 2 * MINUTE + 1, 3 * MINUTE, 3 * MINUTE + 1].map(of)).toEqual([
      'alive',
      'stale',
      'stale',
      'stopped',
    ]);
  });

  test('since when without a pause, where one is known of', () => {
    expect(liveness({ heartbeat: { agoMs: SECOND, steadyForMs: MINUTE } }).steadySince).toBe(AT - MINUTE);
    expect(liveness({ heartbeat: { agoMs: SECOND, steadyForMs: null } }).steadySince).toBeNull();
  });

  test('late ones count for less than other writes of just now: another flow writes them', () => {
    const of = (connectAgoMs: number) => liveness({ heartbeat: { agoMs: MINUTE }, partition: { connectAgoMs } });
    expect(of(15_000)).toEqual({ state: 'alive', lastSign: AT - 15_000, sign: OTHER, steadySince: null });
    expect(of(30_000)).toMatchObject({ state: 'stopped', lastSign: AT - MINUTE, sign: 'heartbeat' });
    // A clock that is an hour and more ahead proves nothing.
    expect(of(-HOUR).state).toBe('alive');
    expect(of(-HOUR - 1).state).toBe('stopped');
  });

  test('late ones count for less than such writes even shortly after them', () => {
    const of = (agoMs: number, connectAgoMs: number) => liveness({ heartbeat: { agoMs }, partition: { connectAgoMs } });
    const alive = { state: 'alive', lastSign: AT - 15_000, sign: OTHER, steadySince: null };
    expect(of(20_000, 15_000)).toEqual(alive);
    expect(of(31_000, 15_000)).toEqual(alive);
    expect(of(20_000, 15_001)).toMatchObject({ state: 'stale', lastSign: AT - 20_000, sign: 'heartbeat' });
    expect(of(31_000, 15_001)).toMatchObject({ state: 'stopped', lastSign: AT - 31_000, sign: 'heartbeat' });
  });

  test('their age is by MM2’s clock, however far ours is ahead of it', () => {
    const { observation, states, policy } = flowCase({ heartbeat: { agoMs: 67 * SECOND } });
    expect(livenessOf(observation, states, policy).state).toBe('stopped');
    expect(livenessOf({ ...observation, clockAheadMs: MINUTE }, states, policy).state).toBe('alive');
  });

  test('late ones say nothing of a flow that wrote for long after them: it may rest, or a record waits', () => {
    const resting = (connectAgoMs: number) => liveness({ heartbeat: { agoMs: HOUR }, partition: { connectAgoMs } });
    expect(resting(MINUTE)).toEqual({ state: 'alive', lastSign: AT - MINUTE, sign: OTHER, steadySince: null });
    expect(resting(10 * MINUTE)).toMatchObject({ state: 'unknown', sign: OTHER });
    expect(resting(HOUR - 30_001).state).toBe('unknown');
    expect(resting(HOUR - 30_000)).toMatchObject({ state: 'stopped', sign: 'heartbeat' });
    const dead = liveness({
      heartbeat: { agoMs: HOUR },
      partition: waiting(PATIENCE + 1, { connectAgoMs: 10 * MINUTE, syncedAgoMs: HOUR }),
    });
    expect(dead).toMatchObject({ state: 'stopped', lastSign: AT - 10 * MINUTE, sign: OTHER });
  });

  test('those of just now count for more than other writes, as new as they may be', () => {
    const fresh = liveness({ heartbeat: { agoMs: SECOND }, partition: { connectAgoMs: 0 } });
    const byHeartbeat = { state: 'alive', lastSign: AT - SECOND, sign: 'heartbeat', steadySince: AT - DAY };
    expect(fresh).toEqual(byHeartbeat);
    const ahead = liveness({ heartbeat: { agoMs: SECOND }, partition: { connectAgoMs: -HOUR } });
    expect(ahead).toEqual(byHeartbeat);
  });

  test('those of just now count for more than other writes that are old', () => {
    expect(liveness({ heartbeat: { agoMs: SECOND }, partition: { connectAgoMs: DAY } }).state).toBe('alive');
  });
});

/** Half a minute's patience and Connect's flush interval of a minute. */
const PATIENCE = 90 * SECOND;
/** A record waits since `ago`. */
const waiting = (ago: number, more: PartitionCase = {}): PartitionCase => ({
  source: [0n, 1_101n],
  records: { waiting: { from: 1_001n, peek: peek(record(1_001n, AT - ago)) } },
  ...more,
});
const silent = (...partitions: PartitionCase[]): FlowCase => ({ heartbeat: 'none', partitions });

describe('without heartbeats', () => {
  test.each<[string, FlowCase, Liveness['state'], number | null]>([
    ['Connect committed within the patience', silent({ connectAgoMs: PATIENCE }), 'alive', PATIENCE],
    ['nothing waits, so that it has nothing to write', silent({ connectAgoMs: PATIENCE + 1 }), 'unknown', PATIENCE + 1],
    [
      'a record waits longer than the patience',
      silent(waiting(PATIENCE + 1, { connectAgoMs: HOUR, syncedAgoMs: HOUR })),
      'stopped',
      HOUR,
    ],
    [
      'a partition that waits cannot be read',
      silent({ source: 'unread', connectAgoMs: HOUR, syncedAgoMs: HOUR }),
      'unknown',
      HOUR,
    ],
    [
      'a record waits no longer than that',
      silent(waiting(PATIENCE, { connectAgoMs: HOUR, syncedAgoMs: HOUR })),
      'unknown',
      HOUR,
    ],
    [
      'one of two partitions waits',
      silent({ connectAgoMs: HOUR }, waiting(HOUR, { connectAgoMs: HOUR })),
      'stopped',
      HOUR,
    ],
    ['the newest write counts: a sync', silent({ syncedAgoMs: 5, connectAgoMs: HOUR }), 'alive', 5],
    ["the newest write counts: Connect's", silent({ syncedAgoMs: HOUR, connectAgoMs: 5 }), 'alive', 5],
    [
      'the newest of several partitions',
      silent({ connectAgoMs: HOUR }, { connectAgoMs: 5 }, { connectAgoMs: DAY }),
      'alive',
      5,
    ],
    ['syncs alone', silent({ syncedAgoMs: 5, connect: null }), 'alive', 5],
    ['Connect alone', silent({ syncs: [], connect: 1_000n, connectAgoMs: 5 }), 'alive', 5],
    [
      'pairs that comparing found are none of its writes',
      silent({
        connect: null,
        syncs: [
          [0n, 0n, { agoMs: HOUR }],
          [1_000n, 1_000n, { agoMs: 5, compared: true }],
        ],
      }),
      'unknown',
      HOUR,
    ],
    ['only compared pairs', silent({ connect: null, syncs: [[1_000n, 1_000n, { compared: true }]] }), 'unknown', null],
    ['nothing at all', silent({ syncs: [], connect: null }), 'unknown', null],
    ['no partition', { heartbeat: 'none', topics: [], groups: [] }, 'unknown', null],
    ['the heartbeats cannot be read', { heartbeat: 'unread', partition: { connectAgoMs: 5 } }, 'alive', 5],
    ['MM2 is configured to send none', { heartbeat: 'off', partition: { connectAgoMs: 5 } }, 'alive', 5],
    ['their topic is not there', { heartbeat: 'missing', partition: { connectAgoMs: 5 } }, 'alive', 5],
  ])('%s', (_, of, state, ago) => {
    const sign = ago === null ? null : OTHER;
    const lastSign = ago === null ? null : AT - ago;
    expect(liveness(of)).toEqual({ state, lastSign, sign, steadySince: null });
  });

  test("the patience is the policy's and Connect's flush interval together", () => {
    const of = (connectAgoMs: number): FlowCase => ({
      ...silent(waiting(HOUR, { connectAgoMs, syncedAgoMs: HOUR })),
      policy: { mirrorStoppedMs: 200 },
      flow: { offsetFlushIntervalMs: 1_000 },
    });
    expect([liveness(of(1_200)).state, liveness(of(1_201)).state]).toEqual(['alive', 'stopped']);
  });
});

describe('never started', () => {
  const never: FlowCase = {
    syncs: 'missing',
    checkpoints: 'missing',
    connectOffsets: 'missing',
    heartbeat: 'missing',
    topic: { notOnTarget: true },
    partition: { syncs: [] },
    groups: [],
  };
  test('nothing of MM2 is there, nor a topic on the target', () => {
    expect(liveness(never)).toEqual({ state: 'never-started', ...NOTHING });
    // A worker of Connect makes its topic of offsets before any connector runs.
    const empty = { ...never, connectOffsets: undefined, partition: { syncs: [], connect: null } };
    expect(liveness(empty)).toEqual({ state: 'never-started', ...NOTHING });
  });

  test.each<[string, FlowCase]>([
    ['its offset syncs', { ...never, syncs: undefined }],
    ['its checkpoints', { ...never, checkpoints: undefined }],
    ["Connect's offsets", { ...never, connectOffsets: undefined, partition: { syncs: [], connect: 5n } }],
    ['its heartbeats topic, though it is empty', { ...never, heartbeat: 'none' }],
    ['a topic of its own that cannot be read', { ...never, checkpoints: 'unread' }],
    ['one topic of two', { ...never, topics: [{ notOnTarget: true }, { topic: 'stock' }] }],
    ['no topic to mirror', { ...never, topics: [] }],
    ['a dead source', { ...never, flow: { offsetSyncsLocation: 'target' }, down: 'source' }],
    ['a dead target', { ...never, down: 'target' }],
  ])('not where there is %s', (_, of) => {
    expect(liveness(of).state).not.toBe('never-started');
  });
});

test('heartbeats that could not be read may be new ones: nothing shows that MM2 has stopped', () => {
  const waits = { waiting: { from: 1_001n, peek: peek(record(1_001n, AT - HOUR)) } };
  const partition: PartitionCase = { source: [0n, 1_101n], connectAgoMs: HOUR, records: waits };
  expect(liveness({ heartbeat: 'unread', partition }).state).toBe('unknown');
});
