import { describe, expect, test } from '@jest/globals';
import { openHistoryDatabase } from '../../../shared/adapters/sqlite/open-database.ts';
import { createSqliteRunStore } from '../../../shared/adapters/sqlite/sqlite-run-store.ts';
import { type ChainEntry, NO_ENTRY, sealed } from '../../../shared/domain/failover/evidence-chain.ts';
import type { RunEvent } from '../../../shared/domain/failover/run-event.ts';
import {
  DANGEROUS_STEPS,
  type RunMode,
  type StepName,
  stepNamesOf,
} from '../../../shared/domain/failover/step-name.ts';
import { DamagedRunError, FailoverRefusedError } from '../../../shared/failover/failover-errors.ts';
import { sha256 } from '../../../shared/failover/sha256.ts';
import { stepsOf } from '../../../shared/failover/steps/index.ts';
import type { WayBack } from '../../../shared/failover/way-back.ts';
import type { MirrorOffsets } from '../../../shared/ports.ts';
import { begin, hazardous, TestRun } from './begin-run.ts';
import { FakeFailback } from './failback-world.ts';
import { FakeWorld, Killed } from './failover-world.ts';

/** A run that is approved and was killed right before a step began. */
async function upTo(mode: RunMode, name: StepName): Promise<TestRun> {
  const run = mode === 'failback' ? await begin(new FakeFailback(), mode) : await begin(new FakeWorld(), mode);
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
    expect(await store.append('any', resealed)).toBe('added');
    previous = resealed.hash;
  }
  return new TestRun(run.fake, store, run.id, run.hash);
}

/** What was assessed, with a group more and the words to match, under the hash of before. */
function withIntruder(event: RunEvent, world: ReturnType<FakeWorld['world']>): RunEvent {
  if (event.kind !== 'assessed') return event;
  const subject = { ...event.subject, groups: [...event.subject.groups, 'intruder'] };
  const steps = stepsOf(subject.mode).map((step) => ({
    step: step.name,
    skipped: null,
    actions: step.describe(world, subject),
  }));
  return { ...event, subject: { ...subject, steps } };
}

const MODES = ['planned', 'failback'] as const;

test.each(MODES)('every step with something to undo changes something, so it needs an approval: %s', (mode) => {
  expect(stepsOf(mode).filter(({ name, undo }) => undo !== null && !DANGEROUS_STEPS.has(name))).toEqual([]);
});

const DANGEROUS = MODES.flatMap((mode) =>
  stepNamesOf(mode).flatMap((name) => (DANGEROUS_STEPS.has(name) ? [[mode, name] as const] : [])),
);

describe.each(DANGEROUS)('nothing is written in a run that is %s, in step %s', (mode, name) => {
  const refusedBy = async (run: TestRun, approve: string | null): Promise<unknown> =>
    await run.run({ approve, override: true }).then(
      ({ kind }) => kind,
      (error: unknown) => error,
    );

  test('without an approval', async () => {
    const run = await upTo(mode, name);
    const written = [...run.fake.done];
    const unapproved = await forged(run, (event) => (event.kind === 'approved' ? null : event));
    for (const approve of [null, 'f'.repeat(64), run.hash]) {
      // Before the first step a run without an approval still can be approved, by its hash.
      if (name === stepNamesOf(mode)[0] && approve === run.hash) continue;
      const error = await refusedBy(unapproved, approve);
      expect(error instanceof DamagedRunError || error instanceof FailoverRefusedError).toBe(true);
      expect(run.fake.done).toEqual(written);
    }
  });

  test('with the approval of another hash', async () => {
    const run = await upTo(mode, name);
    const written = [...run.fake.done];
    const other = await forged(run, (event) =>
      event.kind === 'approved' ? { ...event, hash: 'f'.repeat(64) } : event,
    );
    expect(await refusedBy(other, run.hash)).toBeInstanceOf(DamagedRunError);
    expect(run.fake.done).toEqual(written);
  });

  test('with an approval of what is no longer its subject', async () => {
    const run = await upTo(mode, name);
    const written = [...run.fake.done];
    run.fake.groups.push('intruder');
    const other = await forged(run, (event) => withIntruder(event, run.fake.world()));
    expect(await refusedBy(other, null)).toBeInstanceOf(DamagedRunError);
    expect(run.fake.done).toEqual(written);
  });
});

// The words of the other steps are flows and runs, which are part of the approval.
const OWN_WORDS = new Set(['fence', 'stop-mirror', 'stop-consumers', 'switch-name', 'cut-connections']);
const OFFSETS = new Set(['place-offsets', 'place-forward-offsets']);

test.each(DANGEROUS.filter(([, name]) => OWN_WORDS.has(name) || OFFSETS.has(name)))(
  'in a run that is %s, step %s writes nothing if it would do something else than was approved',
  async (mode, name) => {
    const run = await upTo(mode, name);
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
      ...(original.back === undefined ? {} : { back: withOtherOffsets(original.back, name) }),
    });
    await expect(run.run({ approve: null, override: true })).rejects.toMatchObject({ code: 'WORLD_CHANGED' });
    expect(run.fake.done).toEqual(written);
    expect((await run.stored()).record.steps.get(name)?.kind).toBe('pending');
  },
);

const LEFT_OUT = ['fence', 'stopConsumers', 'name', 'cutter'] as const;

test.each(LEFT_OUT)(
  'what was approved is not left out because the configuration no longer has it: %s',
  async (lever) => {
    const steps = {
      fence: 'fence',
      stopConsumers: 'stop-consumers',
      name: 'switch-name',
      cutter: 'cut-connections',
    } as const;
    const run = await upTo('planned', steps[lever]);
    const written = [...run.fake.done];
    const original = run.fake.world.bind(run.fake);
    run.fake.world = () => ({ ...original(), [lever]: null });
    await expect(run.run({ approve: null, override: true })).rejects.toMatchObject({ code: 'WORLD_CHANGED' });
    expect(run.fake.done).toEqual(written);
  },
);

function withOtherOffsets(back: WayBack, name: StepName): WayBack {
  const moved = (offsets: MirrorOffsets | null) =>
    offsets === null ? null : { ...bound(offsets), describe: () => 'another connector' };
  return {
    ...back,
    offsets: name === 'place-offsets' ? moved(back.offsets) : back.offsets,
    forwardOffsets: name === 'place-forward-offsets' ? moved(back.forwardOffsets) : back.forwardOffsets,
  };
}

function bound(offsets: MirrorOffsets): MirrorOffsets {
  return {
    describe: () => offsets.describe(),
    read: () => offsets.read(),
    set: (places) => offsets.set(places),
    leavesOut: (header) => offsets.leavesOut(header),
  };
}

// Its words are the approved groups, so they cannot change. What it writes is a plan, and that can.
test('step restore-groups writes nothing if the plan has a group that was not approved', async () => {
  const run = await upTo('planned', 'restore-groups');
  const written = [...run.fake.done];
  run.fake.groups.push('intruder');
  expect(await run.run({ approve: null, override: true })).toMatchObject({
    kind: 'failed',
    step: 'restore-groups',
    code: 'PLACEMENT_NOT_APPROVED',
  });
  expect(run.fake.done).toEqual(written);
});
