import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { failoverPointOf } from '../../../../cli/verbs/reconcile/failover-point.ts';
import { openHistoryDatabase } from '../../../../shared/adapters/sqlite/open-database.ts';
import { createSqliteRunStore } from '../../../../shared/adapters/sqlite/sqlite-run-store.ts';
import type { Flow } from '../../../../shared/domain/model/flow.ts';
import { begin, type TestRun } from '../../../shared/failover/begin-run.ts';
import { FakeFailback } from '../../../shared/failover/failback-world.ts';
import { FakeWorld } from '../../../shared/failover/failover-world.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-points-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function keep(run: TestRun): Promise<void> {
  const store = createSqliteRunStore(openHistoryDatabase(join(folder, 'history.db')));
  await store.lock({ flow: run.id, run: run.id, holder: 'test', at: 0, override: true });
  for (const entry of (await run.stored()).entries) expect(await store.append(run.id, entry)).toBe('added');
}

const pointOf = async (flow: Pick<Flow, 'source' | 'target'>) =>
  await failoverPointOf(flow as Flow, { history: join(folder, 'history.db') }, { environment: {} } as never);

test('a failover that a failback has taken back says no longer where copies end', async () => {
  const failover = await begin(new FakeWorld());
  await failover.run();
  await keep(failover);
  expect((await pointOf({ source: 'A', target: 'B' }))?.run).toBe(failover.id);

  const fake = new FakeFailback();
  fake.now += 60_000;
  fake.origin = { ...fake.origin, run: failover.id };
  const failback = await begin(fake, 'failback');
  await failback.run();
  await keep(failback);
  expect(await pointOf({ source: 'A', target: 'B' })).toBeNull();
  // In the other direction it is the last one that led clients away.
  expect((await pointOf({ source: 'B', target: 'A' }))?.run).toBe(failback.id);
});
