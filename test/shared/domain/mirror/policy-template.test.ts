import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  checkpointsTopic,
  cycleOf,
  isHeartbeatsTopic,
  offsetSyncsTopic,
  remotePrefix,
  remoteTopic,
  sourceTopic,
  upstreamTopic,
} from '../../../../shared/domain/mirror/replication-policy.ts';
import { selectionOf } from '../../../../shared/domain/mirror/selection.ts';
import type { ReplicationPolicy } from '../../../../shared/domain/model/flow.ts';
import { flowFixture } from '../model/flow-fixture.ts';

const template = (topic: string, heartbeats = topic.replace('{topic}', 'heartbeats')): ReplicationPolicy => ({
  kind: 'template',
  topic,
  heartbeats,
  separator: '.',
  internalSeparator: '.',
});

describe('a policy by template', () => {
  test.each([
    ['{source}-{topic}', 'A-orders', 'A-'],
    ['{topic}.from.{source}', 'orders.from.A', ''],
    ['dr-{topic}', 'dr-orders', 'dr-'],
    ['x.{source}.{topic}.y', 'x.A.orders.y', 'x.A.'],
  ])('%s: orders of A is %s, and back', (topic, name, prefix) => {
    const policy = template(topic);
    expect(remoteTopic(policy, 'A', 'orders')).toBe(name);
    expect(upstreamTopic(policy, 'A', name)).toBe('orders');
    expect(sourceTopic(policy, 'A', name)).toBe('orders');
    expect(remotePrefix(policy, 'A')).toBe(prefix);
  });

  test.each(['A-', 'B-orders', 'orders', '-orders', 'a-orders'])('%s is not the name of a topic of A', (name) => {
    expect(upstreamTopic(template('{source}-{topic}'), 'A', name)).toBeNull();
    expect(sourceTopic(template('{source}-{topic}'), 'A', name)).toBe(name);
  });

  test('every name leads back to its topic, whatever the template, the alias and the topic', () => {
    const text = fc.stringMatching(/^[a-z.\-_]{0,3}$/);
    const name = fc.stringMatching(/^[A-Za-z.\-_]{1,8}$/);
    const parts = fc.tuple(text, text, text, fc.constantFrom('', '{source}'), fc.boolean());
    fc.assert(
      fc.property(parts, name, name, ([a, b, c, source, first], alias, topic) => {
        const policy = template(first ? `${a}${source}${b}{topic}${c}` : `${a}{topic}${b}${source}${c}`);
        expect(upstreamTopic(policy, alias, remoteTopic(policy, alias, topic))).toBe(topic);
      }),
    );
  });

  test('heartbeats have a name of their own, or that of the template', () => {
    expect(remoteTopic(template('{source}-{topic}'), 'A', 'heartbeats')).toBe('A-heartbeats');
    const own = template('{source}-{topic}', '{source}.heartbeats');
    expect(remoteTopic(own, 'A', 'heartbeats')).toBe('A.heartbeats');
    expect(upstreamTopic(own, 'A', 'A.heartbeats')).toBe('heartbeats');
    expect(remoteTopic(template('dr-{topic}'), 'A', 'heartbeats')).toBe('dr-heartbeats');
  });

  test.each([
    ['{source}.heartbeats', 'heartbeats', true],
    ['{source}.heartbeats', 'C.A.heartbeats', true],
    ['{source}.heartbeats', '.heartbeats', false],
    ['{source}.heartbeats', 'A-heartbeats', false],
    ['dr-heartbeats', 'dr-heartbeats', true],
    ['dr-heartbeats', 'x.dr-heartbeats', false],
  ])('with heartbeats %s, %s is a heartbeats topic: %s', (heartbeats, topic, expected) => {
    expect(isHeartbeatsTopic(template('{source}-{topic}', heartbeats), topic)).toBe(expected);
  });

  test('internal topics follow the separators', () => {
    const policy = { ...template('{source}-{topic}'), separator: '_', internalSeparator: '_' };
    expect(checkpointsTopic(policy, 'A')).toBe('A_checkpoints_internal');
    expect(offsetSyncsTopic(policy, 'B')).toBe('mm2-offset-syncs_B_internal');
  });

  test.each([
    ['{source}-{topic}', 'orders', 'none', 'mirrored'],
    ['{source}-{topic}', 'A-orders', 'none', 'mirrored'],
    ['{source}-{topic}', 'B-orders', 'cycle', 'not-mirrored'],
    ['{source}-{topic}', 'C-B-orders', 'unknown', 'doubtful'],
    ['{topic}.of.{source}', 'orders.of.B', 'cycle', 'not-mirrored'],
    ['{topic}.of.{source}', 'orders.of.B.of.C', 'unknown', 'doubtful'],
    ['dr-{topic}', 'orders', 'none', 'mirrored'],
    ['dr-{topic}', 'dr-orders', 'unknown', 'doubtful'],
    ['{source}-{topic}', 'C-heartbeats', 'none', 'not-mirrored'],
  ])('%s: towards B, %s is a cycle: %s, so it is %s', (topic, name, cycle, selected) => {
    const policy = template(topic);
    expect(cycleOf(policy, name, 'B')).toBe(cycle);
    expect(selectionOf(flowFixture({ policy })).topic(name)).toBe(selected);
  });
});
