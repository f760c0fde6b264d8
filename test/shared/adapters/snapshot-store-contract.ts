import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { factsOf } from '../../../lab/explore/state-facts.ts';
import type { HistoryState } from '../../../shared/domain/history/history-state.ts';
import { HistoryBusyError, HistoryFencedError } from '../../../shared/history/history-errors.ts';
import type { HistoryStore } from '../../../shared/history/history-lineage.ts';
import { readStateAsOf } from '../../../shared/history/read-history.ts';
import { BEGIN, commit, end, FLOW, MINUTE, movedTo, openWriter, stateAfter, terms } from '../history/recorded-flow.ts';

/** One kind of store and the ways around it that the contract needs. */
export interface StoreUnderTest {
  /** Another handle to the same data, as another process would have. */
  open(): HistoryStore;
  /** Replaces a frame's bytes without anybody's leave. */
  overwrite(flow: string, at: number, bytes: Uint8Array): Promise<void>;
  /** Takes away a part of a frame, or all of its bytes. */
  tear(flow: string, at: number): Promise<void>;
  stop(): Promise<void>;
}

const flowNames = { next: 0 };
const LATER = BEGIN + 100 * MINUTE;

/** What every store has to keep, run against the real ones. */
export function describeSnapshotStore(name: string, start: () => Promise<StoreUnderTest>, runs: number): void {
  describe(name, () => {
    let under: StoreUnderTest;
    let store: HistoryStore;
    beforeAll(async () => {
      under = await start();
      store = under.open();
    });
    afterAll(async () => {
      await store?.close();
      await under?.stop();
    });
    const freshFlow = () => `flow-${flowNames.next++}->B`;

    /** Five snapshots a minute apart: offsets 100, 200 …; returns their bytes by time. */
    async function fiveSnapshots(flow: string): Promise<readonly number[]> {
      const writer = await openWriter(store, BEGIN, { flow });
      const ats = [0, 1, 2, 3, 4].map((i) => BEGIN + i * MINUTE);
      for (const [i, at] of ats.entries()) await writer.record(movedTo(writer, at, (i + 1) * 100), terms(at));
      return ats;
    }

    async function bytesOf(flow: string, at: number): Promise<Uint8Array> {
      const [frame] = await store.read(flow, [at], BEGIN);
      if (frame?.bytes == null) throw new Error('no frame');
      return frame.bytes;
    }

    test('lineages of a flow are listed with the one that was begun last first', async () => {
      const flow = freshFlow();
      expect(await store.lineages(flow)).toEqual([]);
      const [a, b] = ['a/x', 'b#y'].map((source) => ({ source, target: 't' }));
      await store.begin(flow, { source: 'a/x', target: 't', begunAt: BEGIN });
      await store.begin(flow, { source: 'b#y', target: 't', begunAt: BEGIN + 1 });
      expect(await under.open().lineages(flow)).toMatchObject([b, a]);
      await store.begin(flow, { source: 'a/x', target: 't', begunAt: BEGIN + 2 });
      expect(await store.lineages(flow)).toEqual([
        { source: 'a/x', target: 't', begunAt: BEGIN + 2 },
        { source: 'b#y', target: 't', begunAt: BEGIN + 1 },
      ]);
      expect(await store.lineages(`${flow}2`)).toEqual([]);
    });

    test('GIVEN any audits THEN the state as of any time is that of the last audit before it', async () => {
      await fc.assert(
        fc.asyncProperty(audits, async (steps) => {
          const flow = freshFlow();
          const model: { at: number; facts: readonly string[] }[] = [];
          let writer = await openWriter(store, BEGIN, { flow });
          let at = BEGIN - MINUTE;
          for (const step of steps) {
            at += step.minutes * MINUTE;
            if (step.restart) writer = await openWriter(under.open(), at, { flow });
            const state = stateAfter(
              writer,
              at,
              step.offsets.map(([group, offset]) => [commit(`g${group}`, 't', group % 3), offset]),
            );
            state.set(end('t', 1), BigInt(at - BEGIN) / 700n);
            if (step.topicId !== null) state.topicIds.source.set('t', step.topicId);
            change(state, step.sync);
            state.said = step.said;
            if (step.pending) state.syncs('t', 2).breakBeforeNext('newTarget');
            // A dead source was last read some time before.
            if (step.unread && state.readAt.source > 0) state.readAt.source -= 1;
            state.unread = step.unread ? [{ role: 'target', kind: 'group', name: 'g1' }] : [];
            await writer.record(state, terms(at));
            model.push({ at, facts: factsOf(state) });
          }
          const times = [BEGIN - 2 * MINUTE, ...model.flatMap((m) => [m.at - 1, m.at, m.at + 30_000])];
          for (const time of times) {
            const expected = model.findLast((m) => m.at <= time);
            const found = await readStateAsOf(store, flow, time, BEGIN);
            expect(found === null ? null : factsOf(found.state)).toEqual(expected?.facts ?? null);
            expect(found?.passedOver ?? []).toEqual([]);
            if (found !== null && expected !== undefined) expect(found.heldUntil).toBe(expected.at);
          }
        }),
        { numRuns: runs },
      );
    });

    test('GIVEN an audit that finds nothing new THEN the newest state is known to hold until then', async () => {
      const flow = freshFlow();
      const writer = await openWriter(store, BEGIN, { flow });
      await writer.record(movedTo(writer, BEGIN, 100), terms(BEGIN));
      const again = stateAfter(writer, BEGIN + 5 * MINUTE, []);
      expect(await writer.record(again, terms(BEGIN))).toEqual({ kind: 'unchanged' });
      expect((await store.stats(flow, BEGIN)).frames).toBe(1);
      const now = await readStateAsOf(store, flow, LATER, BEGIN);
      expect([now?.state.at, now?.heldUntil]).toEqual([BEGIN, BEGIN + 5 * MINUTE]);
      await writer.record(movedTo(writer, BEGIN + 9 * MINUTE, 200), terms(BEGIN));
      const past = await readStateAsOf(store, flow, BEGIN + 7 * MINUTE, BEGIN);
      expect([past?.state.at, past?.heldUntil, past?.thinned]).toEqual([BEGIN, BEGIN + 5 * MINUTE, false]);
    });

    test('GIVEN a flow that stands still for longer than anything is kept THEN its state never expires', async () => {
      const flow = freshFlow();
      const writer = await openWriter(store, BEGIN, { flow });
      const day = 1440 * MINUTE;
      await writer.record(movedTo(writer, BEGIN, 100), terms(BEGIN));
      await writer.record(movedTo(writer, BEGIN + MINUTE, 200), terms(BEGIN));
      let frames = 0;
      for (let at = BEGIN + day; at <= BEGIN + 90 * day; at += day) {
        const recorded = await writer.record(movedTo(writer, at, 200), terms(at));
        if (recorded.kind === 'frame') frames++;
        const found = await readStateAsOf(store, flow, at, at);
        expect([found?.state.get(commit('billing')), found?.heldUntil]).toEqual([190n, at]);
      }
      // One a week, and a day's frame for the change in the beginning.
      expect(frames).toBeLessThanOrEqual(14);
    });

    test('WHEN two write at once THEN one is refused, and after a take-over the other one is fenced', async () => {
      const flow = freshFlow();
      const first = await openWriter(store, BEGIN, { flow, owner: 'one', leaseMs: MINUTE });
      await first.record(movedTo(first, BEGIN, 100), terms(BEGIN, MINUTE));
      const other = under.open();
      await expect(openWriter(other, BEGIN + 1, { flow, owner: 'two' })).rejects.toThrow(HistoryBusyError);
      const second = await openWriter(other, BEGIN + MINUTE + 1, { flow, owner: 'two', leaseMs: MINUTE });
      expect(second.newest?.get(commit('billing'))).toBe(90n);
      const late = first.record(movedTo(first, BEGIN + MINUTE, 999), terms(BEGIN + MINUTE, MINUTE));
      await expect(late).rejects.toThrow(HistoryFencedError);
      const idle = first.newest?.next(BEGIN + MINUTE);
      if (idle === undefined) throw new Error('no state');
      await expect(first.record(idle, terms(BEGIN + MINUTE, MINUTE))).rejects.toThrow(HistoryFencedError);
      await first.release();
      await expect(openWriter(store, BEGIN + MINUTE + 2, { flow, owner: 'one' })).rejects.toThrow(HistoryBusyError);
      await second.record(movedTo(second, BEGIN + 2 * MINUTE, 200), terms(BEGIN + 2 * MINUTE));
      const found = await readStateAsOf(store, flow, LATER, BEGIN);
      expect(found?.state.get(commit('billing'))).toBe(190n);
      expect((await store.list(flow, { from: 0, to: LATER }, BEGIN)).map(({ at }) => at)).toEqual([
        BEGIN,
        BEGIN + 2 * MINUTE,
      ]);
      await second.release();
      await openWriter(store, BEGIN + 2 * MINUTE + 1, { flow, owner: 'one' });
      await other.close();
    });

    test('WHEN both take the same free lease at the same moment THEN one of them has it', async () => {
      const flow = freshFlow();
      const handles = [under.open(), under.open()];
      const taken = await Promise.allSettled(
        handles.map((handle, i) => handle.acquire(flow, `owner-${i}`, terms(BEGIN, MINUTE))),
      );
      expect(taken.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      for (const result of taken)
        if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(HistoryBusyError);
      for (const handle of handles) await handle.close();
    });

    test.each([
      ['torn', async (flow: string, ats: readonly number[]) => under.tear(flow, ats[3] ?? 0)],
      [
        'checksum',
        async (flow: string, ats: readonly number[]) => {
          const bytes = (await bytesOf(flow, ats[3] ?? 0)).slice();
          bytes[20] = (bytes[20] ?? 0) ^ 1;
          await under.overwrite(flow, ats[3] ?? 0, bytes);
        },
      ],
      [
        'truncated',
        async (flow: string, ats: readonly number[]) => under.overwrite(flow, ats[3] ?? 0, new Uint8Array(5)),
      ],
      [
        'out-of-place',
        async (flow: string, ats: readonly number[]) =>
          under.overwrite(flow, ats[3] ?? 0, await bytesOf(flow, ats[2] ?? 0)),
      ],
    ])('GIVEN a frame that is %s THEN what hangs on it is passed over, and said so', async (damage, harm) => {
      const flow = freshFlow();
      const ats = await fiveSnapshots(flow);
      await harm(flow, ats);
      const found = await readStateAsOf(store, flow, LATER, BEGIN);
      expect(found?.state.get(commit('billing'))).toBe(290n);
      expect(found?.passedOver).toEqual([
        { at: ats[4], damage },
        { at: ats[3], damage },
      ]);
      const before = await readStateAsOf(store, flow, ats[2] ?? 0, BEGIN);
      expect(before?.passedOver).toEqual([]);
      // Recording goes on from the last good state with a whole one.
      const writer = await openWriter(store, LATER, { flow, owner: 'next' });
      expect(writer.newest?.get(commit('billing'))).toBe(290n);
      await writer.record(movedTo(writer, LATER, 600), terms(LATER));
      const after = await readStateAsOf(store, flow, LATER, BEGIN);
      expect([after?.state.get(commit('billing')), after?.passedOver]).toEqual([590n, []]);
      expect(after?.state.syncs('orders', 0).upstream(0)).toBe(100n);
    });

    test('GIVEN frames that have expired but are still there THEN nobody sees them', async () => {
      const flow = freshFlow();
      const ats = await fiveSnapshots(flow);
      const all = await store.list(flow, { from: 0, to: LATER }, BEGIN);
      expect(all.map(({ at }) => at)).toEqual(ats);
      const later = Math.max(...all.map(({ expiresAt }) => (all[0]?.expiresAt === expiresAt ? 0 : expiresAt)));
      expect((await store.newest(flow, LATER, later))?.at).toBe(ats[0]);
      expect((await store.list(flow, { from: 0, to: LATER }, later)).map(({ at }) => at)).toEqual([ats[0]]);
      expect((await store.read(flow, ats, later)).map((frame) => frame?.entry.at)).toEqual([ats[0], ...Array(4)]);
      expect((await store.stats(flow, later)).frames).toBe(1);
      const removed = await store.thin(flow, later);
      const kept = await readStateAsOf(store, flow, LATER, later);
      expect(kept?.state.get(commit('billing'))).toBe(90n);
      expect([0, 4]).toContain(removed);
    });

    test('GIVEN flows of many names THEN each has a history of its own', async () => {
      const flows = [`${FLOW}-${freshFlow()}`, freshFlow()];
      for (const [i, flow] of flows.entries()) {
        const writer = await openWriter(store, BEGIN, { flow });
        await writer.record(movedTo(writer, BEGIN, 100 + i), terms(BEGIN));
      }
      for (const [i, flow] of flows.entries()) {
        const found = await readStateAsOf(store, flow, LATER, BEGIN);
        expect(found?.state.get(end())).toBe(BigInt(100 + i));
      }
      expect(await readStateAsOf(store, freshFlow(), LATER, BEGIN)).toBeNull();
    });
  });
}

const offset = fc.oneof(fc.bigInt({ min: 0n, max: 5_000n }), fc.bigInt({ min: 0n, max: 2n ** 62n }), fc.constant(null));
const audits = fc.array(
  fc.record({
    minutes: fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 5, max: 3_000 })),
    restart: fc.integer({ min: 0, max: 4 }).map((n) => n === 0),
    offsets: fc.array(fc.tuple(fc.integer({ min: 0, max: 12 }), offset), { maxLength: 8 }),
    topicId: fc.oneof(fc.constant(null), fc.constantFrom('MkTRyqcURXqnfHkYZpmUUg', 'Jm1QvJ0cRQeSLkCN2-rX1w')),
    sync: fc.integer({ min: -3, max: 300 }),
    unread: fc.boolean(),
    pending: fc.boolean(),
    said: fc.constantFrom(
      null,
      { verdict: 'ready' as const, reasons: [] },
      { verdict: 'at-risk' as const, reasons: ['LAG', 'GROUP_SKIPS'] },
    ),
  }),
  { maxLength: 12 },
);

/** Adds a sync, on the line or off it. */
function change(state: HistoryState, step: number): void {
  if (step < 0) return;
  const syncs = state.syncs('t', 1);
  const last = syncs.length === 0 ? { upstream: 0n, downstream: 0n } : syncs.at(syncs.length - 1);
  const upstream = last.upstream + BigInt(step);
  const downstream = last.downstream + BigInt(step - (step % 3 === 0 ? 1 : 0));
  syncs.push({
    upstream,
    downstream,
    timestamp: BigInt(state.at - step),
    hole: step % 7 === 0,
    newSource: step === 9,
    newTarget: step === 11,
    compared: step === 12,
  });
}
