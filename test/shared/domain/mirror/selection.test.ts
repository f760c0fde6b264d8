import { describe, expect, test } from '@jest/globals';
import {
  checkpointsTopic,
  cycleOf,
  offsetSyncsTopic,
  remoteTopic,
} from '../../../../shared/domain/mirror/replication-policy.ts';
import {
  DEFAULT_GROUPS_EXCLUDE,
  DEFAULT_TOPICS_EXCLUDE,
  selectionOf,
} from '../../../../shared/domain/mirror/selection.ts';
import type { Flow, ReplicationPolicy } from '../../../../shared/domain/model/flow.ts';
import { flowFixture } from '../model/flow-fixture.ts';

const policy: ReplicationPolicy = { kind: 'default', separator: '.', internalSeparator: '.' };
const identity: ReplicationPolicy = { ...policy, kind: 'identity' };

describe('names', () => {
  test('under the default policy the source alias comes first', () => {
    expect(remoteTopic(policy, 'A', 'orders')).toBe('A.orders');
    expect(remoteTopic({ ...policy, separator: '__' }, 'A', 'orders')).toBe('A__orders');
  });

  test('under identity names stay, but for heartbeats', () => {
    expect(remoteTopic(identity, 'A', 'orders')).toBe('orders');
    expect(remoteTopic(identity, 'A', 'heartbeats')).toBe('A.heartbeats');
  });

  test("MM2's own topics follow the internal separator", () => {
    expect(offsetSyncsTopic({ ...policy, separator: '_', internalSeparator: '_' }, 'B')).toBe(
      'mm2-offset-syncs_B_internal',
    );
    expect(checkpointsTopic({ ...policy, separator: '_', internalSeparator: '.' }, 'A')).toBe('A.checkpoints.internal');
  });

  test('a topic that came from the target is not sent back, however many hops ago', () => {
    expect(cycleOf(policy, 'B.orders', 'B')).toBe('cycle');
    expect(cycleOf(policy, 'C.B.orders', 'B')).toBe('cycle');
    expect(cycleOf(policy, 'C.orders', 'B')).toBe('none');
    expect(cycleOf(identity, 'B.orders', 'B')).toBe('none');
  });
});

describe('what MM2 mirrors', () => {
  const select = (changes: Partial<Flow> = {}) =>
    selectionOf(
      flowFixture({ topicsExclude: DEFAULT_TOPICS_EXCLUDE, groupsExclude: DEFAULT_GROUPS_EXCLUDE, ...changes }),
    );

  test.each([
    ['orders', 'mirrored'],
    ['__consumer_offsets', 'not-mirrored'],
    ['mm2-offset-syncs.B.internal', 'not-mirrored'],
    ['A.checkpoints.internal', 'not-mirrored'],
    ['heartbeats', 'not-mirrored'],
    ['B.orders', 'not-mirrored'],
    ['orders.replica', 'not-mirrored'],
    // Kafka 4.0 no longer takes every such name for internal.
    ['billing.internal', 'doubtful'],
  ])('%s: %s', (topic, expected) => {
    expect(select().topic(topic)).toBe(expected);
  });

  test('patterns match whole names, as Java does', () => {
    const { topic } = select({ topics: ['orders', 'pay.*'] });
    expect(topic('orders')).toBe('mirrored');
    expect(topic('orders-2')).toBe('not-mirrored');
    expect(topic('payments')).toBe('mirrored');
  });

  test('patterns are of Java, and one list of them is one pattern', () => {
    const { topic, group } = select({ topics: ['\\Qeu.orders\\E', '(?i)pay\\b.*', 'audit'], groups: ['(?i)a', 'b'] });
    for (const name of ['eu.orders', 'PAY-1', 'AUDIT']) expect(topic(name)).toBe('mirrored');
    for (const name of ['eu-orders', 'payments']) expect(topic(name)).toBe('not-mirrored');
    expect(['A', 'B', 'c'].map(group)).toEqual([true, true, false]);
    expect(() => select({ groups: ['a\\b'] })).toThrow('a word boundary');
  });

  test("MM2's own groups and the excluded ones are never audited", () => {
    const { group } = select();
    expect(group('billing')).toBe(true);
    for (const own of ['A-mm2', 'B-mm2', 'connect-sink', 'console-consumer-1', '__internal'])
      expect(group(own)).toBe(false);
  });
});
