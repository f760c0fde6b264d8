import { describe, expect, test } from '@jest/globals';
import type { ClusterMetadata, LogOffsets } from '../../../../shared/domain/model/cluster.ts';
import { type Outcome, read, unread } from '../../../../shared/domain/model/outcome.ts';
import { type ClusterNow, planRefusals } from '../../../../shared/domain/restore/plan-refusals.ts';
import type { RestorePlan, RestoreStep } from '../../../../shared/domain/restore/restore-plan.ts';

function step(topic: string, partition: number, to: bigint): RestoreStep {
  const costs = {
    rereadAtMost: 0n,
    skipAtMost: 0n,
    proof: 'exact',
    clamped: null,
    unreadLoss: 0n,
    reason: null,
  } as const;
  return { topic, partition, from: null, to, ...costs };
}

const PLAN: RestorePlan = {
  id: 'p',
  flow: 'A->B',
  onto: 'target',
  cluster: 'B',
  clusterId: 'id-of-b',
  asOf: 1,
  stateAt: 1,
  heldUntil: 1,
  madeAt: 1,
  expiresAt: 2,
  leftOut: [],
  topics: [
    {
      topic: 'A.orders',
      id: 'one',
      logs: [
        { partition: 0, start: 0n, end: 100n },
        { partition: 1, start: 0n, end: 200n },
      ],
    },
    { topic: 'A.stock', id: null, logs: [{ partition: 0, start: 0n, end: 50n }] },
  ],
  groups: [
    { group: 'g', steps: [step('A.orders', 0, 40n), step('A.orders', 1, 90n), step('A.stock', 0, 5n)], leftAlone: [] },
    { group: 'h', steps: [step('A.orders', 0, 30n), step('A.orders', 1, 95n)], leftAlone: [] },
  ],
};

type Logs = Readonly<Record<string, readonly Outcome<LogOffsets>[]>>;

function log(start: bigint, end: bigint): Outcome<LogOffsets> {
  return read({ start, highWatermark: end, lastStableOffset: end });
}

function now(of: { clusterId?: string | null; ids?: Record<string, string | null>; logs?: Logs } = {}): ClusterNow {
  const ids = of.ids ?? { 'A.orders': 'one', 'A.stock': 'two' };
  const topics = Object.entries(ids).map(([topic, id]) => {
    return [topic, { topic, id, internal: false, leaders: [], replicationFactor: 1 }] as const;
  });
  const metadata: ClusterMetadata = {
    clusterId: of.clusterId === undefined ? 'id-of-b' : of.clusterId,
    brokers: [],
    topics: new Map(topics),
  };
  const logs: Logs = { 'A.orders': [log(0n, 100n), log(0n, 200n)], 'A.stock': [log(0n, 50n)], ...of.logs };
  return { metadata, logs: new Map(Object.entries(logs)) };
}

const refusals = (of: Parameters<typeof now>[0], plan = PLAN) =>
  planRefusals(plan, now(of)).map(({ code, subject, reason }) => [code, subject, reason]);

const ORDERS = (partition: number) => ({ topic: 'A.orders', partition });

describe('a plan that is applied later', () => {
  test('to a cluster that is as it was: nothing against it', () => {
    expect(refusals({})).toEqual([]);
  });

  test('to one that has grown since, or is too old for ids', () => {
    expect(refusals({ logs: { 'A.orders': [log(30n, 900n), log(90n, 200n)] } })).toEqual([]);
    expect(refusals({ clusterId: null })).toEqual([]);
    expect(refusals({ clusterId: 'other' }, { ...PLAN, clusterId: null })).toEqual([]);
    expect(refusals({ ids: { 'A.orders': null, 'A.stock': null } })).toEqual([]);
  });

  test('to another cluster, which is told alone', () => {
    expect(refusals({ clusterId: 'other', ids: {} })).toEqual([
      ['CLUSTER_CHANGED', { cluster: 'B' }, 'the plan is for the cluster with id id-of-b, B is now other'],
    ]);
  });

  test('where a topic is gone, or another one of its name', () => {
    expect(refusals({ ids: { 'A.orders': 'new' } })).toEqual([
      [
        'TOPIC_RECREATED',
        { cluster: 'B', topic: 'A.orders' },
        'when the plan was made the topic had the id one, now it has new',
      ],
      ['TOPIC_MISSING', { cluster: 'B', topic: 'A.stock' }, 'the topic no longer exists'],
    ]);
  });

  test('where a log cannot be read, or is not there', () => {
    const down = { what: 'w', cluster: 'B', error: 'E', message: 'broker 1 does not answer', retriable: true };
    expect(refusals({ logs: { 'A.orders': [unread(down)], 'A.stock': [] } })).toEqual([
      ['LOG_UNREAD', ORDERS(0), 'broker 1 does not answer'],
      ['LOG_UNREAD', ORDERS(1), 'the partition does not exist'],
      ['LOG_UNREAD', { topic: 'A.stock', partition: 0 }, 'the partition does not exist'],
    ]);
  });

  test('where a log was cut off, or retention took the least planned position', () => {
    expect(refusals({ logs: { 'A.orders': [log(31n, 100n), log(91n, 200n)] } })).toEqual([
      ['LOG_CHANGED', ORDERS(0), 'the log now starts at 31, after the planned position 30'],
      ['LOG_CHANGED', ORDERS(1), 'the log now starts at 91, after the planned position 90'],
    ]);
    expect(refusals({ logs: { 'A.orders': [log(99n, 99n), log(0n, 199n)] } })).toEqual([
      ['LOG_CHANGED', ORDERS(0), 'the log ended at 100 and now ends at 99: it was truncated'],
      ['LOG_CHANGED', ORDERS(1), 'the log ended at 200 and now ends at 199: it was truncated'],
    ]);
  });

  test('a log on which no group is put may begin anywhere', () => {
    expect(refusals({ logs: { 'A.stock': [log(40n, 50n)] } }, { ...PLAN, groups: [] })).toEqual([]);
  });

  test('every refusal says what can be done', () => {
    const all = [
      ...planRefusals(PLAN, now({ clusterId: 'other' })),
      ...planRefusals(PLAN, now({ ids: {}, logs: {} })),
      ...planRefusals(PLAN, now({ logs: { 'A.orders': [] } })),
    ];
    expect([...new Set(all.map(({ remedy }) => remedy))]).toEqual([
      'Apply the plan with the configuration that it was made with.',
      'Make a new plan.',
      'Try again when all brokers answer.',
    ]);
  });
});
