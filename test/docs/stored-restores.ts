import { openHistoryDatabase } from '../../shared/adapters/sqlite/open-database.ts';
import { createSqlitePlanStore } from '../../shared/adapters/sqlite/sqlite-plan-store.ts';
import type { PartitionResult, RestoreResult } from '../../shared/domain/restore/restore-result.ts';
import { journalName, storeResult, UNDO_DOCUMENT } from '../../shared/restore/journal.ts';
import type { PlanStore } from '../../shared/restore/plan-store.ts';
import { journalCodec, undoCodec } from '../../shared/restore/restore-documents.ts';
import { planOf, storePlan } from '../shared/restore/restore-world.ts';

const stands: PartitionResult = {
  topic: 't',
  partition: 0,
  before: 5n,
  to: 3n,
  found: 3n,
  standing: 'written',
  why: null,
};

/** A history file with a plan in each state that there is: planned, expired, begun, applied, undone, damaged twice. */
export async function storeRestores(file: string): Promise<void> {
  const plans = createSqlitePlanStore(openHistoryDatabase(file));
  const now = Date.now();
  const keepUntil = now + 3_600_000;
  const planned = async (letter: string, madeAt = now) => {
    const id = `20261120T100000Z-${letter.repeat(8)}`;
    return { id, hash: await storePlan(plans, planOf({ id, madeAt })) };
  };
  await planned('a');
  await planned('b', now - 7_200_000);

  const begun = await planned('c');
  await noteJournal(plans, begun, now);
  const applied = await planned('d');
  await noteJournal(plans, applied, now);
  await storeResult(plans, resultOf(applied.id, 'apply', 1, now), applied.hash);

  for (const letter of ['e', 'f']) {
    const { id, hash } = await planned(letter);
    await noteJournal(plans, { id, hash }, now);
    await plans.add({ plan: id, name: UNDO_DOCUMENT, bytes: undoCodec.encode({ plan: id, hash, at: now }), keepUntil });
    if (letter === 'f') await storeResult(plans, resultOf(id, 'undo', 2, now), hash);
  }

  const noted = await planned('0');
  await plans.add({ plan: noted.id, name: journalName(1), bytes: Buffer.from('no journal'), keepUntil });
  await plans.add({ plan: '20261120T100000Z-11111111', name: 'plan', bytes: Buffer.from('no plan'), keepUntil });
  await plans.close();
}

async function noteJournal(plans: PlanStore, { id, hash }: { id: string; hash: string }, at: number): Promise<void> {
  const bytes = journalCodec.encode({ plan: id, hash, run: 1, at, groups: [] });
  await plans.add({ plan: id, name: journalName(1), bytes, keepUntil: at + 3_600_000 });
}

function resultOf(plan: string, action: RestoreResult['action'], run: number, at: number): RestoreResult {
  return { plan, action, run, at, groups: [{ group: 'g0', partitions: [stands], untouched: false, refusal: null }] };
}
