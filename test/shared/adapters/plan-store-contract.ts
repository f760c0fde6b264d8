import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { PlanStore } from '../../../shared/restore/plan-store.ts';
import { DamagedDocumentError } from '../../../shared/restore/plan-store.ts';
import { BEGIN, HOUR } from '../history/recorded-flow.ts';

/** One kind of plan store and the ways around it that the contract needs. */
export interface PlanStoreUnderTest {
  /** Another handle to the same data, as another process would have. */
  open(): PlanStore;
  /** Changes one byte of a document without anybody's leave. */
  alter(plan: string, name: string): Promise<void>;
  /** Takes a part of a document away. */
  tear(plan: string, name: string): Promise<void>;
  /** Puts the bytes and digest of one document in the place of another. */
  swap(plan: string, from: string, to: string): Promise<void>;
  stop(): Promise<void>;
}

const KEEP = BEGIN + 2 * HOUR;
const numbers = { next: 0 };

/** What every plan store has to keep, run against the real ones. */
export function describePlanStore(name: string, start: () => Promise<PlanStoreUnderTest>): void {
  describe(`${name}: restores`, () => {
    let under: PlanStoreUnderTest;
    let store: PlanStore;
    let other: PlanStore;
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
    const freshPlan = () => `20261121T10000${numbers.next++}Z-${randomBytes(4).toString('hex')}`;
    const added = async (plan: string, document: string, bytes: Uint8Array = randomBytes(100)) => {
      expect(await store.add({ plan, name: document, bytes, keepUntil: KEEP })).toBe(true);
      return bytes;
    };

    test.each([0, 1, 100, 379_999, 380_000, 1_500_001])(
      'a document of %d bytes is read as it was stored',
      async (size) => {
        const plan = freshPlan();
        const bytes = await added(plan, 'plan', randomBytes(size));
        const found = await other.read(plan, 'plan', BEGIN);
        expect(found === null ? null : Buffer.compare(found, bytes)).toBe(0);
        expect(await other.read(plan, 'journal-0001', BEGIN)).toBeNull();
        expect(await other.read(freshPlan(), 'plan', BEGIN)).toBeNull();
      },
    );

    test('a document is written once: who comes second is told so and changes nothing', async () => {
      const plan = freshPlan();
      const first = await added(plan, 'journal-0001', randomBytes(800_000));
      const second = { plan, name: 'journal-0001', bytes: randomBytes(900_000), keepUntil: KEEP };
      expect(await other.add(second)).toBe(false);
      const found = await store.read(plan, 'journal-0001', BEGIN);
      expect(found === null ? null : Buffer.compare(found, first)).toBe(0);
    });

    test('WHEN two write the same document at once THEN one of them has, and what is read is that one', async () => {
      const plan = freshPlan();
      const documents = [0, 1].map(() => ({ plan, name: 'undo', bytes: randomBytes(700_000), keepUntil: KEEP }));
      const [a, b] = documents;
      if (a === undefined || b === undefined) throw new Error('two documents');
      const won = await Promise.all([store.add(a), other.add(b)]);
      expect([...won].sort()).toEqual([false, true]);
      const found = await store.read(plan, 'undo', BEGIN);
      expect(found === null ? null : Buffer.compare(found, won[0] ? a.bytes : b.bytes)).toBe(0);
    });

    test('names and plans are listed in order, and what has expired is gone', async () => {
      const plans = [freshPlan(), freshPlan()];
      for (const plan of plans)
        for (const document of ['plan', 'apply-0001', 'journal-0001']) await added(plan, document);
      expect(await other.names(plans[0] ?? '', BEGIN)).toEqual(['apply-0001', 'journal-0001', 'plan']);
      const listed = await other.plans(1_000, BEGIN);
      expect(listed).toEqual([...listed].sort().reverse());
      expect(listed).toEqual(expect.arrayContaining(plans));
      expect(await other.plans(1, BEGIN)).toEqual(listed.slice(0, 1));
      expect(await other.names(plans[0] ?? '', KEEP)).toEqual([]);
      expect(await other.read(plans[0] ?? '', 'plan', KEEP)).toBeNull();
      expect(await other.plans(1_000, KEEP)).toEqual([]);
    });

    test.each([
      ['altered', (plan: string) => under.alter(plan, 'plan')],
      ['torn', (plan: string) => under.tear(plan, 'plan')],
      ['put in the place of another', (plan: string) => under.swap(plan, 'journal-0001', 'plan')],
    ])('a document that was %s is detected', async (_, damage) => {
      const plan = freshPlan();
      await added(plan, 'plan', randomBytes(500_000));
      await added(plan, 'journal-0001', randomBytes(500_000));
      await damage(plan);
      await expect(store.read(plan, 'plan', BEGIN)).rejects.toBeInstanceOf(DamagedDocumentError);
      expect(await store.read(plan, 'journal-0001', BEGIN)).not.toBeNull();
    });
  });
}
