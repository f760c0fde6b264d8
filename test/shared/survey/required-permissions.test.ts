import { describe, expect, test } from '@jest/globals';
import type { Flow } from '../../../shared/domain/model/flow.ts';
import type { FlowFilter } from '../../../shared/survey/flow-filter.ts';
import { permissionsOf } from '../../../shared/survey/required-permissions.ts';
import { flowFixture } from '../domain/model/flow-fixture.ts';

const MM2_TOPICS = ['A.checkpoints.internal', 'A.heartbeats', 'mm2-offsets.A.internal'];

/** The topics that have to be readable, and the groups that have to be described. */
function needed(changes: Partial<Flow>, cluster: 'A' | 'B', filter?: FlowFilter) {
  const all = permissionsOf(flowFixture(changes), cluster, filter);
  const named = (type: string, operation: string): string[] =>
    all.flatMap((p) => (p.resourceType === type && p.operation === operation ? [p.resourceName] : []));
  expect(named('Cluster', 'Describe')).toEqual(['kafka-cluster']);
  expect(named('Topic', 'Describe')).toEqual(named('Topic', 'Read'));
  expect(new Set(all.map(({ operation }) => operation))).toEqual(new Set(['Describe', 'Read']));
  return { topics: named('Topic', 'Read'), groups: named('Group', 'Describe') };
}

describe('the permissions that an audit needs', () => {
  test('MM2 defaults: everything on the source, everything of the source on the target', () => {
    expect(needed({}, 'A')).toEqual({ topics: ['*'], groups: ['*'] });
    expect(needed({}, 'B')).toEqual({ topics: ['A.*', 'mm2-offsets.A.internal'], groups: ['*'] });
  });

  test('identity policy: the target may hold them under any name', () => {
    const policy = { kind: 'identity', separator: '.', internalSeparator: '.' } as const;
    expect(needed({ policy }, 'B').topics).toEqual(['*']);
    expect(needed({ policy, topics: ['orders'] }, 'B').topics).toContain('orders');
  });

  test.each([
    ['{source}-{topic}', '.*', 'A-*'],
    ['{source}-{topic}', 'orders.*', 'A-orders*'],
    ['x.{topic}.of.{source}', 'orders.*', 'x.orders*'],
    ['{topic}.of.{source}', '.*', '*'],
    ['{topic}.of.{source}', 'orders', 'orders.of.A'],
  ])('names by the template %s: the pattern %s takes %s on the target', (topic, pattern, name) => {
    const policy = {
      kind: 'template',
      topic,
      heartbeats: '{source}.h',
      separator: '.',
      internalSeparator: '.',
    } as const;
    expect(needed({ policy, topics: [pattern] }, 'B').topics[0]).toBe(name);
  });

  test.each([
    ['orders', 'orders'],
    ['eu.orders', 'eu.orders'],
    ['eu\\.orders', 'eu.orders'],
    ['orders-[0-9]+', 'orders-*'],
    ['orders.*', 'orders*'],
    ['eu\\..*', 'eu.*'],
    ['orders?', 'order*'],
    ['a{2}b', 'aab'],
    ['\\Qa.b\\E', 'a.b'],
    ['\\Qa|b\\E.*', 'a|b*'],
    ['[ab]x', '*'],
    ['(?:eu-)+orders', 'eu-*'],
    ['(?!eu-test)eu-.*', 'eu-*'],
    ['^orders$', 'orders'],
    ['\\x61b?', 'a*'],
    ['.{5}', '*'],
    ['.*-events', '*'],
    ['(?i)orders', '*'],
  ])('the pattern "%s" takes %s, and its replica on the target', (pattern, name) => {
    expect(needed({ topics: [pattern] }, 'A').topics).toContain(name);
    expect(needed({ topics: [pattern] }, 'B').topics).toContain(`A.${name}`);
    expect(needed({ groups: [pattern] }, 'A').groups).toEqual([name]);
  });

  test('alternatives are named one by one, and a flag or a group reaches over the list', () => {
    expect(needed({ topics: ['orders|pay.*'] }, 'B').topics).toEqual(['A.orders', 'A.pay*', ...MM2_TOPICS]);
    expect(needed({ groups: ['(a|b)-c', '(d', 'e)-f'] }, 'A').groups).toEqual(['a-c', 'b-c', 'd-f', 'e-f']);
    expect(needed({ groups: ['a', '(?i)b', 'c'] }, 'A').groups).toEqual(['*']);
    expect(needed({ groups: ['[ab]{3}'.repeat(50), 'c'] }, 'A').groups).toEqual(['*']);
    expect(needed({ groups: [`x${'(a|b)'.repeat(10)}`] }, 'A').groups).toHaveLength(64);
  });

  test('plain names: MM2 topics are needed beside them, on the side that holds them', () => {
    const topics = ['orders', 'payments'];
    expect(needed({ topics }, 'A').topics).toEqual([...topics, 'mm2-offset-syncs.B.internal']);
    expect(needed({ topics }, 'B').topics).toEqual(['A.orders', 'A.payments', ...MM2_TOPICS]);
    const onTarget = needed({ topics, offsetSyncsLocation: 'target' }, 'B').topics;
    expect(onTarget).toContain('mm2-offset-syncs.A.internal');
    expect(needed({ topics, offsetSyncsLocation: 'target' }, 'A').topics).toEqual(topics);
  });

  test('a filter asks for names only, and for those that it chooses', () => {
    const filter = { topic: (name: string) => name === 'orders', group: () => false };
    expect(needed({}, 'A', filter)).toEqual({ topics: ['mm2-offset-syncs.B.internal'], groups: [] });
    expect(needed({ topics: ['orders', 'payments'] }, 'B', filter).topics).toEqual(['A.orders', ...MM2_TOPICS]);
  });
});
