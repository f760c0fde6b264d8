import { expect, test } from '@jest/globals';
import { openHistoryDatabase } from '../../../shared/adapters/sqlite/open-database.ts';
import { createSqliteRunStore } from '../../../shared/adapters/sqlite/sqlite-run-store.ts';
import type { ChainEntry } from '../../../shared/domain/failover/evidence-chain.ts';
import type { GateCode } from '../../../shared/domain/failover/gates.ts';
import type { RunMode } from '../../../shared/domain/failover/step-name.ts';
import type { Flow } from '../../../shared/domain/model/flow.ts';
import { earlierRuns } from '../../../shared/failover/earlier-runs.ts';
import type { RunStore } from '../../../shared/failover/run-store.ts';
import { begin, type TestRun } from './begin-run.ts';
import { FakeFailback } from './failback-world.ts';
import { FakeWorld, NOW } from './failover-world.ts';

/** As the world of failbacks names it on A and B. */
const TOPIC = { A: 'A.orders', B: 'orders', C: 'B.orders' } as const;
type Alias = keyof typeof TOPIC;

/** The runs of three clusters in one store. Ids sort by time: each run begins a minute after the one before. */
class Runs {
  readonly store: RunStore = createSqliteRunStore(openHistoryDatabase(':memory:'));
  #begun = 0;

  async assess(source: Alias, target: Alias, mode: RunMode, accept: readonly GateCode[] = []): Promise<TestRun> {
    const fake = mode === 'failback' ? new FakeFailback() : new FakeWorld();
    fake.now = NOW + this.#begun++ * 60_000;
    if (mode !== 'failback') [fake.topic, fake.targetTopic] = [TOPIC[source], TOPIC[target]];
    const world = fake.world.bind(fake);
    fake.world = () => ({ ...world(), flow: { source, target } as Flow });
    return await begin(fake, mode, accept, this.store);
  }

  async refused(source: Alias, target: Alias, mode: RunMode = 'planned'): Promise<readonly GateCode[]> {
    return (await (await this.assess(source, target, mode)).stored()).record.subject.refused;
  }

  async lead(source: Alias, target: Alias): Promise<TestRun> {
    const run = await this.assess(source, target, 'planned');
    expect((await run.run()).kind).toBe('completed');
    return run;
  }
}

test('clients that were led from A to B are led on to C, and no flow of A begins a failover any more', async () => {
  const runs = new Runs();
  await runs.lead('A', 'B');
  expect(await runs.refused('A', 'B')).toEqual(['CLIENTS_ELSEWHERE']);
  expect(await runs.refused('A', 'C', 'unplanned')).toContain('CLIENTS_ELSEWHERE');
  await runs.lead('B', 'C');
  expect(await runs.refused('B', 'C')).toEqual(['CLIENTS_ELSEWHERE']);
});

test('a failback from B is refused once the clients were led on to C', async () => {
  const runs = new Runs();
  await runs.lead('A', 'B');
  expect(await runs.refused('B', 'A', 'failback')).toEqual([]);
  await runs.lead('B', 'C');
  expect(await runs.refused('B', 'A', 'failback')).toEqual(['CLIENTS_ELSEWHERE']);
});

test('a run that was undone before the name was switched has led nobody', async () => {
  const runs = new Runs();
  const run = await runs.assess('A', 'B', 'planned');
  run.fake.hazard = (what) => {
    if (what === 'positions=true') throw new Error('killed');
  };
  await expect(run.run()).rejects.toThrow('killed');
  run.fake.hazard = () => undefined;
  expect((await run.undo(true)).kind).toBe('undone');
  expect(await runs.refused('A', 'B')).toEqual([]);
});

test('clients that were led away between the assessment and its approval refuse the run', async () => {
  const runs = new Runs();
  const waits = await runs.assess('A', 'C', 'planned');
  await runs.lead('A', 'B');
  await expect(waits.run()).rejects.toMatchObject({ code: 'WORLD_CHANGED' });
  expect(waits.fake.done).toEqual([]);
});

test('whoever knows better accepts it, which is part of what is approved', async () => {
  const runs = new Runs();
  await runs.lead('A', 'B');
  const run = await runs.assess('A', 'B', 'planned', ['CLIENTS_ELSEWHERE']);
  expect((await run.stored()).record.subject.accepted).toEqual(['CLIENTS_ELSEWHERE']);
  expect((await run.run()).kind).toBe('completed');
});

test('a damaged record is told, and keeps nobody from failing over who accepts it', async () => {
  const runs = new Runs();
  const { id } = await runs.lead('A', 'B');
  const altered: RunStore = {
    ...runs.store,
    read: async (run) => {
      const entries = (await runs.store.read(run)) as readonly ChainEntry[];
      return run === id ? entries.map((one) => ({ ...one, at: one.at + 1 })) : entries;
    },
  };
  expect(await earlierRuns(altered)).toEqual([{ kind: 'unreadable', run: id }]);
});
