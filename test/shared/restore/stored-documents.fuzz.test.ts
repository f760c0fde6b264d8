import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { openHistoryDatabase } from '../../../shared/adapters/sqlite/open-database.ts';
import { createSqlitePlanStore } from '../../../shared/adapters/sqlite/sqlite-plan-store.ts';
import { loadPlan } from '../../../shared/restore/load-plan.ts';
import { DamagedDocumentError } from '../../../shared/restore/plan-store.ts';
import { journalCodec, planCodec, planHash, planText } from '../../../shared/restore/restore-documents.ts';
import { planOf, storePlan } from './restore-world.ts';

const plan = planOf({ id: 'p', madeAt: 1_000_000 });
const mutation = fc.array(fc.record({ at: fc.nat(), byte: fc.integer({ min: 1, max: 255 }) }), {
  minLength: 1,
  maxLength: 4,
});

function mutated(bytes: Uint8Array, changes: readonly { readonly at: number; readonly byte: number }[], cut: number) {
  const copy = Buffer.from(bytes);
  for (const { at, byte } of changes) copy[at % copy.length] = (copy[at % copy.length] ?? 0) ^ byte;
  return cut === 0 ? copy : copy.subarray(0, copy.length - (cut % copy.length));
}

test("GIVEN any change of a plan's bytes THEN the plan is refused, has another hash, or is the same plan", () => {
  const bytes = planCodec.encode(plan);
  const hash = planHash(plan);
  fc.assert(
    fc.property(mutation, fc.oneof(fc.constant(0), fc.nat()), (changes, cut) => {
      try {
        const found = planCodec.decode(mutated(bytes, changes, cut), 'p');
        if (planHash(found) === hash) expect(planText(found)).toBe(planText(plan));
      } catch (error) {
        expect(error).toBeInstanceOf(DamagedDocumentError);
      }
    }),
    { numRuns: 3_000 },
  );
});

test('GIVEN any change of one value of a plan THEN its hash changes', () => {
  const hash = planHash(plan);
  const offset = fc.bigInt({ min: 0n, max: 2n ** 62n });
  fc.assert(
    fc.property(fc.nat({ max: 2 }), fc.nat({ max: 0 }), offset, (g, s, to) => {
      const groups = plan.groups.map((group, i) =>
        i === g ? { ...group, steps: group.steps.map((step, j) => (j === s ? { ...step, to } : step)) } : group,
      );
      const isSame = plan.groups[g]?.steps[s]?.to === to;
      expect(planHash({ ...plan, groups }) === hash).toBe(isSame);
    }),
  );
  expect(planHash(planCodec.decode(planCodec.encode(plan), 'p'))).toBe(hash);
});

test('GIVEN a plan with and without reasons THEN its hash is what it always was', () => {
  const reasoned = plan.groups.map((group) => ({
    ...group,
    steps: group.steps.map((step) => ({ ...step, reason: 'because' })),
  }));
  expect(planHash(plan)).toBe('ac2c8e943675bdf5b4ee68ab9eccd98a8b914915a716180021f28cf0e49eedc9');
  expect(planHash({ ...plan, groups: reasoned })).toBe(
    '1898fcee43c026fa93f0604bd4af49c52fb247384c737dd1d653c91867e51bc0',
  );
  expect(planCodec.decode(planCodec.encode(plan), 'p')).toEqual(plan);
});

test('GIVEN a plan that leaves groups out THEN its hash covers them, and they are read back', () => {
  const partial = { ...plan, leftOut: [{ group: 'live', code: 'GROUP_LIVE' as const, reason: 'it has members' }] };
  expect(planHash(partial)).not.toBe(planHash(plan));
  expect(planCodec.decode(planCodec.encode(partial), 'p')).toEqual(partial);
});

test('GIVEN bytes of another document, or of none THEN they are no plan and no journal', async () => {
  const journal = journalCodec.encode({ plan: 'p', hash: 'h', run: 1, at: 1, groups: [] });
  expect(() => planCodec.decode(journal, 'p')).toThrow(DamagedDocumentError);
  expect(() => journalCodec.decode(planCodec.encode(plan), 'p')).toThrow(DamagedDocumentError);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(() => planCodec.decode(bytes, 'p')).toThrow(DamagedDocumentError);
    }),
    { numRuns: 2_000 },
  );
});

test('GIVEN any change of the bytes in the database THEN the plan is not loaded', async () => {
  const database = openHistoryDatabase(':memory:');
  const plans = createSqlitePlanStore(database);
  await storePlan(plans, plan);
  const bytes = (await plans.read('p', 'plan', 0)) ?? Buffer.alloc(0);
  const overwrite = database.prepare('UPDATE restore_document SET bytes = ?');
  await fc.assert(
    fc.asyncProperty(mutation, fc.oneof(fc.constant(0), fc.nat()), async (changes, cut) => {
      const changed = mutated(bytes, changes, cut);
      fc.pre(!changed.equals(bytes));
      overwrite.run(changed);
      expect(await loadPlan(plans, 'p', 0)).toMatchObject({ kind: 'altered', refusal: { code: 'PLAN_ALTERED' } });
    }),
    { numRuns: 1_000 },
  );
  overwrite.run(bytes);
  expect(await loadPlan(plans, 'p', 0)).toMatchObject({ kind: 'found', loaded: { hash: planHash(plan) } });
  await plans.close();
});
