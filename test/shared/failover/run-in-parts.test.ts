import { describe, expect, test } from '@jest/globals';
import { STEP_NAMES, type StepName } from '../../../shared/domain/failover/step-name.ts';
import { LockLostError } from '../../../shared/failover/failover-errors.ts';
import {
  approveRun,
  completeRun,
  completeUndo,
  giveFlowBack,
  runStep,
  takeFlow,
  undoRunStep,
} from '../../../shared/failover/run-in-parts.ts';
import { RunJournal } from '../../../shared/failover/run-journal.ts';
import { holderUntil, takeLock } from '../../../shared/failover/take-lock.ts';
import { begin, type TestRun } from './begin-run.ts';
import { FakeWorld, UNTOUCHED } from './failover-world.ts';

const SECOND = 1_000;

async function handsOf(run: TestRun, holder = 'p1') {
  const stored = await run.stored();
  return { world: run.fake.world(), store: run.store, stored, by: 'anna', holder, overrideLock: false };
}

async function approved(): Promise<TestRun> {
  const run = await begin(new FakeWorld());
  await approveRun({ ...(await handsOf(run)), approve: run.hash });
  return run;
}

const doStep = async (run: TestRun, step: StepName) => await runStep(await handsOf(run), step);

describe('a failover in parts', () => {
  test('is the same as in one: every step once, and the flow is free at the end', async () => {
    const run = await approved();
    for (const step of STEP_NAMES) {
      expect(await doStep(run, step)).toBeNull();
      expect(await run.store.lockOf('A->B')).toMatchObject({ run: run.id, holder: null });
    }
    await completeRun(await handsOf(run));
    const whole = await begin(new FakeWorld());
    await whole.run();
    expect(run.fake.done).toEqual(whole.fake.done);
    const stepEvents = async (one: TestRun) =>
      (await one.stored()).entries.map(({ event }) => event).filter((event) => 'step' in event);
    expect((await stepEvents(run)).map(({ kind }) => kind)).toEqual((await stepEvents(whole)).map(({ kind }) => kind));
    expect(await run.store.lockOf('A->B')).toBeNull();
  });

  test('every part can be done twice', async () => {
    const run = await approved();
    await approveRun({ ...(await handsOf(run)), approve: run.hash });
    for (const step of STEP_NAMES.slice(0, -1)) {
      await doStep(run, step);
      expect(await doStep(run, step)).toBeNull();
    }
    await doStep(run, 'verify');
    const ended = await completeRun(await handsOf(run));
    expect(await completeRun(await handsOf(run))).toEqual(ended);
    expect(run.fake.done).toHaveLength(6);
  });

  test.each(STEP_NAMES.slice(1))('no step comes before those that are before it: %s', async (step) => {
    const run = await approved();
    await expect(doStep(run, step)).rejects.toMatchObject({ code: 'OUT_OF_ORDER' });
    await expect(handsOf(run).then(completeRun)).rejects.toMatchObject({ code: 'OUT_OF_ORDER' });
    expect(run.fake.done).toEqual([]);
  });

  test('no step that changes something begins without an approval', async () => {
    const run = await begin(new FakeWorld());
    await expect(doStep(run, 'fence')).rejects.toMatchObject({ code: 'NOT_APPROVED' });
    expect(run.fake.done).toEqual([]);
  });

  test('is undone from its last step, and in no other order', async () => {
    const run = await approved();
    for (const step of STEP_NAMES.slice(0, 6)) await doStep(run, step);
    const undo = async (step: StepName) => await undoRunStep(await handsOf(run), step);
    await expect(undo('fence')).rejects.toMatchObject({ code: 'OUT_OF_ORDER' });
    for (const step of STEP_NAMES.toReversed()) {
      expect(await undo(step)).toBeNull();
      expect(await undo(step)).toBeNull();
    }
    expect(run.fake.effects).toEqual(UNTOUCHED);
    const undone = await completeUndo(await handsOf(run));
    expect(undone.phase).toBe('undone');
    expect(await completeUndo(await handsOf(run))).toEqual(undone);
  });
});

describe('the flow', () => {
  const give = async (run: TestRun, reasons: readonly string[] = []) =>
    await giveFlowBack(run.store, { flow: 'A->B', run: run.id, reasons, holder: 'p9', clock: run.fake.world().clock });
  const take = async (run: TestRun, holder: string, at = run.fake.now) =>
    await takeFlow(run.store, { flow: 'A->B', run: run.id, holder, at, override: false });

  test('is given back by a run that changed nothing, with the reason', async () => {
    const run = await begin(new FakeWorld());
    await take(run, 'p1');
    await give(run, ['nobody answered']);
    await give(run, ['nobody answered']);
    expect(await run.store.lockOf('A->B')).toBeNull();
    const refusals = (await run.stored()).entries.filter(({ event }) => event.kind === 'refused');
    expect(refusals).toHaveLength(1);
  });

  test('is given back by a run that was never assessed', async () => {
    const { store, fake } = await begin(new FakeWorld());
    const clock = fake.world().clock;
    await takeFlow(store, { flow: 'A->B', run: 'r-none', holder: 'p1', at: fake.now, override: false });
    await giveFlowBack(store, { flow: 'A->B', run: 'r-none', reasons: [], holder: 'p1', clock });
    expect(await store.lockOf('A->B')).toBeNull();
  });

  test('stays with a run that has begun, and with another run', async () => {
    const run = await approved();
    await give(run);
    expect(await run.store.lockOf('A->B')).toMatchObject({ run: run.id });
    await giveFlowBack(run.store, {
      flow: 'A->B',
      run: 'r-other',
      reasons: [],
      holder: 'p9',
      clock: run.fake.world().clock,
    });
    expect(await run.store.lockOf('A->B')).toMatchObject({ run: run.id });
  });

  test('is taken from an invocation of the same run once that certainly has ended, and not before', async () => {
    const run = await approved();
    const at = run.fake.now;
    const request = { flow: 'A->B', run: run.id, holder: holderUntil('invocation 1', at + SECOND), override: false };
    await takeLock(run.store, { ...request, at });
    await expect(take(run, 'p2', at + SECOND - 1)).rejects.toMatchObject({ code: 'RUN_BUSY', retriable: true });
    await take(run, 'p2', at + SECOND);
  });

  test('is not taken from a process that may live for ever, or from an ended invocation of another run', async () => {
    const run = await approved();
    const request = { flow: 'A->B', run: run.id, at: run.fake.now, override: false };
    await takeLock(run.store, { ...request, holder: 'host:1' });
    await expect(take(run, 'p2', Number.MAX_SAFE_INTEGER)).rejects.toMatchObject({ code: 'FLOW_LOCKED' });
    const other = { ...request, holder: holderUntil('invocation 1', run.fake.now), override: true };
    await takeLock(run.store, other);
    await expect(
      takeLock(run.store, { ...request, run: 'r-other', holder: 'p3', at: run.fake.now + SECOND }),
    ).rejects.toMatchObject({ code: 'FLOW_LOCKED' });
  });

  test('an invocation from which it was taken can record nothing more', async () => {
    const run = await approved();
    const { store, stored, world } = await handsOf(run);
    const holder = holderUntil('invocation 1', run.fake.now + SECOND);
    const stale = await RunJournal.open({ store, stored, clock: world.clock, holder, override: false });
    run.fake.now += SECOND;
    await doStep(run, 'fence');
    await expect(stale.add({ kind: 'began', step: 'fence', intent: {} })).rejects.toBeInstanceOf(LockLostError);
    await stale.close();
    expect(await doStep(run, 'drain')).toBeNull();
  });
});
