import { describe, expect, test } from '@jest/globals';
import { openHistoryDatabase } from '../../../shared/adapters/sqlite/open-database.ts';
import { createSqliteRunStore } from '../../../shared/adapters/sqlite/sqlite-run-store.ts';
import { TidemarkError } from '../../../shared/domain/model/errors.ts';
import { assessFailover } from '../../../shared/failover/assess-failover.ts';
import { StepFailedError } from '../../../shared/failover/failover-errors.ts';
import { begin, type TestRun } from './begin-run.ts';
import { type Effects, FakeWorld, UNTOUCHED } from './failover-world.ts';

/** A run whose source was dead when it was assessed. */
async function beginDead(): Promise<TestRun> {
  const fake = new FakeWorld();
  fake.sourceDown = true;
  const original = fake.world.bind(fake);
  fake.world = () => ({ ...original(), rpoRecords: null });
  return await begin(fake, 'unplanned');
}

/** Something else happens once, after a piece of work. */
function happensAfter(run: TestRun, what: `${keyof Effects}=true`, then: () => void): void {
  let happened = false;
  run.fake.hazard = (name, when) => {
    if (happened || name !== what || when !== 'after') return;
    happened = true;
    then();
  };
}

async function evidenceOf(run: TestRun, step: 'stop-mirror' | 'record-points'): Promise<unknown> {
  const state = (await run.stored()).record.steps.get(step);
  return state?.kind === 'done' ? state.evidence : null;
}

describe('with a dead source', () => {
  test('the name does not wait for a slow stop of MirrorMaker, and the run ends with it', async () => {
    const run = await beginDead();
    const { fake } = run;
    const begun = fake.now;
    let switchedAt = 0;
    fake.stopsAt = begun + 58_000;
    happensAfter(run, 'name=true', () => {
      switchedAt = fake.now;
    });
    expect((await run.run()).kind).toBe('completed');
    expect(switchedAt - begun).toBeLessThan(10_000);
    expect(fake.now).toBeGreaterThanOrEqual(fake.stopsAt);
    expect(await evidenceOf(run, 'stop-mirror')).toMatchObject({ known: false, targetEnds: { 'A.orders': ['100'] } });
  });

  test('the plan of positions asks nobody of it', async () => {
    const run = await beginDead();
    expect((await run.run()).kind).toBe('completed');
    expect(run.fake.planOptions).toEqual({ evenIfUnread: true, sourceIsDead: true });
  });

  test('an assessment waits once for it, and not one look after the other', async () => {
    const fake = new FakeWorld();
    fake.sourceDown = true;
    const world = { ...fake.world(), rpoRecords: null };
    let audits = (): void => undefined;
    const audited = new Promise<void>((resolve) => {
      audits = resolve;
    });
    const reader = (role: 'source' | 'target') => {
      const metadata = () => audited.then(() => world.reader(role).metadata());
      return { ...world.reader(role), metadata };
    };
    const audit = () => {
      audits();
      return world.audit();
    };
    const runs = createSqliteRunStore(openHistoryDatabase(':memory:'));
    const request = { runs, mode: 'unplanned', groups: ['*'], accept: [] } as const;
    const assessed = await assessFailover({ ...request, world: { ...world, reader, audit } });
    expect(assessed.subject).toEqual((await assessFailover({ ...request, world })).subject);
    expect(assessed.subject.clusters).toEqual({ source: null, target: 'id-B' });
  });

  test('a stop that is never carried out is named at the end', async () => {
    const run = await beginDead();
    run.fake.stopsAt = Number.POSITIVE_INFINITY;
    expect(await run.run()).toMatchObject({ kind: 'failed', step: 'verify', code: 'MIRROR_NOT_STOPPED' });
    run.fake.stopsAt = 0;
    expect((await run.run()).kind).toBe('completed');
  });

  test('a run that stopped in between continues while MirrorMaker is still stopping', async () => {
    const run = await beginDead();
    run.fake.stopsAt = run.fake.now + 58_000;
    happensAfter(run, 'positions=true', () => {
      throw new TidemarkError('DOWN', 'B does not answer');
    });
    expect(await run.run()).toMatchObject({ kind: 'failed', step: 'restore-groups' });
    expect((await run.run()).kind).toBe('completed');
  });

  test.each(['mirror', 'consumers', 'positions'] as const)(
    'the run stops if the source answers after the %s',
    async (what) => {
      const run = await beginDead();
      happensAfter(run, `${what}=true`, () => {
        run.fake.sourceDown = false;
      });
      const step = what === 'mirror' ? 'stop-mirror' : 'switch-name';
      expect(await run.run()).toMatchObject({ kind: 'failed', step, code: 'SOURCE_ANSWERS' });
      expect(run.fake.effects).toMatchObject({ name: false, cut: false });
      run.fake.sourceDown = true;
      expect((await run.run()).kind).toBe('completed');
    },
  );

  test('whose failover stopped because it answers, the failover can be undone', async () => {
    const run = await beginDead();
    happensAfter(run, 'positions=true', () => {
      run.fake.sourceDown = false;
    });
    await run.run();
    expect((await run.undo()).kind).toBe('undone');
    expect(run.fake.effects).toEqual(UNTOUCHED);
  });
});

