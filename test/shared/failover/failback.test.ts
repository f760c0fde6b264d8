import { describe, expect, test } from '@jest/globals';
import { FAILBACK_STEP_NAMES } from '../../../shared/domain/failover/step-name.ts';
import { TidemarkError } from '../../../shared/domain/model/errors.ts';
import { originOf } from '../../../shared/failover/failback-origin.ts';
import { FailoverRefusedError } from '../../../shared/failover/failover-errors.ts';
import { begin, CountedHazard, hazardous, type TestRun } from './begin-run.ts';
import { FAILBACK_ORDER, FakeFailback, LED_AWAY, LED_BACK } from './failback-world.ts';
import { Killed } from './failover-world.ts';

async function beginBack(fake = new FakeFailback()): Promise<TestRun & { readonly fake: FakeFailback }> {
  return (await begin(fake, 'failback')) as TestRun & { readonly fake: FakeFailback };
}

function expectLedBack(fake: FakeFailback): void {
  expect(fake.effects).toEqual(LED_BACK);
  expect(fake.more).toEqual({ targetFence: false, forwardRuns: true });
  // The forward mirror continues behind everything that the way back has written.
  expect(fake.forward.at).toBe(79n);
}

describe('a failback', () => {
  test('does every step once, in its order, and ends', async () => {
    const run = await beginBack();
    expect((await run.run()).kind).toBe('completed');
    expect(run.fake.done).toEqual(FAILBACK_ORDER);
    const { record } = await run.stored();
    expect([...record.steps.keys()]).toEqual([...FAILBACK_STEP_NAMES]);
    expect([...record.steps.values()].every(({ kind }) => kind === 'done')).toBe(true);
    expect(record.subject.takesBack?.run).toBe('20261122T0500Z-failover');
    expectLedBack(run.fake);
    expect(run.fake.mirrored).toBe(80n);
  });

  test('places nothing, and starts nothing, if the offsets are not what was set when they are read back', async () => {
    const run = await beginBack();
    run.fake.reverse.isDeaf = true;
    expect(await run.run()).toMatchObject({ kind: 'failed', step: 'place-offsets', code: 'OFFSETS_NOT_SET' });
    expect(run.fake.effects.mirror).toBe(true);
    run.fake.reverse.isDeaf = false;
    expect((await run.run({ approve: null })).kind).toBe('completed');
  });

  test('whose offsets somebody changes before the mirror starts stops there', async () => {
    const run = await beginBack();
    run.fake.hazard = (what) => {
      if (what === 'mirror=false') throw new TidemarkError('DOWN', 'Connect does not answer');
    };
    expect(await run.run()).toMatchObject({ kind: 'failed', step: 'start-mirror' });
    run.fake.hazard = () => undefined;
    run.fake.reverse.at = 12n;
    run.fake.effects.mirror = true;
    expect(await run.run({ approve: null })).toMatchObject({
      kind: 'failed',
      step: 'start-mirror',
      code: 'OFFSETS_NOT_SET',
    });
    expect(run.fake.effects.mirror).toBe(true);
  });

  test('that has not caught up waits for that again when it continues: with the fence, it would be downtime', async () => {
    const run = await beginBack();
    run.fake.sourceEnd += 20_000n;
    run.fake.isStuck = true;
    expect(await run.run()).toMatchObject({ kind: 'failed', step: 'catch-up', code: 'NOT_CAUGHT_UP' });
    expect(await run.run({ approve: null })).toMatchObject({ kind: 'failed', step: 'catch-up', code: 'NOT_CAUGHT_UP' });
    expect(run.fake.done).not.toContain('fence=true');
    run.fake.isStuck = false;
    expect((await run.run({ approve: null })).kind).toBe('completed');
  });

  test('places groups before records that never crossed, and says what they read again', async () => {
    const fake = new FakeFailback();
    fake.unmirrored = { lost: [{ topic: 'A.orders', partition: 0, from: 55n }], records: 5n, isOpen: false };
    fake.origin = { ...fake.origin, mode: 'unplanned', sourceEnds: null, missing: null };
    const run = await begin(fake, 'failback', ['TAIL_UNMIRRORED']);
    expect((await run.run()).kind).toBe('completed');
    const place = (await run.stored()).record.steps.get('place-offsets');
    const joins = [{ topic: 'orders', partition: 0, point: '80', landing: '60', mirrored: '55', lostFrom: '55' }];
    expect(place).toMatchObject({ kind: 'done', intent: { joins } });
  });
});

test('replayed records that the mirror drops are not lost: the target has them', async () => {
  const fake = new FakeFailback();
  fake.origin = { ...fake.origin, mode: 'unplanned', sourceEnds: null, missing: null };
  fake.replayed = 3;
  fake.dropsReplayed = true;
  fake.missing = 5n;
  const run = await beginBack(fake);
  expect((await run.run()).kind).toBe('completed');
  expect((await run.stored()).record.steps.get('drain')).toMatchObject({ evidence: { missing: '2', proven: true } });
  expect(fake.joins).toMatchObject([{ replayed: { until: 88n, from: 57n } }]);
});

