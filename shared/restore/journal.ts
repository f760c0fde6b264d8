import { PartitionMap } from '../domain/model/partition-map.ts';
import type { RestoreResult } from '../domain/restore/restore-result.ts';
import { DamagedDocumentError, KEEP_DOCUMENTS_MS, type PlanStore } from './plan-store.ts';
import { type Journal, journalCodec, resultCodec, type StoredResult, undoCodec } from './restore-documents.ts';

/** Everything recorded about a plan since it was made. */
export interface RestoreLog {
  /** The positions that groups had before the plan changed them, by group. */
  readonly originals: ReadonlyMap<string, PartitionMap<bigint | null>>;
  /** Number of the latest attempt; 0 before the first. */
  readonly lastRun: number;
  readonly undoBegun: boolean;
  /** Oldest first. */
  readonly results: readonly StoredResult[];
}

const JOURNAL = /^journal-(\d+)$/;
const RESULT = /^(?:apply|undo)-(\d+)$/;
export const UNDO_DOCUMENT = 'undo';

export function journalName(run: number): string {
  return `journal-${String(run).padStart(4, '0')}`;
}

function resultName(action: 'apply' | 'undo', run: number): string {
  return `${action}-${String(run).padStart(4, '0')}`;
}

/**
 * Reads everything recorded about a plan. For each group the first journal counts, because a later one may contain what
 * an earlier attempt wrote. If that attempt is known not to have changed the group, the next journal counts.
 *
 * @throws DamagedDocumentError, HistoryStoreError
 */
export async function readLog(plans: PlanStore, id: string, hash: string, now: number): Promise<RestoreLog> {
  const names = await plans.names(id, now);
  const journals: Journal[] = [];
  const results: StoredResult[] = [];
  let lastRun = 0;
  let undoBegun = false;
  for (const name of names) {
    const run = Number((JOURNAL.exec(name) ?? RESULT.exec(name))?.[1] ?? 0);
    lastRun = Math.max(lastRun, run);
    const bytes =
      JOURNAL.test(name) || RESULT.test(name) || name === UNDO_DOCUMENT ? await plans.read(id, name, now) : null;
    if (bytes === null) continue;
    if (JOURNAL.test(name)) journals.push(own(journalCodec.decode(bytes, id), id, hash));
    else if (RESULT.test(name)) results.push(own(resultCodec.decode(bytes, id), id, hash));
    else undoBegun = own(undoCodec.decode(bytes, id), id, hash).at > 0;
  }
  journals.sort((a, b) => a.run - b.run);
  results.sort((a, b) => a.run - b.run);
  return { originals: originalsOf(journals, results), lastRun, undoBegun, results };
}

/** Stores the result of an attempt. */
export async function storeResult(plans: PlanStore, result: RestoreResult, hash: string): Promise<void> {
  const { plan, action, run, at } = result;
  const bytes = resultCodec.encode({ ...result, hash });
  await plans.add({ plan, name: resultName(action, run), bytes, keepUntil: at + KEEP_DOCUMENTS_MS });
}

function originalsOf(
  journals: readonly Journal[],
  results: readonly StoredResult[],
): ReadonlyMap<string, PartitionMap<bigint | null>> {
  const originals = new Map<string, { run: number; positions: PartitionMap<bigint | null> }>();
  for (const { run, groups } of journals) {
    for (const { group, positions } of groups) {
      const first = originals.get(group);
      if (first !== undefined && !changedNothing(results, first.run, group)) continue;
      const map = new PartitionMap<bigint | null>();
      for (const { topic, partition, offset } of positions) map.set(topic, partition, offset);
      originals.set(group, { run, positions: map });
    }
  }
  // A group that was never written needs no undo, and the next attempt records it again.
  for (const [group, { run }] of originals) if (changedNothing(results, run, group)) originals.delete(group);
  return new Map([...originals].map(([group, { positions }]) => [group, positions]));
}

function changedNothing(results: readonly StoredResult[], run: number, group: string): boolean {
  const result = results.find((one) => one.action === 'apply' && one.run === run);
  return result?.groups.find((one) => one.group === group)?.untouched === true;
}

function own<T extends { readonly plan: string; readonly hash: string }>(document: T, id: string, hash: string): T {
  if (document.plan === id && document.hash === hash) return document;
  throw new DamagedDocumentError(id, 'record of an attempt', 'belongs to another plan, or the plan was altered since');
}