describe('with a source that has lost brokers', () => {
  /** A run without a drain, whose source answers. */
  async function beginHalfDead(): Promise<TestRun> {
    const fake = new FakeWorld();
    const original = fake.world.bind(fake);
    fake.world = () => ({ ...original(), rpoRecords: null });
    return await begin(fake, 'unplanned', ['SOURCE_ALIVE']);
  }

  test('the plan of positions asks those that are left', async () => {
    const run = await beginHalfDead();
    run.fake.taskless = run.fake.now;
    expect((await run.run()).kind).toBe('completed');
    expect(run.fake.planOptions).toEqual({ evenIfUnread: true, sourceIsDead: false });
  });

  test('the name does not wait for a connector whose tasks have ended, and the run ends with it', async () => {
    const run = await beginHalfDead();
    const { fake } = run;
    const begun = fake.now;
    let switchedAt = 0;
    fake.taskless = begun + 5_000;
    fake.stopsAt = begun + 58_000;
    happensAfter(run, 'name=true', () => {
      switchedAt = fake.now;
    });
    expect((await run.run()).kind).toBe('completed');
    expect(switchedAt).toBeGreaterThanOrEqual(fake.taskless);
    expect(switchedAt - begun).toBeLessThan(10_000);
    expect(fake.now).toBeGreaterThanOrEqual(fake.stopsAt);
    expect(await evidenceOf(run, 'stop-mirror')).toMatchObject({ known: false, mirrored: [] });
  });

  test.each([
    { what: 'are left', taskless: Number.POSITIVE_INFINITY },
    { what: 'cannot be seen', taskless: null },
  ])('the run stops before the name if MirrorMaker does not stop and its tasks $what', async ({ taskless }) => {
    const run = await beginHalfDead();
    run.fake.taskless = taskless;
    run.fake.stopsAt = Number.POSITIVE_INFINITY;
    expect(await run.run()).toMatchObject({ kind: 'failed', step: 'stop-mirror', code: 'MIRROR_NOT_STOPPED' });
    expect(run.fake.effects).toMatchObject({ name: false, cut: false, positions: false });
    run.fake.stopsAt = 0;
    expect((await run.run()).kind).toBe('completed');
  });

  test('a stop in time has an exact end', async () => {
    const run = await beginHalfDead();
    run.fake.taskless = run.fake.now;
    run.fake.stopsAt = run.fake.now + 1_000;
    expect((await run.run()).kind).toBe('completed');
    expect(await evidenceOf(run, 'stop-mirror')).toMatchObject({ known: true, mirrored: [{ lastMirrored: '99' }] });
  });
});

