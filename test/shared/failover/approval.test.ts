import { describe, expect, test } from '@jest/globals';
import { openHistoryDatabase } from '../../../shared/adapters/sqlite/open-database.ts';
import { createSqliteRunStore } from '../../../shared/adapters/sqlite/sqlite-run-store.ts';
import { type ChainEntry, NO_ENTRY, sealed } from '../../../shared/domain/failover/evidence-chain.ts';
import type { RunEvent } from '../../../shared/domain/failover/run-event.ts';
import { DANGEROUS_STEPS, STEP_NAMES, type StepName } from '../../../shared/domain/failover/step-name.ts';
import { DamagedRunError, FailoverRefusedError } from '../../../shared/failover/failover-errors.ts';
import { sha256 } from '../../../shared/failover/sha256.ts';
import { STEPS } from '../../../shared/failover/steps/index.ts';
import { begin, hazardous, TestRun } from './begin-run.ts';
import { FakeWorld, Killed } from './failover-world.ts';

/** A run that is approved and was killed right before a step began. */
async function upTo(name: StepName): Promise<TestRun> {
  const run = await begin(new FakeWorld());
  const store = hazardous(run.store, (what, when) => {
    if (what === `entry began ${name}` && when === 'before') throw new Killed();
  });
  await expect(run.run({ store })).rejects.toThrow(Killed);
  return run;
}

/** The same run in another store, with other events. Its chain is whole: whoever can write the store can also hash. */
async function forged(run: TestRun, change: (event: RunEvent) => RunEvent | null): Promise<TestRun> {
  const store = createSqliteRunStore(openHistoryDatabase(':memory:'));
  let previous = NO_ENTRY;
  let seq = 0;
  for (const { event, ...entry } of (await run.store.read(run.id)) as readonly ChainEntry[]) {
    const other = change(event);
    if (other === null) continue;
    const resealed = sealed({ ...entry, epoch: 0, event: other, seq: seq++, previous }, sha256);
    expect(await store.append('A->B', resealed)).toBe('added');
    previous = resealed.hash;
  }
  return new TestRun(run.fake, store, run.id, run.hash);
}

/** What was assessed, with a group more and the words to match, under the hash of before. */
function withIntruder(event: RunEvent, world: ReturnType<FakeWorld['world']>): RunEvent {
  if (event.kind !== 'assessed') return event;
  const subject = { ...event.subject, groups: [...event.subject.groups, 'intruder'] };
  const steps = STEPS.map((step) => ({ step: step.name, skipped: null, actions: step.describe(world, subject) }));
  return { ...event, subject: { ...subject, steps } };
}

test('every step with something to undo changes something, so it needs an approval', () => {
  expect(STEPS.filter(({ name, undo }) => undo !== null && !DANGEROUS_STEPS.has(name))).toEqual([]);
});

describe.each([...DANGEROUS_STEPS])('nothing is written in step %s', (name) => {
  const refusedBy = async (run: TestRun, approve: string | null): Promise<unknown> =>
    await run.run({ approve, override: true }).then(
      ({ kind }) => kind,
      (error: unknown) => error,
    );

  test('without an approval', async () => {
    const run = await upTo(name);
    const written = [...run.fake.done];
    const unapproved = await forged(run, (event) => (event.kind === 'approved' ? null : event));
    for (const approve of [null, 'f'.repeat(64), run.hash]) {
      // Before the first step a run without an approval still can be approved, by its hash.
      if (name === STEP_NAMES[0] && approve === run.hash) continue;
      const error = await refusedBy(unapproved, approve);
      expect(error instanceof DamagedRunError || error instanceof FailoverRefusedError).toBe(true);
      expect(run.fake.done).toEqual(written);
    }
  });

  test('with the approval of another hash', async () => {
    const run = await upTo(name);
    const written = [...run.fake.done];
    const other = await forged(run, (event) =>
      event.kind === 'approved' ? { ...event, hash: 'f'.repeat(64) } : event,
    );
    expect(await refusedBy(other, run.hash)).toBeInstanceOf(DamagedRunError);
    expect(run.fake.done).toEqual(written);
  });

  test('with an approval of what is no longer its subject', async () => {
    const run = await upTo(name);
    const written = [...run.fake.done];
    run.fake.groups.push('intruder');
    const other = await forged(run, (event) => withIntruder(event, run.fake.world()));
    expect(await refusedBy(other, null)).toBeInstanceOf(DamagedRunError);
    expect(run.fake.done).toEqual(written);
  });
});

test.each([...DANGEROUS_STEPS].filter((name) => name !== 'restore-groups'))(
  'step %s writes nothing if it would do something else than was approved',
  async (name) => {
    const run = await upTo(name);
    const written = [...run.fake.done];
    const original = run.fake.world();
    const other = { describe: () => ['does another thing'] };
    run.fake.world = () => ({
      ...original,
      fence: { ...run.fake.fence(), ...(name === 'fence' ? other : {}) },
      mirror: { ...run.fake.mirror(), ...(name === 'stop-mirror' ? other : {}) },
      stopConsumers: { ...run.fake.lever('consumers'), ...(name === 'stop-consumers' ? other : {}) },
      name: { ...run.fake.lever('name'), ...(name === 'switch-name' ? other : {}) },
      cutter: { ...run.fake.lever('cut'), ...(name === 'cut-connections' ? other : {}) },
    });
    await expect(run.run({ approve: null, override: true })).rejects.toMatchObject({ code: 'WORLD_CHANGED' });
    expect(run.fake.done).toEqual(written);
    expect((await run.stored()).record.steps.get(name)?.kind).toBe('pending');
  },
);

// Its words are the approved groups, so they cannot change. What it writes is a plan, and that can.
test('step restore-groups writes nothing if the plan has a group that was not approved', async () => {
  const run = await upTo('restore-groups');
  const written = [...run.fake.done];
  run.fake.groups.push('intruder');
  expect(await run.run({ approve: null, override: true })).toMatchObject({
    kind: 'failed',
    step: 'restore-groups',
    code: 'PLACEMENT_NOT_APPROVED',
  });
  expect(run.fake.done).toEqual(written);
});
