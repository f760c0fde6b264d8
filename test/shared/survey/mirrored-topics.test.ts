import { expect, test } from '@jest/globals';
import { selectionOf } from '../../../shared/domain/mirror/selection.ts';
import type { TopicMetadata } from '../../../shared/domain/model/cluster.ts';
import type { ReplicationPolicy } from '../../../shared/domain/model/flow.ts';
import type { Side } from '../../../shared/survey/connect-side.ts';
import { mirroredTopics } from '../../../shared/survey/mirrored-topics.ts';
import { flowFixture } from '../domain/model/flow-fixture.ts';

const DOWN = {
  kind: 'down',
  unread: { error: 'BROKER_UNREACHABLE', message: 'down', retriable: true },
} as unknown as Side;

function sideWith(names: readonly string[]): Side {
  const topics = new Map(names.map((topic) => [topic, { topic, id: null, leaders: [1] } as unknown as TopicMetadata]));
  return { kind: 'up', metadata: { topics } } as unknown as Side;
}

const separators = { separator: '.', internalSeparator: '.' } as const;

test.each<[string, ReplicationPolicy, readonly string[], readonly string[]]>([
  ['default', { kind: 'default', ...separators }, ['A.orders', 'A.', 'local', 'A.heartbeats'], ['orders']],
  ['identity', { kind: 'identity', ...separators }, ['orders', 'A.heartbeats', 'heartbeats'], ['orders']],
  [
    'template',
    { kind: 'template', topic: '{source}-{topic}-x', heartbeats: '{source}-heartbeats-x', ...separators },
    ['A-orders-x', 'A-orders', 'A--x', 'B-orders-x', 'A-heartbeats-x'],
    ['orders'],
  ],
])(
  'GIVEN the source is down THEN the names on the target show its topics, under the %s policy',
  (_, policy, there, topics) => {
    const flow = flowFixture({ policy });
    const found = mirroredTopics(flow, selectionOf(flow), {}, DOWN, sideWith(there));
    expect(found.map(({ topic }) => topic)).toEqual(topics);
    expect(there).toContain(found[0]?.targetTopic);
  },
);
