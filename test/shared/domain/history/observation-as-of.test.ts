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
