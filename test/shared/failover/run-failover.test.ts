import { describe, expect, test } from '@jest/globals';
import { STEP_NAMES } from '../../../shared/domain/failover/step-name.ts';
import { TidemarkError } from '../../../shared/domain/model/errors.ts';
import { FailoverRefusedError } from '../../../shared/failover/failover-errors.ts';
import { begin, CountedHazard, HOUR, hazardous, type TestRun } from './begin-run.ts';
import { FakeWorld, Killed, UNTOUCHED } from './failover-world.ts';

const ALL = { fence: true, mirror: true, consumers: true, positions: true, name: true, cut: true };
const ORDER = ['fence', 'mirror', 'consumers', 'positions', 'name', 'cut'].map((what) => `${what}=true`);

async function statesOf(run: TestRun): Promise<Record<string, string>> {
  const { record } = await run.stored();
  return Object.fromEntries([...record.steps].map(([name, { kind }]) => [name, kind]));
}

describe('a failover', () => {
  test('does every step once, in its order, and ends', async () => {
    const run = await begin(new FakeWorld());
    expect((await run.run()).kind).toBe('completed');
    expect(run.fake.done).toEqual(ORDER);
    expect(await statesOf(run)).toEqual(Object.fromEntries(STEP_NAMES.map((name) => [name, 'done'])));
    expect((await run.stored()).record.phase).toBe('completed');
    expect(await run.store.lockOf('A->B')).toBeNull();
  });

  test('drains what a live source still has', async () => {
    const fake = new FakeWorld();
    fake.mirrored = 60n;
    const run = await begin(fake);
    expect((await run.run()).kind).toBe('completed');
    expect(fake.mirrored).toBe(100n);
  });

  test('of a dead source leaves out what it cannot do, and says so', async () => {
    const fake = new FakeWorld();
    fake.sourceDown = true;
    const world = fake.world();
    fake.world = () => ({ ...world, rpoRecords: null });
    const run = await begin(fake, 'unplanned');
    expect((await run.run()).kind).toBe('completed');
    expect(fake.done).toEqual(ORDER.slice(1));
    expect(await statesOf(run)).toMatchObject({ fence: 'skipped', drain: 'skipped', verify: 'done' });
  });

  test('stops where someone still writes to the fenced source, and continues once that has ended', async () => {
    const fake = new FakeWorld();
    const run = await begin(fake);
    fake.leaks = true;
    expect(await run.run()).toMatchObject({ kind: 'failed', step: 'fence', code: 'FENCE_LEAKS' });
    expect(fake.effects).toEqual({ ...UNTOUCHED, fence: true });
    fake.leaks = false;
    expect((await run.run({ approve: null })).kind).toBe('completed');
  });

  test('whose fence also ends reads stops there by name, and its undo lifts the fence', async () => {
    const fake = new FakeWorld();
    fake.fenceEndsReads = true;
    const run = await begin(fake);
    const stopped = { kind: 'failed', step: 'fence', code: 'FENCE_ENDS_READS', retriable: false };
    expect(await run.run()).toMatchObject({ ...stopped, remedy: expect.stringContaining('everyoneWithoutAcl') });
    expect(await run.run({ approve: null })).toMatchObject(stopped);
    expect((await run.undo()).kind).toBe('undone');
    expect(fake.effects).toEqual(UNTOUCHED);
  });

  test('after which applications write to the target at once is verified anyway', async () => {
    const run = await begin(new FakeWorld());
    run.fake.isBusy = true;
    expect((await run.run()).kind).toBe('completed');
  });

  test('of which a done step has lapsed stops there', async () => {
    const fake = new FakeWorld();
    const run = await begin(fake);
    fake.hazard = (what) => {
      if (what === 'positions=true') throw new TidemarkError('DOWN', 'B does not answer');
    };
    expect(await run.run()).toMatchObject({ kind: 'failed', step: 'restore-groups', code: 'DOWN' });
    fake.hazard = () => undefined;
    fake.effects.fence = false;
    expect(await run.run()).toMatchObject({ kind: 'failed', step: 'fence', code: 'STEP_LAPSED' });
    expect(fake.effects.positions).toBe(false);
  });

  test('whose source dies after the drain continues', async () => {
    const fake = new FakeWorld();
    const run = await begin(fake);
    fake.hazard = (what) => {
      if (what === 'positions=true') throw new TidemarkError('DOWN', 'B does not answer');
    };
    await run.run();
    fake.hazard = () => undefined;
    fake.sourceDown = true;
    expect((await run.run()).kind).toBe('completed');
  });
});

