import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openHistoryDatabase } from '../../../../shared/adapters/sqlite/open-database.ts';
import { createSqliteRunStore } from '../../../../shared/adapters/sqlite/sqlite-run-store.ts';
import { begin } from '../../../shared/failover/begin-run.ts';
import { FakeFailback } from '../../../shared/failover/failback-world.ts';
import { FakeWorld } from '../../../shared/failover/failover-world.ts';
import { tidemark } from '../../tidemark.ts';

/** What is wrong before any cluster is asked: no broker runs here. */
describe('tidemark failback with the wrong input', () => {
  let folder: string;
  const history = () => join(folder, 'history.db');
  const run = async (...args: readonly string[]) =>
    await tidemark(['failback', ...args, '--mm2', join(folder, 'mm2.properties'), '--history', history()]);

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tidemark-failback-'));
    const clusters = ['clusters = A, B', 'A.bootstrap.servers = 127.0.0.1:1', 'B.bootstrap.servers = 127.0.0.1:1'];
    writeFileSync(join(folder, 'mm2.properties'), `${[...clusters, 'A->B.enabled = true'].join('\n')}\n`);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Keeps a run in the history of the command line, under its own id. */
  const keep = async (fake: FakeWorld, mode: 'planned' | 'failback'): Promise<string> => {
    const made = await begin(fake, mode);
    await made.run();
    const store = createSqliteRunStore(openHistoryDatabase(history()));
    for (const entry of (await made.stored()).entries) {
      if (entry.epoch > 0 && (await store.lockOf('any')) === null) {
        await store.lock({ flow: 'any', run: made.id, holder: 'test', at: 0, override: true });
      }
      expect(await store.append('any', entry)).toBe('added');
    }
    return made.id;
  };

  test('without a failover there is nothing to take back', async () => {
    const { code, stderr } = await run('assess');
    expect([code, stderr]).toEqual([2, expect.stringContaining('no failover has led clients away')]);
  });

  test('without the reverse flow in the configuration it says which one, and what it needs', async () => {
    await keep(new FakeWorld(), 'planned');
    const { code, stderr } = await run('assess');
    expect(code).toBe(2);
    expect(stderr).toContain('the configuration has no flow B->A');
    expect(stderr).toContain('flows[].failover');
  });

  test('a failover is not started as a failback', async () => {
    const id = await keep(new FakeFailback(), 'failback');
    const named = await run('assess', '--failover', id);
    expect([named.code, named.stderr]).toEqual([2, expect.stringContaining(`run ${id} is a failback`)]);
  });
});