test('what was replayed is looked for while applications write, and behind the fence only in what came since', async () => {
  const fake = new FakeFailback();
  fake.origin = { ...fake.origin, mode: 'unplanned', sourceEnds: null, missing: null };
  fake.replayed = 3;
  fake.dropsReplayed = true;
  const run = await beginBack(fake);
  expect((await run.run()).kind).toBe('completed');
  const early = { topic: 'orders', partition: 0, to: '88', records: '3', replayed: { until: '88', from: '57' } };
  expect((await run.stored()).record.steps.get('catch-up')).toMatchObject({ evidence: { replayed: [early] } });
  expect(fake.joins).toMatchObject([{ replayed: { until: 88n, from: 57n } }]);
  expect(fake.scannedFrom.at(-1)).toBe(88n);
});

describe('with a policy that renames topics', () => {
  const renamed = (): FakeFailback => {
    const fake = new FakeFailback();
    const topics = [{ topic: 'orders', targetTopic: 'A.orders', partitions: 1 }];
    fake.origin = {
      ...fake.origin,
      topics,
      renames: true,
      points: { 'A.orders': ['80'] },
      sourceEnds: { orders: ['60'] },
    };
    return fake;
  };

  test('no mirror is placed, both may run, and consumers are told to subscribe to both', async () => {
    const fake = renamed();
    fake.more.forwardRuns = true;
    fake.effects.mirror = false;
    const run = await beginBack(fake);
    expect((await run.run()).kind).toBe('completed');
    const { steps } = (await run.stored()).record;
    for (const step of ['place-offsets', 'place-forward-offsets'] as const) {
      expect(steps.get(step)).toMatchObject({ kind: 'skipped', reason: expect.stringContaining('subscribe to both') });
    }
    expect(fake.done.filter((what) => what.startsWith('place'))).toEqual([]);
    expect(fake.joins).toEqual([
      { topic: 'A.orders', partition: 0, point: 80n, landing: 60n, mirrored: 60n, lostFrom: null, replayed: null },
    ]);
  });

  test('after an unplanned failover groups continue behind what the first mirror has committed', async () => {
    const fake = renamed();
    fake.origin = { ...fake.origin, mode: 'unplanned', sourceEnds: null, missing: null };
    fake.forward.topic = 'orders';
    fake.forward.at = 51n;
    expect((await (await beginBack(fake)).run()).kind).toBe('completed');
    expect(fake.joins).toMatchObject([{ point: 80n, mirrored: 52n, lostFrom: 52n }]);
  });

  test('groups that only read copies are placed as well', async () => {
    const fake = renamed();
    fake.away = ['only-copies'];
    const run = await beginBack(fake);
    expect((await run.stored()).record.subject.groups).toEqual(['billing', 'only-copies', 'shipping']);
  });
});

describe('a failback is refused', () => {
  const refusedBy = async (change: (fake: FakeFailback) => void): Promise<readonly string[]> => {
    const fake = new FakeFailback();
    change(fake);
    const run = await begin(fake, 'failback');
    const { refused } = (await run.stored()).record.subject;
    await expect(run.run()).rejects.toThrow(FailoverRefusedError);
    expect(fake.done).toEqual([]);
    return refused;
  };

  test.each<[string, string, (fake: FakeFailback) => void]>([
    [
      'a mirror that runs already',
      'REVERSE_MIRROR_RUNS',
      (fake) => {
        fake.effects.mirror = false;
      },
    ],
    [
      'a mirror that has run without the points',
      'REVERSE_MIRROR_RAN',
      (fake) => {
        fake.reverse.at = 12n;
      },
    ],
    [
      'a forward mirror that runs',
      'FORWARD_MIRROR_RUNS',
      (fake) => {
        fake.more.forwardRuns = true;
      },
    ],
    [
      'records that somebody wrote to the target since',
      'TARGET_CHANGED',
      (fake) => {
        fake.mirrored = 61n;
      },
    ],
    [
      'a topic that was made again',
      'TOPIC_RECREATED',
      (fake) => {
        fake.targetId = 'other';
      },
    ],
    [
      'other numbers of partitions',
      'PARTITIONS_DIFFER',
      (fake) => {
        fake.targetPartitions = 2;
      },
    ],
    [
      'retention that passed the join',
      'JOIN_EXPIRED',
      (fake) => {
        fake.sourceStart = 81n;
      },
    ],
    [
      'a topic without a point',
      'POINTS_UNKNOWN',
      (fake) => {
        fake.origin = { ...fake.origin, points: {} };
      },
    ],
    [
      'a failover without points',
      'FAILOVER_NOT_ENDED',
      (fake) => {
        fake.origin = { ...fake.origin, points: null };
      },
    ],
    [
      'a tail that never crossed',
      'TAIL_UNMIRRORED',
      (fake) => {
        fake.origin = { ...fake.origin, mode: 'unplanned', sourceEnds: null, missing: null };
        fake.unmirrored = { lost: [{ topic: 'A.orders', partition: 0, from: 55n }], records: 5n, isOpen: false };
      },
    ],
    [
      'replayed records that would return',
      'REPLAYED_RETURN',
      (fake) => {
        fake.origin = { ...fake.origin, mode: 'unplanned', sourceEnds: null, missing: null };
        fake.replayed = 3;
      },
    ],
  ])('because of %s', async (_, code, change) => {
    expect(await refusedBy(change)).toEqual([code]);
  });

  test('but not for offsets that the failback before has left', async () => {
    const fake = new FakeFailback();
    fake.reverse.at = 12n;
    fake.leftBefore = [{ topic: 'orders', partition: 0, lastMirrored: 12n }];
    expect((await (await beginBack(fake)).run()).kind).toBe('completed');
  });

  test('nor for replayed records that the connector drops', async () => {
    const fake = new FakeFailback();
    fake.origin = { ...fake.origin, mode: 'unplanned', sourceEnds: null, missing: null };
    fake.replayed = 3;
    fake.dropsReplayed = true;
    expect((await (await beginBack(fake)).run()).kind).toBe('completed');
  });
});