describe('between the stop of MirrorMaker and the points', () => {
  test('a write to the target is no fault, once it has come to rest: the points are behind it', async () => {
    const run = await beginDead();
    happensAfter(run, 'consumers=true', () => {
      run.fake.mirrored += 5n;
    });
    expect((await run.run()).kind).toBe('completed');
    expect(await evidenceOf(run, 'stop-mirror')).toMatchObject({ targetEnds: { 'A.orders': ['100'] } });
    expect(await evidenceOf(run, 'record-points')).toMatchObject({ targetEnds: { 'A.orders': ['105'] } });
  });

  test('a target that is written on and on stops the run before anything is placed', async () => {
    const run = await beginDead();
    const original = run.fake.world.bind(run.fake);
    let isWritten = true;
    run.fake.world = () => {
      const world = original();
      const pause = async (ms: number) => {
        await world.clock.pause?.(ms);
        if (isWritten) run.fake.mirrored++;
      };
      return { ...world, clock: { ...world.clock, pause } };
    };
    expect(await run.run()).toMatchObject({ kind: 'failed', step: 'record-points', code: 'TARGET_WRITTEN' });
    expect(run.fake.effects).toMatchObject({ positions: false, name: false });
    isWritten = false;
    expect((await run.run()).kind).toBe('completed');
  });

  test('the points are recorded once the target has not moved for long enough, and no later', async () => {
    const run = await beginDead();
    let stoppedAt = 0;
    happensAfter(run, 'consumers=true', () => {
      run.fake.now += 5_000;
      stoppedAt = run.fake.now;
    });
    let placedAt = 0;
    const { hazard } = run.fake;
    run.fake.hazard = (what, when) => {
      hazard(what, when);
      if (what === 'positions=true' && when === 'before') placedAt = run.fake.now;
    };
    expect((await run.run()).kind).toBe('completed');
    expect(placedAt).toBe(stoppedAt);
  });
});

describe('before clients come', () => {
  test('a write to the target after its points is named, and the points are recorded again', async () => {
    const run = await beginDead();
    happensAfter(run, 'positions=true', () => {
      run.fake.mirrored += 5n;
    });
    expect(await run.run()).toMatchObject({ kind: 'failed', step: 'switch-name', code: 'TARGET_WRITTEN' });
    expect(run.fake.effects.name).toBe(false);
    expect((await run.run()).kind).toBe('completed');
    expect(await evidenceOf(run, 'record-points')).toMatchObject({ targetEnds: { 'A.orders': ['105'] } });
  });

  test('a group that was moved after it was placed is named, and is placed again', async () => {
    const run = await beginDead();
    let moved = false;
    run.fake.hazard = (what, when) => {
      if (moved || what !== 'positions=true' || when !== 'after') return;
      moved = true;
      run.fake.strayed = 60n;
    };
    expect(await run.run()).toMatchObject({ kind: 'failed', step: 'switch-name', code: 'POSITIONS_MOVED' });
    expect((await run.stored()).record.steps.get('switch-name')?.kind).toBe('pending');
    expect((await run.run()).kind).toBe('completed');
    expect(run.fake.done.filter((what) => what === 'positions=true')).toHaveLength(2);
    expect(run.fake.strayed).toBeNull();
  });

  test('without a name, clients that were cut may write to the target: nothing is undone any more', async () => {
    const run = await beginNameless();
    run.fake.hazard = (what, when) => {
      if (what === 'cut=true' && when === 'after') throw new StepFailedError('BROKEN', 'half of the clients');
    };
    expect(await run.run()).toMatchObject({ kind: 'failed', step: 'cut-connections' });
    await expect(run.undo()).rejects.toMatchObject({ code: 'PAST_NO_RETURN' });
    run.fake.hazard = () => undefined;
    run.fake.mirrored += 9n;
    expect((await run.run()).kind).toBe('completed');
  });

  test('without a name, the last look is before clients are cut', async () => {
    const run = await beginNameless();
    happensAfter(run, 'positions=true', () => {
      run.fake.strayed = 60n;
    });
    expect(await run.run()).toMatchObject({ kind: 'failed', step: 'cut-connections', code: 'POSITIONS_MOVED' });
    expect(run.fake.effects.cut).toBe(false);
    expect((await run.run()).kind).toBe('completed');
  });
});

async function beginNameless(): Promise<TestRun> {
  const fake = new FakeWorld();
  const original = fake.world.bind(fake);
  fake.world = () => ({ ...original(), name: null });
  return await begin(fake);
}