describe('nothing dangerous happens', () => {
  const refusedWith = async (run: Promise<unknown>): Promise<string> => {
    const error = await run.then(
      () => null,
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof FailoverRefusedError)) throw new Error(`not refused: ${String(error)}`);
    return error.code;
  };

  test('without an approval, with another hash, or too late', async () => {
    const run = await begin(new FakeWorld());
    expect(await refusedWith(run.run({ approve: null }))).toBe('NOT_APPROVED');
    expect(await refusedWith(run.run({ approve: run.hash.replace(/^./, 'x') }))).toBe('HASH_DIFFERS');
    run.fake.now += HOUR;
    expect(await refusedWith(run.run())).toBe('APPROVAL_EXPIRED');
    expect(run.fake.done).toEqual([]);
  });

  test.each<[string, (fake: FakeWorld) => void]>([
    ['a group that appeared', (fake) => fake.groups.push('late')],
    ['a group that went', (fake) => fake.groups.pop()],
    [
      'another cluster',
      (fake) => {
        fake.mm2ClusterId = 'id-C';
      },
    ],
    [
      'another fence',
      (fake) => {
        fake.principals = 'User:other';
      },
    ],
    [
      'a source that died',
      (fake) => {
        fake.sourceDown = true;
      },
    ],
  ])('after the world changed since: %s', async (_, change) => {
    const run = await begin(new FakeWorld());
    change(run.fake);
    expect(await refusedWith(run.run())).toBe('WORLD_CHANGED');
    expect(run.fake.done).toEqual([]);
    expect((await run.stored()).record.approval).toBeNull();
  });

  test('where a gate refuses', async () => {
    const fake = new FakeWorld();
    fake.sourceDown = true;
    const run = await begin(fake, 'planned');
    expect(await refusedWith(run.run())).toBe('GATES_REFUSE');
    expect(fake.done).toEqual([]);
  });
});

describe('one process at a time', () => {
  test('a second start is refused while one runs, and a stale lock needs an override', async () => {
    const fake = new FakeWorld();
    const run = await begin(fake);
    const killed = new CountedHazard(6);
    await expect(run.run({ store: hazardous(run.store, killed.hazard) })).rejects.toThrow(Killed);
    await expect(run.run()).rejects.toThrow(/works on it/);
    await expect(run.undo()).rejects.toThrow(/works on it/);
    expect((await run.run({ override: true })).kind).toBe('completed');
  });

  test('whose lock was taken over records nothing more, and does nothing more', async () => {
    const fake = new FakeWorld();
    const run = await begin(fake);
    let taken = false;
    const store = hazardous(run.store, (what, when) => {
      if (what !== 'entry done fence' || when !== 'before' || taken) return;
      taken = true;
      void run.store.lock({ flow: 'A->B', run: run.id, holder: 'host:2', at: fake.now, override: true });
    });
    await expect(run.run({ store })).rejects.toThrow(/taken the failover/);
    expect(fake.effects).toEqual({ ...UNTOUCHED, fence: true });
    expect((await statesOf(run)).fence).toBe('doing');
  });

  test('a run keeps its flow from another run until it ends', async () => {
    const fake = new FakeWorld();
    const run = await begin(fake);
    fake.hazard = (what) => {
      if (what === 'mirror=true') throw new TidemarkError('DOWN', 'Connect does not answer');
    };
    expect((await run.run()).kind).toBe('failed');
    const answer = await run.store.lock({ flow: 'A->B', run: 'other', holder: 'host:2', at: 0, override: false });
    expect(answer).toMatchObject({ kind: 'held', by: { run: run.id, holder: null } });
  });
});

