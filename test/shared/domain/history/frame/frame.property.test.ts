import { describe, expect, test } from '@jest/globals';
import { frameChain, frameHeader, frameRenumbered } from '../../../../../lab/explore/properties/frames.ts';
import { MalformedHistoryError } from '../../../../../shared/domain/history/frame/bytes.ts';
import { applyFrame, encodeFrame } from '../../../../../shared/domain/history/frame/frame.ts';
import { HistoryState } from '../../../../../shared/domain/history/history-state.ts';
import { isSameState } from '../../../../../shared/domain/history/same-state.ts';
import type { PastCut } from '../../../../../shared/domain/mirror/breaks/cut.ts';

const BEGIN = 1_800_000_000_000;
const MINUTE = 60_000;

describe('frames', () => {
  test('a chain of frames leads to every state that it was made from, with all that a state knows', () => {
    const { dropped, guessed } = frameChain.assert(600);
    expect(dropped).toBeGreaterThan(100);
    expect(guessed).toBeGreaterThan(100);
  });

  test('points that were accounted for and thinned out in one audit: what is kept comes back unchanged', () => {
    const parent = new HistoryState(BEGIN);
    // A gap before each: markers of transactions.
    for (const [i, accounted] of [true, true, false, true].entries()) {
      parent.syncs('payments', 0).push({
        timestamp: BigInt(BEGIN),
        upstream: BigInt(11 * i),
        downstream: BigInt(10 * i),
        accounted,
      });
    }
    const state = parent.next(BEGIN + MINUTE);
    const syncs = state.syncs('payments', 0);
    syncs.account(2);
    syncs.keep([0, 1, 3]);
    expect(syncs.isAccounted(2)).toBe(true);
    const read = applyFrame(encodeFrame(frameHeader(state, parent), parent, state), parent.copy());
    expect(read.syncs('payments', 0).isAccounted(2)).toBe(true);
    expect(isSameState(read, state)).toBe(true);
  });

  test('isSameState notices a change of any part of a state', () => {
    const state = new HistoryState(BEGIN);
    state.syncs('orders', 0).push({ timestamp: 1_000n, upstream: 1n, downstream: 1n });
    state.said = { verdict: 'ready', reasons: [] };
    Object.assign(state.readAt, { source: BEGIN, target: BEGIN });
    const later = (edit: (next: HistoryState) => void) => {
      const next = state.next(BEGIN + MINUTE);
      Object.assign(next.readAt, { source: next.at, target: next.at });
      edit(next);
      return isSameState(state, next);
    };
    expect(later(() => undefined)).toBe(true);
    expect(later((next) => next.syncs('orders', 1))).toBe(true);
    expect(later((next) => next.syncs('orders', 0).breakBeforeNext('hole'))).toBe(false);
    expect(later((next) => next.syncs('orders', 1).breakBeforeNext('newTarget'))).toBe(false);
    expect(later((next) => next.syncs('orders', 0).breakAt(0, 'newSource'))).toBe(false);
    expect(later((next) => next.syncs('orders', 0).truncate(0))).toBe(false);
    expect(later((next) => Object.assign(next, { said: { verdict: 'at-risk', reasons: [] } }))).toBe(false);
    expect(later((next) => Object.assign(next, { said: { verdict: 'ready', reasons: ['LAG'] } }))).toBe(false);
    expect(later((next) => Object.assign(next, { said: null }))).toBe(false);
    expect(later((next) => Object.assign(next.readAt, { source: BEGIN }))).toBe(false);
    expect(later((next) => next.topicIds.target.set('mm2-offset-syncs.B.internal', 'x'))).toBe(false);
  });

  test('a new numbering keeps everything but what has gone', () => {
    frameRenumbered.assert(100);
  });

  test('a verdict that this version does not know is refused', () => {
    const state = new HistoryState(BEGIN);
    state.said = { verdict: 'ready', reasons: [] };
    const body = encodeFrame(frameHeader(state, null), null, state);
    const at = Buffer.from(body).indexOf('ready');
    const other = body.slice();
    other[at] = 'R'.charCodeAt(0);
    expect(() => applyFrame(other, null)).toThrow(MalformedHistoryError);
    expect(() => applyFrame(body, null)).not.toThrow();
  });

  test('parts that were not read come back, with the time of their last reading where it is known', () => {
    const state = new HistoryState(BEGIN);
    state.unread = [
      { role: 'source', kind: 'group', name: 'billing', readAt: BEGIN - 3 * MINUTE },
      { role: 'source', kind: 'group', name: 'new' },
      { role: 'target', kind: 'mapping', name: 'orders', readAt: BEGIN },
    ];
    const read = applyFrame(encodeFrame(frameHeader(state, null), null, state), null);
    expect(read.unread).toEqual(state.unread);
    expect(isSameState(read, state)).toBe(true);
    read.unread = read.unread.map(({ role, kind, name }) => ({ role, kind, name }));
    expect(isSameState(read, state)).toBe(false);
  });

  const cut: PastCut = { side: 'source', topic: 'orders', partition: 3, at: 100n, reached: 200n, noticedAt: BEGIN - 1 };
  test.each<[string, PastCut]>([
    ['as far as the log reached', cut],
    ['as far as the log reached, or further', { ...cut, mayReach: 250n }],
    ['as far as the log reached, which was cut up to 50 offsets later', { ...cut, atMost: 150n }],
    ['less than the log reached', { ...cut, acknowledged: 150n }],
    ['nothing behind the cut', { ...cut, acknowledged: 100n }],
    ['as far as the log reached, and written again', { ...cut, copies: 130n }],
    ['less than the log reached, and written again', { ...cut, acknowledged: 150n, copies: 130n }],
    [
      'with what is known of the records that are gone',
      {
        ...cut,
        tail: {
          presentFrom: 9,
          epoch: 7,
          syncs: [
            { upstream: 100n, downstream: 90n },
            { upstream: 180n, downstream: 200n },
          ],
        },
      },
    ],
    ['with nothing known of them but the leader epoch', { ...cut, tail: { epoch: 0, syncs: [] } }],
    ['of the target', { ...cut, side: 'target', topic: 'A.orders', at: 0n, partition: 0, noticedAt: BEGIN }],
  ])('a cut comes back as it was: acknowledged %s', (_, written) => {
    const state = new HistoryState(BEGIN);
    state.cuts = [written, { ...cut, topic: 'other' }];
    const read = applyFrame(encodeFrame(frameHeader(state, null), null, state), null);
    expect(read.cuts).toEqual(state.cuts);
    // The next frame tells them only if they changed.
    const next = state.next(BEGIN + MINUTE);
    expect(applyFrame(encodeFrame(frameHeader(next, state), state, next), read).cuts).toEqual(state.cuts);
  });
});
