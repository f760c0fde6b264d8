import { describe, expect, test } from '@jest/globals';
import { HistoryState, type UnreadPart } from '../../../../shared/domain/history/history-state.ts';
import { observationAsOf } from '../../../../shared/domain/history/observation-as-of.ts';
import { AT } from '../judge/case-shapes.ts';
import { flowCase } from '../judge/flow-case.ts';

const { flow } = flowCase({}).observation;

/** What is known of the logs of `orders` as of a time at which an audit could not read some parts. */
function logsThen(...unread: readonly UnreadPart[]) {
  const state = new HistoryState(AT);
  for (const [role, topic] of [
    ['source', 'orders'],
    ['target', 'A.orders'],
  ] as const) {
    state.set({ kind: 'start', role, topic, partition: 0 }, 0n);
    state.set({ kind: 'end', role, topic, partition: 0 }, 100n);
  }
  state.unread = unread;
  const [topic] = observationAsOf(flow, { state, heldUntil: AT }, 'mm2-offset-syncs.B.internal').topics;
  const said = (outcome: { readonly kind: string } | undefined) => outcome?.kind;
  return [said(topic?.source[0]), said(topic?.target?.[0])];
}

test('the commit of a log that was cut since has its leader epoch', () => {
  const state = new HistoryState(AT);
  const place = { role: 'source', group: 'billing', topic: 'orders' } as const;
  state.set({ kind: 'commit', ...place, partition: 0 }, 320n);
  state.set({ kind: 'commit-epoch', ...place, partition: 0 }, 4n);
  state.set({ kind: 'commit', ...place, partition: 1 }, 7n);
  const [group] = observationAsOf(flow, { state, heldUntil: AT }, 'mm2-offset-syncs.B.internal').groups;
  expect(group?.committed).toEqual({
    kind: 'read',
    value: [
      { topic: 'orders', partition: 0, offset: 320n, leaderEpoch: 4 },
      { topic: 'orders', partition: 1, offset: 7n },
    ],
  });
});

test.each<[string, readonly UnreadPart[], 'read' | 'unread']>([
  ['they were read', [], 'read'],
  ['they could not be read', [{ role: 'source', kind: 'syncs', name: '' }], 'unread'],
  ['their cluster was down', [{ role: 'source', kind: 'cluster', name: '' }], 'unread'],
  ['another cluster was down', [{ role: 'target', kind: 'cluster', name: '' }], 'read'],
])('offset syncs as of a time at which %s', (_, unread, expected) => {
  const state = new HistoryState(AT);
  state.syncsReadTo = 5n;
  state.unread = unread;
  expect(observationAsOf(flow, { state, heldUntil: AT }, 'mm2-offset-syncs.B.internal').syncs.kind).toBe(expected);
});

describe('logs as of a time', () => {
  test.each<[string, readonly UnreadPart[], readonly ['read' | 'unread', 'read' | 'unread']]>([
    ['all was read', [], ['read', 'read']],
    ['the target topic was not read', [{ role: 'target', kind: 'topic', name: 'A.orders' }], ['read', 'unread']],
    ['the source topic was not read', [{ role: 'source', kind: 'topic', name: 'orders' }], ['unread', 'read']],
    ['the target was down', [{ role: 'target', kind: 'cluster', name: '' }], ['read', 'unread']],
    ['the source was down', [{ role: 'source', kind: 'cluster', name: '' }], ['unread', 'read']],
    ['another topic was not read', [{ role: 'target', kind: 'topic', name: 'A.other' }], ['read', 'read']],
    ['a group of that name was not read', [{ role: 'target', kind: 'group', name: 'A.orders' }], ['read', 'read']],
  ])('%s', (_, parts, expected) => expect(logsThen(...parts)).toEqual(expected));
});