/** Every point of a run: each piece of work, and each entry, before and after it. */
async function pointsOf(): Promise<number> {
  const counted = new CountedHazard(Number.POSITIVE_INFINITY);
  const run = await begin(new FakeWorld());
  run.fake.hazard = counted.hazard;
  await run.run({ store: hazardous(run.store, counted.hazard) });
  return counted.seen;
}

describe('at every point', () => {
  test('a killed run continues under its id and leads to the same end; each piece of work stays idempotent', async () => {
    const points = await pointsOf();
    expect(points).toBeGreaterThan(40);
    for (let at = 0; at < points; at++) {
      const run = await begin(new FakeWorld());
      const killed = new CountedHazard(at);
      run.fake.hazard = killed.hazard;
      await run.run({ store: hazardous(run.store, killed.hazard) }).catch((error: unknown) => {
        if (!(error instanceof Killed)) throw error;
      });
      run.fake.hazard = () => undefined;
      const { phase } = (await run.stored()).record;
      if (phase !== 'completed') expect([at, (await run.run({ override: true })).kind]).toEqual([at, 'completed']);
      expect([at, run.fake.effects]).toEqual([at, ALL]);
      // The order holds for the first time that each is done, too.
      expect([at, [...new Set(run.fake.done)]]).toEqual([at, ORDER]);
    }
  });

  test('a step that fails before or after its work is named, and the run completes when it is run again', async () => {
    for (const what of ORDER) {
      for (const when of ['before', 'after'] as const) {
        const run = await begin(new FakeWorld());
        let failed = false;
        run.fake.hazard = (at, then) => {
          if (at !== what || then !== when || failed) return;
          failed = true;
          throw new TidemarkError('BROKEN', `${what} broke`, { retriable: true });
        };
        expect([what, when, await run.run()]).toMatchObject([what, when, { kind: 'failed', code: 'BROKEN' }]);
        expect([what, when, (await run.run({ approve: null })).kind]).toEqual([what, when, 'completed']);
        expect(run.fake.effects).toEqual(ALL);
      }
    }
  });

  test('before the point of no return an undo leaves nothing behind, killed half way or not; after it, it is refused', async () => {
    const points = await pointsOf();
    for (let at = 0; at < points; at++) {
      const run = await begin(new FakeWorld());
      const killed = new CountedHazard(at);
      run.fake.hazard = killed.hazard;
      await run.run({ store: hazardous(run.store, killed.hazard) }).catch(() => undefined);
      run.fake.hazard = () => undefined;
      const { steps, approval, phase } = (await run.stored()).record;
      const isPast = steps.get('switch-name')?.kind !== 'pending';
      if (approval === null || isPast) {
        await expect(run.undo(true)).rejects.toThrow(FailoverRefusedError);
        if (!isPast) expect(run.fake.effects).toEqual(UNTOUCHED);
        expect(phase === 'completed' || run.fake.effects.cut === false || isPast).toBe(true);
        continue;
      }
      // The undo itself is killed at its first work, and repeated.
      let died = false;
      run.fake.hazard = (_, when) => {
        if (when === 'before' || died) return;
        died = true;
        throw new Killed();
      };
      await run.undo(true).catch(() => undefined);
      if ((await run.stored()).record.phase !== 'undone') expect((await run.undo(true)).kind).toBe('undone');
      expect([at, run.fake.effects]).toEqual([at, UNTOUCHED]);
      expect(await run.store.lockOf('A->B')).toBeNull();
    }
  });
});

test('a changed entry, and one that is missing before the last, are detected', async () => {
  const run = await begin(new FakeWorld());
  await run.run();
  const entries = await run.store.read(run.id);
  const { storedRun } = await import('../../../shared/failover/run-entry-schema.ts');
  expect(() => storedRun(run.id, entries.toSpliced(3, 1))).toThrow(/cannot be relied on/);
  const text = JSON.stringify(entries).replace('"by":"anna"', '"by":"otto"');
  expect(() => storedRun(run.id, JSON.parse(text))).toThrow(/was changed/);
});