async function pointsOf(): Promise<number> {
  const counted = new CountedHazard(Number.POSITIVE_INFINITY);
  const run = await beginBack();
  run.fake.hazard = counted.hazard;
  await run.run({ store: hazardous(run.store, counted.hazard) });
  return counted.seen;
}

describe('at every point', () => {
  test('a killed failback continues under its id and leads to the same end, and each mirror is placed before it runs', async () => {
    const points = await pointsOf();
    expect(points).toBeGreaterThan(60);
    for (let at = 0; at < points; at++) {
      const run = await beginBack();
      const killed = new CountedHazard(at);
      run.fake.hazard = killed.hazard;
      await run.run({ store: hazardous(run.store, killed.hazard) }).catch((error: unknown) => {
        if (!(error instanceof Killed)) throw error;
      });
      run.fake.hazard = () => undefined;
      const { phase } = (await run.stored()).record;
      if (phase !== 'completed') expect([at, (await run.run({ override: true })).kind]).toEqual([at, 'completed']);
      expectLedBack(run.fake);
      expect([at, [...new Set(run.fake.done)]]).toEqual([at, FAILBACK_ORDER]);
      expect([at, run.fake.mirrored]).toEqual([at, 80n]);
    }
  });

  test('before the point of no return an undo stops the mirror and raises the fence again, also if it is killed', async () => {
    const points = await pointsOf();
    for (let at = 0; at < points; at++) {
      const run = await beginBack();
      const killed = new CountedHazard(at);
      run.fake.hazard = killed.hazard;
      await run.run({ store: hazardous(run.store, killed.hazard) }).catch(() => undefined);
      run.fake.hazard = () => undefined;
      const { steps, approval } = (await run.stored()).record;
      if (approval === null || steps.get('switch-name')?.kind !== 'pending') continue;
      let died = false;
      run.fake.hazard = (_, when) => {
        if (when === 'before' || died) return;
        died = true;
        throw new Killed();
      };
      await run.undo(true).catch(() => undefined);
      run.fake.hazard = () => undefined;
      if ((await run.stored()).record.phase !== 'undone') expect((await run.undo(true)).kind).toBe('undone');
      expect([at, run.fake.effects]).toEqual([at, LED_AWAY]);
      expect([at, run.fake.more]).toEqual([at, { targetFence: true, forwardRuns: false }]);
      expect([at, run.fake.forward.at]).toEqual([at, null]);
      if (steps.get('start-mirror')?.kind === 'pending') expect([at, run.fake.reverse.at]).toEqual([at, null]);
    }
  });
});

test('after an undone failback whose mirror had run, the next one continues behind what that one wrote', async () => {
  const run = await beginBack();
  run.fake.hazard = (what) => {
    if (what === 'consumers=true') throw new TidemarkError('DOWN', 'the hook failed');
  };
  expect((await run.run()).kind).toBe('failed');
  run.fake.hazard = () => undefined;
  // MirrorMaker commits what it has mirrored.
  run.fake.reverse.at = 99n;
  expect((await run.undo()).kind).toBe('undone');
  const { record, entries } = await run.stored();
  const { begun } = originOf({ record: { ...record, run: run.fake.origin.run }, entries }, [record]);
  expect(begun).toMatchObject({
    joins: [{ point: 80n, landing: 60n }],
    mirrored: [{ topic: 'orders', partition: 0, lastMirrored: 99n }],
    targetEnds: { 'A.orders': ['80'] },
  });
  const next = new FakeFailback();
  next.origin = { ...next.origin, begun };
  next.reverse.at = 99n;
  next.mirrored = 80n;
  const again = await beginBack(next);
  expect((await again.stored()).record.subject.refused).toEqual([]);
  expect((await again.run()).kind).toBe('completed');
  expect(next.done.slice(0, 2)).toEqual(['mirror=false', 'fence=true']);
});
