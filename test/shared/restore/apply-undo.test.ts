import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openHistoryDatabase } from '../../../shared/adapters/sqlite/open-database.ts';
import { createSqlitePlanStore } from '../../../shared/adapters/sqlite/sqlite-plan-store.ts';
import { AuthenticationError, ClusterUnreachableError } from '../../../shared/domain/model/errors.ts';
import { isComplete, standings } from '../../../shared/domain/restore/restore-result.ts';
import type { OffsetWriter } from '../../../shared/ports.ts';
import { applyRestore, type Restored } from '../../../shared/restore/apply-restore.ts';
import { type LoadedPlan, loadPlan } from '../../../shared/restore/load-plan.ts';
import type { PlanStore } from '../../../shared/restore/plan-store.ts';
import { undoRestore } from '../../../shared/restore/undo-restore.ts';
import {
  CLUSTER,
  type FileCluster,
  fileReader,
  fileWriter,
  groupsBefore,
  groupsPlanned,
  planOf,
  readCluster,
  storePlan,
  writeCluster,
} from './restore-world.ts';

const folder = mkdtempSync(join(tmpdir(), 'tidemark-restore-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, 'cluster.json');
const NOW = Date.parse('2026-11-21T10:00:00Z');

let plans: PlanStore;
let hash: string;
let now: number;
const clock = { now: () => now };
const change = (of: Partial<FileCluster>) => writeCluster(file, { ...readCluster(file), ...of });
const positions = () => readCluster(file).positions;

beforeEach(async () => {
  now = NOW;
  writeCluster(file, { ...CLUSTER, positions: groupsBefore() });
  plans = createSqlitePlanStore(openHistoryDatabase(':memory:'));
  hash = await storePlan(plans, planOf({ id: 'p', madeAt: NOW }));
});
afterEach(() => plans.close());

async function loaded(): Promise<LoadedPlan> {
  const found = await loadPlan(plans, 'p', now);
  if (found.kind !== 'found') throw new Error('the plan is there');
  return found.loaded;
}

async function apply(writer: OffsetWriter = fileWriter(file), asked = hash): Promise<Restored> {
  return await applyRestore({ loaded: await loaded(), hash: asked, plans, reader: fileReader(file), writer, clock });
}

async function undo(force = false): Promise<Restored> {
  return await undoRestore({
    loaded: await loaded(),
    plans,
    reader: fileReader(file),
    writer: fileWriter(file),
    clock,
    force,
  });
}

function done(restored: Restored) {
  if (restored.kind === 'refused') throw new Error(JSON.stringify(restored.refusals));
  return { complete: isComplete(restored.result), ...standings(restored.result), groups: restored.result.groups };
}

const codesOf = (restored: Restored) => (restored.kind === 'refused' ? restored.refusals.map(({ code }) => code) : []);

/** A writer that counts requests and can replace one. */
function watched(instead: (group: string) => Promise<unknown> | undefined = () => undefined) {
  const asked: string[] = [];
  const inner = fileWriter(file);
  const writer: OffsetWriter = {
    ...inner,
    async commit(group, offsets) {
      asked.push(`commit ${group} ${offsets.map(({ partition, offset }) => `${partition}:${offset}`).join(' ')}`);
      await instead(group);
      return await inner.commit(group, offsets);
    },
    async delete(group, partitions) {
      asked.push(`delete ${group} ${partitions.map(({ partition }) => partition).join(' ')}`);
      return await inner.delete(group, partitions);
    },
  };
  return { writer, asked };
}

describe('apply', () => {
  test('sends one request per group, skips positions already in place, and reads all back', async () => {
    const { writer, asked } = watched();
    expect(done(await apply(writer))).toMatchObject({ complete: true, written: 5, already: 1 });
    expect(asked.sort()).toEqual(['commit g0 0:50 1:60', 'commit g1 0:70', 'commit g2 0:90 1:95']);
    expect(positions()).toEqual(groupsPlanned());
  });

  test('a second run writes nothing', async () => {
    await apply();
    const { writer, asked } = watched();
    expect(done(await apply(writer))).toMatchObject({ complete: true, written: 0, already: 6 });
    expect(asked).toEqual([]);
  });

  test('stores the positions to overwrite before the first write', async () => {
    let names: readonly string[] = [];
    const { writer } = watched(async () => {
      names = names.length > 0 ? names : await plans.names('p', now);
    });
    await apply(writer);
    expect(names).toEqual(['journal-0001', 'plan']);
  });

  test('refuses a wrong hash, an altered plan and an expired one, and writes nothing', async () => {
    expect(codesOf(await apply(fileWriter(file), 'ab'.repeat(32)))).toEqual(['PLAN_ALTERED']);
    now = NOW + 3_600_000;
    expect(codesOf(await apply())).toEqual(['PLAN_EXPIRED']);
    expect(positions()).toEqual(groupsBefore());
    const altered = createSqlitePlanStore(openHistoryDatabase(':memory:'));
    await altered.add({ plan: 'p', name: 'plan', bytes: Buffer.from('no plan'), keepUntil: now + 1 });
    expect(await loadPlan(altered, 'p', now)).toMatchObject({ kind: 'altered', refusal: { code: 'PLAN_ALTERED' } });
    const other = planOf({ id: 'other', madeAt: NOW });
    await storePlan(altered, other);
    const bytes = await altered.read('other', 'plan', now);
    await altered.add({ plan: 'q', name: 'plan', bytes: bytes ?? Buffer.alloc(0), keepUntil: now + 1 });
    expect(await loadPlan(altered, 'q', now)).toMatchObject({ kind: 'altered', refusal: { code: 'PLAN_ALTERED' } });
    await altered.close();
  });

  test.each<[string, Partial<FileCluster>, string[]]>([
    ['another cluster under the alias', { clusterId: 'other' }, ['CLUSTER_CHANGED']],
    ['another topic of the name', { topicIds: { t: 'topic-2' } }, ['TOPIC_RECREATED']],
    ['no topic', { topicIds: {} }, ['TOPIC_MISSING']],
    ['a log that was cut off', { log: [0, 999] }, ['LOG_CHANGED', 'LOG_CHANGED']],
    ['retention that has passed planned positions', { log: [55, 1_000] }, ['LOG_CHANGED']],
    ['fewer partitions', { partitions: 1 }, ['LOG_UNREAD']],
    ['a log that has grown', { log: [50, 2_000] }, []],
  ])('%s since the plan: %#', async (_, changed, codes) => {
    change(changed);
    expect(codesOf(await apply())).toEqual(codes);
    expect(positions()).toEqual(codes.length === 0 ? groupsPlanned() : groupsBefore());
  });

  test('reports a live group and writes the others; a later run completes it', async () => {
    change({ live: { g1: 'Stable' } });
    const first = done(await apply());
    expect(first).toMatchObject({ complete: false, written: 4, refused: 2 });
    expect(first.groups.find(({ group }) => group === 'g1')?.refusal).toMatchObject({ code: 'GROUP_LIVE' });
    expect(positions().g1).toEqual(groupsBefore().g1);
    change({ live: {}, positions: { ...positions(), g1: { 't-0': '750', 't-1': '850' } } });
    expect(done(await apply())).toMatchObject({ complete: true, written: 2 });
    expect(positions()).toEqual(groupsPlanned());
    // The original is the position at the time of the write, not at the first look.
    await undo();
    expect(positions()).toEqual({ ...groupsBefore(), g1: { 't-0': '750', 't-1': '850' } });
  });

  test('GIVEN a group that becomes live at the last moment THEN the broker refuses it, and undo uses its later position', async () => {
    const { writer } = watched(async (group) => {
      if (group === 'g0') change({ live: { g0: 'Stable' } });
    });
    const first = done(await apply(writer));
    expect(first).toMatchObject({ complete: false, written: 3, refused: 2 });
    expect(first.groups[0]).toMatchObject({ group: 'g0', untouched: true });
    expect(first.groups[0]?.partitions[0]?.why).toContain('UNKNOWN_MEMBER_ID');
    change({ live: {}, positions: { ...positions(), g0: { 't-0': '510', 't-1': '610' } } });
    expect(done(await apply())).toMatchObject({ complete: true, written: 2 });
    await undo();
    expect(positions()).toEqual({ ...groupsBefore(), g0: { 't-0': '510', 't-1': '610' } });
  });

  test('notices a group that someone moves right after the write', async () => {
    const inner = fileWriter(file);
    const writer: OffsetWriter = {
      ...inner,
      async commit(group, offsets) {
        const answers = await inner.commit(group, offsets);
        if (group === 'g2') change({ positions: { ...positions(), g2: { 't-0': '901', 't-1': '95' } } });
        return answers;
      },
    };
    const result = done(await apply(writer));
    expect(result).toMatchObject({ complete: false, differs: 1, written: 4 });
    expect(result.groups[2]?.partitions[0]).toMatchObject({ standing: 'differs', found: 901n, to: 90n });
  });

  test('a missing coordinator fails one group; a refused login stops the run, and the next run completes it', async () => {
    const gone = watched(async (group) => {
      if (group === 'g0') throw new ClusterUnreachableError('A', 'BROKER_UNREACHABLE', 'broker 2 is gone');
    });
    const first = done(await apply(gone.writer));
    expect(first).toMatchObject({ complete: false, refused: 2, written: 3 });
    expect(first.groups[0]).toMatchObject({ untouched: false });
    const denied = watched(async () => {
      throw new AuthenticationError('A', 'who are you');
    });
    await expect(apply(denied.writer)).rejects.toBeInstanceOf(AuthenticationError);
    expect(done(await apply())).toMatchObject({ complete: true, written: 2 });
    expect(positions()).toEqual(groupsPlanned());
    await undo();
    expect(positions()).toEqual(groupsBefore());
  });

  test('WHEN two processes apply the same plan at once THEN the originals are the positions before both', async () => {
    const both = await Promise.allSettled([apply(), apply()]);
    const failed = both.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
    expect(failed).toHaveLength(1);
    expect(failed[0]).toMatchObject({ code: 'RESTORE_BUSY', retriable: true });
    expect(positions()).toEqual(groupsPlanned());
    await undo();
    expect(positions()).toEqual(groupsBefore());
  });

  test('a plan whose apply has begun can be completed after it expires', async () => {
    change({ live: { g0: 'Stable' } });
    await apply();
    change({ live: {} });
    now = NOW + 86_400_000;
    expect(done(await apply())).toMatchObject({ complete: true });
  });
});

describe('undo', () => {
  test('puts overwritten positions back, deletes new ones, and can be repeated', async () => {
    await apply();
    expect(done(await undo())).toMatchObject({ complete: true, written: 5, already: 1 });
    expect(positions()).toEqual(groupsBefore());
    expect(done(await undo())).toMatchObject({ complete: true, written: 0, already: 6 });
  });

  test('refuses a plan that was never applied', async () => {
    expect(codesOf(await undo())).toEqual(['PLAN_NOT_APPLIED']);
  });

  test('an undone plan cannot be applied again', async () => {
    await apply();
    await undo();
    expect(codesOf(await apply())).toEqual(['PLAN_UNDONE']);
    expect(positions()).toEqual(groupsBefore());
  });

  test('refuses a group that has moved since, and puts it back with --force', async () => {
    await apply();
    change({ positions: { ...positions(), g0: { 't-0': '55', 't-1': '60' } } });
    const first = done(await undo());
    expect(first).toMatchObject({ complete: false, refused: 2, written: 3 });
    expect(first.groups[0]?.refusal).toMatchObject({ code: 'GROUP_MOVED' });
    expect(positions().g0).toEqual({ 't-0': '55', 't-1': '60' });
    expect(done(await undo(true))).toMatchObject({ complete: true });
    expect(positions()).toEqual(groupsBefore());
  });

  test('refuses a live group and puts the others back', async () => {
    await apply();
    change({ live: { g2: 'Stable' } });
    const first = done(await undo());
    expect(first.complete).toBe(false);
    expect(first.groups[2]?.refusal).toMatchObject({ code: 'GROUP_LIVE' });
    expect(positions()).toEqual({ ...groupsBefore(), g2: groupsPlanned().g2 });
    change({ live: {} });
    expect(done(await undo())).toMatchObject({ complete: true });
    expect(positions()).toEqual(groupsBefore());
  });

  test('does not write to a recreated topic', async () => {
    await apply();
    change({ topicIds: { t: 'topic-2' } });
    expect(codesOf(await undo())).toEqual(['TOPIC_RECREATED']);
  });
});

test('stores the documents of a restore, and lists their names in order', async () => {
  await apply();
  await undo();
  expect(await plans.names('p', now)).toEqual(['apply-0001', 'journal-0001', 'plan', 'undo', 'undo-0002']);
});
