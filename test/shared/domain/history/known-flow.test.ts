import { describe, expect, test } from '@jest/globals';
import { rememberedFlow } from '../../../../shared/domain/history/known-flow.ts';
import { AT, type FlowCase, HOUR, MINUTE } from '../judge/case-shapes.ts';
import { knownAfter } from '../judge/judge-case.ts';

describe('what is remembered of a flow', () => {
  test('GIVEN a source that died 5 h ago WHEN audits go on and find nothing new THEN its time of reading stays', () => {
    const { state } = knownAfter([{}, { down: 'source' }]);
    const heldUntil = AT + 5 * HOUR;
    expect(rememberedFlow({ state, heldUntil }).readAt).toEqual({ source: AT, target: heldUntil });
  });

  // An audit that finds the target down reads the syncs, but not the log that they point into.
  test.each<[string, boolean, FlowCase]>([
    ['read both clusters', true, {}],
    ['found the target down', false, { down: 'target' }],
    ['found the source down', false, { down: 'source' }],
    ['could not read the offset-syncs topic', false, { syncs: 'unread' }],
  ])('GIVEN syncs on the source WHEN the last audit %s THEN it had read all syncs: %s', (_, expected, last) => {
    const flow = { offsetSyncsLocation: 'source' } as const;
    const known = knownAfter([{ flow }, { ...last, flow, at: AT + MINUTE }]);
    expect(rememberedFlow(known).syncsRead).toBe(expected);
  });
});
