import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { RunRecord } from '../../../shared/domain/failover/run-record.ts';
import { FAILBACK_STEP_NAMES } from '../../../shared/domain/failover/step-name.ts';
import { TidemarkError } from '../../../shared/domain/model/errors.ts';
import type { Definition } from '../../infra/state-machine-definition.ts';
import { FAILBACK_ORDER, FakeFailback, LED_AWAY, LED_BACK } from '../../shared/failover/failback-world.ts';
import { FakeWorld, Killed } from '../../shared/failover/failover-world.ts';
import { type Stores, TestMachine } from './machine.ts';
import { MachineHost, startApproved } from './machine-host.ts';

const START = { flow: 'B->A', mode: 'failback', by: 'anna' };
const ALL_DONE = Object.fromEntries(FAILBACK_STEP_NAMES.map((name) => [name, 'done']));

let host: MachineHost;
let failover: { readonly run: Definition; readonly undo: Definition };
let failback: { readonly run: Definition; readonly undo: Definition };
beforeAll(async () => {
  host = await MachineHost.start();
  failover = host.machines();
  failback = host.machines('FailoverBack');
});
afterAll(() => host?.stop());

let stores: Stores;
let fake: FakeFailback;
let machine: TestMachine;
beforeEach(async () => {
  stores = await host.stores();
  fake = new FakeFailback();
  machine = new TestMachine(fake, stores, failback);
});

const approved = (id = 'one') => startApproved(machine, START, id);

async function stoppedAt(where: string): Promise<RunRecord> {
  fake.hazard = (what) => {
    if (what === where) throw new TidemarkError('DOWN', 'it refuses');
  };
  const { ended, record } = await approved();
  expect(ended.error).toBe('FailoverStopped');
  fake.hazard = () => undefined;
  return record;
}

const again = ({ run }: RunRecord) => ({ flow: 'B->A', runId: run, by: 'anna' });
const statesOf = ({ steps }: RunRecord) => Object.fromEntries([...steps].map(([name, { kind }]) => [name, kind]));

describe('a failback as a state machine', () => {
  test('does every step once, in its order, and its evidence names what it takes back', async () => {
    const { ended, record } = await approved();
    expect(ended.error).toBeNull();
    expect(fake.done).toEqual(FAILBACK_ORDER);
    expect(statesOf(record)).toEqual(ALL_DONE);
    expect(record).toMatchObject({ phase: 'completed', approval: { by: 'bert' }, subject: { mode: 'failback' } });
    expect(record.subject.takesBack).toEqual({ run: fake.origin.run, head: fake.origin.head });
    expect([fake.effects, fake.more]).toEqual([LED_BACK, { targetFence: false, forwardRuns: true }]);
    expect(await stores.runs.lockOf('B->A')).toBeNull();
    expect(machine.told[0]).toContain(`failback of B->A after run ${fake.origin.run}`);
    expect(machine.told[1]).toContain((await machine.stored(record.run)).entries.at(-1)?.hash);
  });

  test.each([...FAILBACK_STEP_NAMES])(
    'an answer that gets lost is asked for again, and the step is done once: %s',
    async (step) => {
      machine.after = async (state, nth) => {
        if (state === step && nth === 0) throw Object.assign(new Error(), { name: 'States.Timeout' });
      };
      const { ended, record } = await approved();
      expect(ended.error).toBeNull();
      expect(fake.done).toEqual(FAILBACK_ORDER);
      expect(statesOf(record)).toEqual(ALL_DONE);
    },
  );

  test.each(
    FAILBACK_ORDER.flatMap((effect) => {
      const what = effect.startsWith('place-') ? effect.replace(/=.*/, '') : effect;
      return [[what, 'before'] as const, [what, 'after'] as const];
    }),
  )('a function that dies is resumed, once it certainly has ended: %s, %s', async (what, when) => {
    let deaths = 0;
    fake.hazard = (at, moment) => {
      if (at === what && moment === when && deaths++ === 0) throw new Killed();
    };
    const { ended, record } = await approved();
    expect([ended.error, deaths]).toEqual([null, expect.any(Number)]);
    expect(deaths).toBeGreaterThan(0);
    expect(statesOf(record)).toEqual(ALL_DONE);
    expect([fake.effects, fake.more]).toEqual([LED_BACK, { targetFence: false, forwardRuns: true }]);
    // Neither mirror has begun anywhere else.
    expect([fake.reverse.at, fake.forward.at]).toEqual([79n, 79n]);
  });

  test('a mirror that catches up for long is waited for, and the applications are not fenced until then', async () => {
    fake.sourceEnd += 20_000n;
    fake.isStuck = true;
    machine.before = (state, nth) => {
      if (state === 'catch-up' && nth === 20) fake.isStuck = false;
    };
    const { ended } = await approved();
    expect(ended.error).toBeNull();
    expect(machine.invoked.filter((one) => one === 'catch-up: TidemarkRetry')).toHaveLength(20);
  });

  test('a step that needs a person stops it, and the same run continues under its id', async () => {
    const record = await stoppedAt('positions=true');
    expect(statesOf(record)).toMatchObject({ 'record-points': 'done', 'restore-groups': 'failed', verify: 'pending' });
    expect((await machine.start(again(record), 'two')).error).toBeNull();
    expect(fake.done).toEqual(FAILBACK_ORDER);
    expect((await machine.start(again(record), 'three')).error).toBeNull();
    expect(fake.done).toEqual(FAILBACK_ORDER);
  });

  test('a gate refuses before anybody is asked', async () => {
    fake.more.forwardRuns = true;
    expect((await machine.start(START, 'one')).error).toBe('FailoverRefused');
    expect(machine.told).toHaveLength(1);
    expect(await stores.runs.lockOf('B->A')).toBeNull();
  });

  test.each(['positions=true', 'place-forward-offsets'])('undone after a stop at %s', async (where) => {
    const record = await stoppedAt(where);
    expect((await machine.undo(again(record), 'undo')).error).toBeNull();
    expect([fake.effects, fake.more]).toEqual([LED_AWAY, { targetFence: true, forwardRuns: false }]);
    expect((await machine.stored(record.run)).record.phase).toBe('undone');
    expect(await stores.runs.lockOf('B->A')).toBeNull();
  });
});

describe('neither state machine does the work of the other', () => {
  test('a failover is not started as a failback', async () => {
    expect((await machine.start({ ...START, mode: 'planned' }, 'one')).error).toBe('FailoverRefused');
    expect(machine.told.at(-1)).toContain('MODE_DIFFERS');
    expect(await stores.runs.lockOf('B->A')).toBeNull();
  });

  test('a failback is not continued, and not undone, as a failover', async () => {
    const record = await stoppedAt('positions=true');
    const other = new TestMachine(fake, stores, failover);
    const before = [...fake.done];
    expect((await other.start(again(record), 'two')).error).toBe('FailoverRefused');
    expect((await other.undo(again(record), 'three')).error).toBe('FailoverRefused');
    expect(fake.done).toEqual(before);
  });

  test('a failback is not started as a failover', async () => {
    const other = new TestMachine(new FakeWorld(), stores, failover);
    expect((await other.start(START, 'one')).error).toBe('FailoverRefused');
    expect(await stores.runs.lockOf('B->A')).toBeNull();
  });
});
