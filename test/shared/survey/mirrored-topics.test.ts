import { describe, expect, test } from '@jest/globals';
import { HistoryState } from '../../../shared/domain/history/history-state.ts';
import type { KnownFlow } from '../../../shared/domain/history/known-flow.ts';
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

const AT = 1_800_000_000_000;
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
    const found = mirroredTopics(flow, selectionOf(flow), {}, DOWN, sideWith(there), null);
    expect(found.map(({ topic }) => topic)).toEqual(topics);
    expect(there).toContain(found[0]?.targetTopic);
  },
);

describe('under the identity policy, WHEN the source is down', () => {
  const flow = flowFixture({ policy: { kind: 'identity', ...separators } });
  const onTarget = sideWith(['connect-status', 'orders', 'payments', 'stock', 'A.heartbeats']);
  const topicsOf = (known: KnownFlow | null, source: Side) =>
    mirroredTopics(flow, selectionOf(flow), {}, source, onTarget, known).map(({ topic }) => topic);
  const all = ['connect-status', 'orders', 'payments', 'stock'];

  test("topics of the target that no audit has seen on the source are not the flow's", () => {
    const state = new HistoryState(AT);
    state.readAt.source = AT;
    state.set({ kind: 'end', role: 'source', topic: 'orders', partition: 0 }, 0n);
    state.set({ kind: 'end', role: 'target', topic: 'connect-status', partition: 0 }, 7n);
    state.unread = [
      { role: 'source', kind: 'topic', name: 'payments' },
      { role: 'target', kind: 'topic', name: 'connect-status' },
    ];
    state.syncs('stock', 0);
    expect(topicsOf({ state, heldUntil: AT }, DOWN)).toEqual(['orders', 'payments', 'stock']);
  });

  test("all that MM2 would mirror may be the flow's WHEN no audit has read the source", () => {
    expect(topicsOf(null, DOWN)).toEqual(all);
    expect(topicsOf({ state: new HistoryState(AT), heldUntil: AT }, DOWN)).toEqual(all);
  });
});
