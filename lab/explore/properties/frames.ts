import assert from 'node:assert/strict';
import fc from 'fast-check';
import { applyFrame, encodeFrame, type FrameHeader } from '../../../shared/domain/history/frame/frame.ts';
import { HistoryState } from '../../../shared/domain/history/history-state.ts';
import { isSameState } from '../../../shared/domain/history/same-state.ts';
import { property } from '../property.ts';
import { factsOf } from '../state-facts.ts';

const BEGIN = 1_800_000_000_000;
const MINUTE = 60_000;
const int64 = fc.oneof(
  fc.bigInt({ min: 0n, max: 1_000n }),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.constantFrom(-1n, 2n ** 31n, 2n ** 32n, 2n ** 32n - 1n, 2n ** 53n, 2n ** 63n - 1n, -(2n ** 63n)),
);
const offset = fc.oneof(fc.bigInt({ min: 0n, max: 2n ** 33n }), fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }));
const partition = fc.constantFrom(0, 1, 2, 70, 2 ** 21 - 1);
const topic = fc.constantFrom('orders', 'Ünïcode', 'mm2-offset-syncs.B.internal');
const point = fc.record({
  timestamp: fc.oneof(
    int64,
    fc.integer({ min: -5, max: 5_000 }).map((ms) => BigInt(BEGIN - ms)),
  ),
  upstream: int64,
  downstream: int64,
  hole: fc.boolean(),
  newSource: fc.boolean(),
  newTarget: fc.boolean(),
  compared: fc.boolean(),
  accounted: fc.boolean(),
  confirmed: fc.boolean(),
  unwatched: fc.boolean(),
});
const said = fc.option(
  fc.record({
    verdict: fc.constantFrom('ready' as const, 'at-risk' as const, 'not-ready' as const, 'unknown' as const),
    reasons: fc.array(fc.constantFrom('LAG', 'GROUP_SKIPS', 'SOURCE_UNREACHABLE'), { maxLength: 3 }),
  }),
);

/** The changes of one audit. */
const audit = fc.record({
  minutes: fc.integer({ min: 1, max: 10_000 }),
  offsets: fc.array(
    fc.record({
      kind: fc.constantFrom('start', 'end', 'commit', 'commit-epoch'),
      topic,
      partition,
      value: fc.option(offset),
    }),
    { maxLength: 12 },
  ),
  moves: fc.array(
    fc.record({
      topic,
      partition,
      /** Points whose offsets without a counterpart are found to hold no record. */
      account: fc.array(fc.nat({ max: 12 }), { maxLength: 4 }),
      /** Points to delete: each `every`-th one, starting at `from`. */
      drop: fc.option(fc.record({ from: fc.nat({ max: 12 }), every: fc.integer({ min: 1, max: 4 }) })),
      add: fc.array(point, { maxLength: 6 }),
      pending: fc.nat({ max: 7 }),
      forget: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
    }),
    { maxLength: 5 },
  ),
  ids: fc.array(
    fc.record({ topic, id: fc.option(fc.constantFrom('MkTRyqcURXqnfHkYZpmUUg', 'Jm1QvJ0cRQeSLkCN2-rX1w')) }),
    {
      maxLength: 3,
    },
  ),
  said,
  sourceRead: fc.boolean(),
  unread: fc.boolean(),
  syncsReadTo: fc.bigInt({ min: -1n, max: 2n ** 52n }),
});
type Audit = typeof audit extends fc.Arbitrary<infer T> ? T : never;

/** Decoding a chain of frames gives every state that it was made from, with all its content. */
export const frameChain = property({
  name: 'frame-chain',
  values: fc.array(audit, { minLength: 1, maxLength: 8 }),
  holds: (audits, count) => {
    let told: HistoryState | null = null;
    let read: HistoryState | null = null;
    let at = BEGIN;
    for (const step of audits) {
      at += step.minutes * MINUTE;
      const state: HistoryState = told?.next(at) ?? new HistoryState(at);
      change(state, step);
      const body = encodeFrame(frameHeader(state, told), told, state);
      // A reader applies the frame in place. The writer applies it to a copy, as `HistoryWriter` does.
      read = applyFrame(body, read);
      const before: HistoryState | null = told;
      told = applyFrame(body, before?.copy() ?? null);
      assert.deepEqual(factsOf(read), factsOf(state));
      assert(isSameState(told, state), 'the decoded state equals the encoded one');
      if (step.moves.some(({ drop }) => drop !== null)) count('dropped');
      if (step.offsets.some(({ kind }) => kind === 'end')) count('guessed');
    }
  },
});

/** Renumbering a state keeps all of its content. */
export const frameRenumbered = property({
  name: 'frame-renumbered',
  values: audit,
  holds: (step) => {
    const state = new HistoryState(BEGIN);
    change(state, step);
    const fresh = state.renumbered();
    assert.deepEqual(factsOf(fresh), factsOf(state));
    fresh.syncs('orders', 0).push({ timestamp: 1n, upstream: 1n, downstream: 1n });
    assert.deepEqual(factsOf(state.renumbered()), factsOf(state));
  },
});

function change(state: HistoryState, step: Audit): void {
  for (const { kind, topic: name, partition: number, value } of step.offsets) {
    const place = { role: 'source', topic: name, partition: number } as const;
    state.set(
      kind === 'commit' || kind === 'commit-epoch' ? { kind, group: 'billing', ...place } : { kind, ...place },
      value,
    );
  }
  for (const { topic: name, partition: number, account, drop, add, pending, forget } of step.moves) {
    const syncs = state.syncs(name, number);
    for (const index of account) if (index < syncs.length) syncs.account(index);
    if (drop !== null) {
      const kept = Array.from({ length: syncs.length }, (_, i) => i);
      syncs.keep(kept.filter((i) => i < drop.from || (i - drop.from) % drop.every !== 0));
    }
    for (const added of add) syncs.push(added);
    syncs.pendingBreaks = pending;
    if (forget) state.partitionsOf(name).delete(number);
  }
  for (const { topic: name, id } of step.ids) {
    if (id === null) state.topicIds.target.delete(name);
    else state.topicIds.target.set(name, id);
  }
  state.said = step.said;
  state.readAt.target = state.at;
  if (step.sourceRead) state.readAt.source = state.at;
  state.unread = step.unread ? [{ role: 'source', kind: 'cluster', name: '' }] : [];
  state.syncsReadTo = step.syncsReadTo;
}

/** The header of a frame that encodes a state against its parent. */
export function frameHeader(state: HistoryState, parent: HistoryState | null): FrameHeader {
  return {
    flow: 'A->B',
    at: state.at,
    level: 0,
    parent: parent === null ? null : { at: parent.at, digest: Uint8Array.of(1, 2, 3) },
    previous: null,
  };
}
