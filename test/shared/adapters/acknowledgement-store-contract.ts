import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Acknowledgement } from '../../../shared/domain/model/finding.ts';
import { type AcknowledgementStore, KEEP_ENDED_MS } from '../../../shared/history/acknowledgement-store.ts';
import { HistoryStoreError } from '../../../shared/history/history-errors.ts';
import { BEGIN, HOUR } from '../history/recorded-flow.ts';

/** One kind of store, and the ways around it that the contract needs. */
export interface AcknowledgementStoreUnderTest {
  /** Another handle to the same data, as another process would have. */
  open(): AcknowledgementStore;
  /** Replaces the stored text of one acknowledgement without anybody's leave. */
  overwrite(flow: string, id: string, document: string): Promise<void>;
  stop(): Promise<void>;
}

/** What every store of acknowledgements has to keep, run against the real ones. */
export function describeAcknowledgementStore(name: string, start: () => Promise<AcknowledgementStoreUnderTest>): void {
  describe(`${name}: acknowledgements`, () => {
    let under: AcknowledgementStoreUnderTest;
    let store: AcknowledgementStore;
    let other: AcknowledgementStore;
    beforeAll(async () => {
      under = await start();
      store = under.open();
      other = under.open();
    });
    afterAll(async () => {
      await store?.close();
      await other?.close();
      await under?.stop();
    });
    const freshFlow = () => `A${randomBytes(4).toString('hex')}->B`;
    const known = (flow: string, over: Partial<Acknowledgement> = {}): Acknowledgement => ({
      id: randomBytes(6).toString('hex'),
      flow,
      code: 'FOREIGN_WRITES',
      subject: { topic: 'A.orders' },
      reason: 'the loader "x" writes there\n– until \u{1f4a5}',
      by: 'alice',
      at: BEGIN,
      until: null,
      ending: null,
      ...over,
    });

    test('are read as they were stored, flow by flow, oldest first', async () => {
      const flow = freshFlow();
      const second = known(flow, { at: BEGIN + 2, until: BEGIN + HOUR });
      const first = known(flow, { at: BEGIN + 1, subject: { cluster: 'A', topic: 't', partition: 0, group: 'g' } });
      const sameTime = [known(flow), known(flow)].toSorted((a, b) => (a.id < b.id ? -1 : 1));
      for (const one of [second, ...sameTime.toReversed(), first]) expect(await store.add(one)).toBe(true);
      expect(await other.list(flow, BEGIN)).toEqual([...sameTime, first, second]);
      expect(await other.list(freshFlow(), BEGIN)).toEqual([]);
    });

    test('WHEN one is stored again THEN it stays what it was', async () => {
      const flow = freshFlow();
      const one = known(flow);
      expect(await store.add(one)).toBe(true);
      expect(await other.add({ ...one, at: BEGIN + 1, reason: 'another' })).toBe(false);
      expect(await store.list(flow, BEGIN)).toEqual([one]);
    });

    test('WHEN two processes store the same at once THEN it is there once', async () => {
      const flow = freshFlow();
      const one = known(flow);
      await Promise.all([store.add(one), other.add({ ...one, at: BEGIN + 1 })]);
      expect(await store.list(flow, BEGIN + 1)).toHaveLength(1);
    });

    test.each([{ kind: 'withdrawn', at: BEGIN + 5, by: 'bob' } as const, { kind: 'closed', at: BEGIN + 5 } as const])(
      'end once: $kind',
      async (ending) => {
        const flow = freshFlow();
        const [ended, open] = [known(flow), known(flow, { at: BEGIN + 1 })];
        for (const one of [ended, open]) await store.add(one);
        expect(await other.end(flow, ended.id, ending)).toBe(true);
        expect(await store.end(flow, ended.id, { kind: 'closed', at: BEGIN + 9 })).toBe(false);
        expect(await store.list(flow, BEGIN)).toEqual([{ ...ended, ending }, open]);
        // Stored again it does not come back to life.
        expect(await store.add(ended)).not.toBeNull();
        expect((await store.list(flow, BEGIN))[0]?.ending).toEqual(ending);
      },
    );

    test('that are not there cannot be ended', async () => {
      const flow = freshFlow();
      const one = known(flow);
      await store.add(one);
      expect(await store.end(flow, 'aaaaaaaaaaaa', { kind: 'closed', at: BEGIN })).toBe(false);
      expect(await store.end(freshFlow(), one.id, { kind: 'closed', at: BEGIN })).toBe(false);
      expect(await store.list(flow, BEGIN)).toEqual([one]);
    });

    test('are kept while they count, and ended ones as long as the history', async () => {
      const flow = freshFlow();
      const [open, timed, closed] = [
        known(flow),
        known(flow, { at: BEGIN + 1, until: BEGIN + 10 }),
        known(flow, { at: BEGIN + 2 }),
      ];
      for (const one of [open, timed, closed]) await store.add(one);
      await store.end(flow, closed.id, { kind: 'closed', at: BEGIN + 20 });
      const ids = async (now: number) => (await other.list(flow, now)).map(({ id }) => id);
      expect(await ids(BEGIN + KEEP_ENDED_MS + 9)).toEqual([open.id, timed.id, closed.id]);
      expect(await ids(BEGIN + KEEP_ENDED_MS + 10)).toEqual([open.id, closed.id]);
      expect(await ids(BEGIN + KEEP_ENDED_MS + 20)).toEqual([open.id]);
      expect(await ids(BEGIN + 100 * KEEP_ENDED_MS)).toEqual([open.id]);
    });

    test.each(['', '{}', 'null', '{"version":2}', '[1'])(
      'WHEN one was altered to %j THEN reading says so',
      async (text) => {
        const flow = freshFlow();
        const one = known(flow);
        await store.add(one);
        await under.overwrite(flow, one.id, text);
        await expect(store.list(flow, BEGIN)).rejects.toBeInstanceOf(HistoryStoreError);
        await expect(store.list(flow, BEGIN)).rejects.toMatchObject({ code: 'HISTORY_DAMAGED' });
      },
    );

    test('WHEN one is put into the place of another flow THEN reading says so', async () => {
      const [flow, elsewhere] = [freshFlow(), freshFlow()];
      const one = known(flow);
      await store.add(one);
      await under.overwrite(flow, one.id, JSON.stringify({ version: 1, ...one, flow: elsewhere }));
      await expect(store.list(flow, BEGIN)).rejects.toMatchObject({ code: 'HISTORY_DAMAGED' });
    });

    test('of a code that only a newer version knows cover nothing here, and disturb nothing', async () => {
      const flow = freshFlow();
      const [newer, one] = [known(flow), known(flow)];
      for (const each of [newer, one]) await store.add(each);
      await under.overwrite(flow, newer.id, JSON.stringify({ version: 1, ...newer, code: 'NOT_YET_KNOWN' }));
      expect(await store.list(flow, BEGIN)).toEqual([one]);
    });
  });
}
