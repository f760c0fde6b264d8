import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Template } from 'aws-cdk-lib/assertions';
import { type CloudWatchEndpoint, startCloudWatchEndpoint } from '../../../lab/cloudwatch-endpoint.ts';
import { createNameSignal } from '../../../shared/adapters/cloudwatch/name-signal.ts';
import { createDynamoDbNameSideStore } from '../../../shared/adapters/dynamodb/dynamodb-name-side-store.ts';
import type { RunRecord } from '../../../shared/domain/failover/run-record.ts';
import { STEP_NAMES } from '../../../shared/domain/failover/step-name.ts';
import { TidemarkError } from '../../../shared/domain/model/errors.ts';
import { createHealthCheckSwitch } from '../../../shared/failover/health-check-switch.ts';
import { republishNames } from '../../../shared/failover/republish-names.ts';
import { askedActions } from '../../infra/asked-actions.ts';
import { NAME, type NamedSettings, namedSettings, PAIR } from '../../infra/named-settings.ts';
import { ServedRecord } from '../../infra/served-record.ts';
import { type Definition, definitionOf } from '../../infra/state-machine-definition.ts';
import { exampleSettings, synthesize } from '../../infra/synthesize.ts';
import { FakeWorld, Killed, UNTOUCHED } from '../../shared/failover/failover-world.ts';
import { TestMachine } from './machine.ts';
import { awaitedRun, FAILOVER_SETTINGS, faultsOf, MachineHost, startApproved } from './machine-host.ts';

const ORDER = ['fence', 'mirror', 'consumers', 'positions', 'name', 'cut'].map((what) => `${what}=true`);
const PLANNED = { flow: 'A->B', mode: 'planned', by: 'anna' };

let host: MachineHost;
let asked: ReadonlySet<string>;
let granted: readonly string[];
let run: Definition;
let undo: Definition;
let all: readonly Definition[];
beforeAll(async () => {
  host = await MachineHost.start();
  asked = askedActions(host.client);
  granted = Object.entries(host.template.findResources('AWS::IAM::Policy'))
    .filter(([id]) => id.startsWith('FailoverStepRead'))
    .flatMap(([, policy]): { Action: string | string[] }[] => policy.Properties.PolicyDocument.Statement)
    .flatMap(({ Action }) => Action);
  ({ run, undo } = host.machines());
  all = [run, undo, ...Object.values(host.machines('FailoverBack'))];
});
afterAll(() => host?.stop());

let fake: FakeWorld;
let machine: TestMachine;
let table: string;
beforeEach(async () => {
  const stores = await host.stores();
  table = stores.table;
  fake = new FakeWorld();
  machine = new TestMachine(fake, stores, { run, undo });
});

const approved = (input: object = PLANNED, id = 'one') => startApproved(machine, input, id);

const again = (record: RunRecord) => ({ flow: 'A->B', runId: record.run, by: 'anna' });
const statesOf = ({ steps }: RunRecord) => Object.fromEntries([...steps].map(([name, { kind }]) => [name, kind]));
const ALL_DONE = Object.fromEntries(STEP_NAMES.map((name) => [name, 'done']));

describe('the definitions', () => {
  test('are valid', () => {
    for (const definition of all) {
      expect(faultsOf(definition)).toBe('');
    }
  });

  test('every task is repeated after throttles, time-outs and dead functions, and leads to a named end', () => {
    for (const { States } of all) {
      for (const [name, { Type, Retry = [], Catch = [], TimeoutSeconds }] of Object.entries(States)) {
        if (Type !== 'Task') continue;
        const repeated = Retry.flatMap(({ ErrorEquals }) => ErrorEquals);
        const isTold = repeated.includes('States.ALL');
        const transient = ['Lambda.TooManyRequestsException', 'Runtime.ExitError', 'Sandbox.Timedout', 'TidemarkRetry'];
        expect([name, isTold || transient.every((one) => repeated.includes(one))]).toEqual([name, true]);
        expect([name, Catch.flatMap(({ ErrorEquals }) => ErrorEquals)]).toEqual([
          name,
          expect.arrayContaining(['States.ALL']),
        ]);
        expect([name, TimeoutSeconds]).toEqual([name, expect.any(Number)]);
      }
    }
  });

  test('have no heartbeat, and nothing that only one interpreter knows', () => {
    expect(JSON.stringify(all)).not.toMatch(/Heartbeat|QueryLanguage|Assign|JSONata/);
  });
});

describe('a failover as a state machine', () => {
  test('planned: does every step once, in its order, and its evidence is complete', async () => {
    const { ended, record } = await approved();
    expect(ended.error).toBeNull();
    expect(fake.done).toEqual(ORDER);
    expect(statesOf(record)).toEqual(ALL_DONE);
    expect(record).toMatchObject({ phase: 'completed', approval: { by: 'bert' } });
    expect(await machine.stores.runs.lockOf('A->B')).toBeNull();
    expect(machine.told).toHaveLength(2);
    const { entries } = await machine.stored(record.run);
    expect(machine.told[1]).toContain(entries.at(-1)?.hash);
  });

  test('unplanned: leaves out what a dead source cannot do', async () => {
    fake.sourceDown = true;
    const world = fake.world();
    fake.world = () => ({ ...world, rpoRecords: null });
    const { ended, record } = await approved({ ...PLANNED, mode: 'unplanned' });
    expect(ended.error).toBeNull();
    expect(fake.done).toEqual(ORDER.slice(1));
    expect(statesOf(record)).toMatchObject({ fence: 'skipped', drain: 'skipped', verify: 'done' });
  });

  test('needs of DynamoDB what its functions may do', async () => {
    await approved();
    expect([...asked].filter((action) => !granted.includes(action))).toEqual([]);
    expect([...asked]).toContain('dynamodb:ConditionCheckItem');
  });

  test('no token and no secret is in the evidence, or in what people are told', async () => {
    const { record } = await approved();
    const { entries } = await machine.stored(record.run);
    expect(JSON.stringify([entries, machine.told])).not.toContain('token-');
  });

  test.each([...STEP_NAMES])('a throttled function is invoked again: %s', async (step) => {
    machine.before = (state, nth) => {
      if (state === step && nth < 2) throw Object.assign(new Error(), { name: 'Lambda.TooManyRequestsException' });
    };
    const { ended } = await approved();
    expect(ended.error).toBeNull();
    expect(fake.done).toEqual(ORDER);
    expect(machine.invoked.filter((one) => one.startsWith(`${step}:`))).toHaveLength(3);
  });

  test.each([...STEP_NAMES])(
    'an answer that gets lost is asked for again, and the step is done once: %s',
    async (step) => {
      machine.after = async (state, nth) => {
        if (state === step && nth === 0) throw Object.assign(new Error(), { name: 'States.Timeout' });
      };
      const { ended, record } = await approved();
      expect(ended.error).toBeNull();
      expect(fake.done).toEqual(ORDER);
      expect(statesOf(record)).toEqual(ALL_DONE);
    },
  );

  test.each(ORDER.flatMap((what) => [[what, 'before'] as const, [what, 'after'] as const]))(
    'a function that dies is resumed, once it certainly has ended: %s, %s',
    async (what, when) => {
      let deaths = 0;
      fake.hazard = (at, moment) => {
        if (at === what && moment === when && deaths++ === 0) throw new Killed();
      };
      const { ended, record } = await approved();
      expect(ended.error).toBeNull();
      expect(statesOf(record)).toEqual(ALL_DONE);
      expect(Object.values(fake.effects).every(Boolean)).toBe(true);
      expect(machine.invoked.some((one) => one.endsWith('Runtime.ExitError'))).toBe(true);
      expect(machine.invoked.some((one) => one.endsWith('TidemarkBusy'))).toBe(true);
    },
  );

  test('a service that throttles a step is asked again', async () => {
    let refusals = 0;
    fake.hazard = (what) => {
      if (what !== 'positions=true' || refusals++ >= 2) return;
      throw Object.assign(new Error('rate exceeded for secret-looking-key'), { name: 'ThrottlingException' });
    };
    const { ended } = await approved();
    expect(ended.error).toBeNull();
    expect(machine.invoked).toContain('restore-groups: TidemarkRetry');
    expect(machine.told.join()).not.toContain('secret-looking-key');
  });

  test('a step that needs a person stops it, and the same run continues under its id', async () => {
    fake.hazard = (what) => {
      if (what === 'positions=true') throw new TidemarkError('DOWN', 'B refuses');
    };
    const { ended, record } = await approved();
    expect(ended.error).toBe('FailoverStopped');
    expect(statesOf(record)).toMatchObject({ fence: 'done', 'restore-groups': 'failed', 'switch-name': 'pending' });
    expect(machine.told.at(-1)).toContain('B refuses');
    fake.hazard = () => undefined;
    const continued = await machine.start(again(record), 'two');
    expect(continued.error).toBeNull();
    expect(fake.done).toEqual(ORDER);
    expect((await machine.start(again(record), 'three')).error).toBeNull();
    expect(fake.done).toEqual(ORDER);
  });
});

/** Clients find their cluster by a failover record pair, and audits run beside the failover. */
describe('a failover that switches the name by its health check', () => {
  let settings: NamedSettings;
  let template: Template;
  let cloudWatch: CloudWatchEndpoint;
  beforeAll(async () => {
    settings = namedSettings();
    template = synthesize(settings.parts);
    cloudWatch = await startCloudWatchEndpoint();
  });
  afterAll(async () => {
    settings?.remove();
    await cloudWatch?.close();
  });

  /** Replaces the name of the fake world by the deployed one, which Route 53 answers for as the template says. */
  function lookedUp() {
    const served = new ServedRecord(template);
    const clock = { now: () => fake.now };
    const sides = createDynamoDbNameSideStore(host.client, table);
    const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'test' };
    const signal = createNameSignal(
      new CloudWatchClient({ endpoint: cloudWatch.url, region: 'eu-central-1', credentials, maxAttempts: 1 }),
      exampleSettings.deployment.name,
    );
    const record = { name: NAME, type: 'CNAME', leadsTo: PAIR.secondary } as const;
    const pair = { primary: 'A', secondary: 'B' };
    const own = { deployment: 'example', target: 'B', sides, signal, clock };
    const switched = createHealthCheckSwitch({ healthCheck: { ...pair, record, deployment: null }, ...own });
    const failed = (_: string, reason: string) => {
      throw new Error(reason);
    };
    let minute = Math.floor(fake.now / 60_000);
    let answer: readonly string[] = PAIR.primary;
    const passMinutes = async () => {
      for (; minute < Math.floor(fake.now / 60_000); minute++) {
        served.publish(cloudWatch.data);
        cloudWatch.forget();
        answer = served.endMinute();
        await republishNames({ names: new Map([[NAME, pair]]), sides, signal, clock, failed });
      }
      return answer;
    };
    const world = fake.world();
    fake.world = () => ({
      ...world,
      name: {
        ...switched,
        apply: async () => {
          fake.hazard('name=true', 'before');
          await switched.apply();
          await fake.work('name', true);
        },
      },
      lookup: {
        describe: () => 'asks 10.0.0.2:53',
        ask: async () => {
          const leadsTo = await passMinutes();
          const resolver = '10.0.0.2:53';
          return [leadsTo === PAIR.primary ? { kind: 'elsewhere', resolver, leadsTo } : { kind: 'target', resolver }];
        },
      },
    });
    return { passMinutes, switched };
  }

  test('waits for the answer before connections are cut, and audits keep it', async () => {
    const { passMinutes, switched } = lookedUp();
    let switchedAt = 0;
    let cutAt = 0;
    fake.hazard = (what, when) => {
      if (what === 'name=true' && when === 'after') switchedAt = fake.now;
      if (what === 'cut=true' && when === 'before') cutAt = fake.now;
    };
    const { ended, record } = await approved();
    expect(ended.error).toBeNull();
    expect(cutAt).toBeGreaterThan(switchedAt);
    expect(record.steps.get('switch-name')).toMatchObject({
      evidence: { known: true, resolvers: [{ kind: 'target' }] },
    });
    expect(record.subject.steps.find(({ step }) => step === 'switch-name')?.actions).toEqual(switched.describe());
    fake.now += 3_600_000;
    expect(await passMinutes()).toEqual(PAIR.secondary);
  });

  test('is resumed where its function dies between the table and the metric, and is past the point of no return', async () => {
    const { passMinutes } = lookedUp();
    let refused = 0;
    cloudWatch.refuse(() => (refused++ === 0 ? { status: 403, type: 'AccessDeniedException' } : null));
    const { ended, record } = await approved();
    expect(ended.error).toBe('FailoverStopped');
    expect(statesOf(record)).toMatchObject({ 'switch-name': 'failed', 'cut-connections': 'pending' });
    expect((await machine.undo(again(record), 'undo')).error).toBe('FailoverRefused');
    // An audit has published meanwhile what the table wants.
    fake.now += 120_000;
    expect(await passMinutes()).toEqual(PAIR.secondary);
    expect((await machine.start(again(record), 'two')).error).toBeNull();
    expect(fake.done).toEqual(ORDER);
  });
});

describe('an approval', () => {
  const waiting = async () => {
    const execution = machine.start(PLANNED, 'one');
    const record = await awaitedRun(machine, execution);
    return { execution, record };
  };

  test('with another hash is refused, and the state machine waits on', async () => {
    const { execution, record } = await waiting();
    const other = `${record.hash.startsWith('0') ? '1' : '0'}${record.hash.slice(1)}`;
    const wrong = { action: 'approve', runId: record.run, hash: other, by: 'eve' };
    await expect(machine.control(wrong)).rejects.toMatchObject({ code: 'HASH_DIFFERS' });
    expect(fake.done).toEqual([]);
    await machine.control({ ...wrong, hash: record.hash, by: 'bert' });
    expect((await execution).error).toBeNull();
  });

  test('of a world that has changed since is refused, and the flow is free again', async () => {
    const { execution, record } = await waiting();
    fake.groups.push('late');
    await machine.control({ action: 'approve', runId: record.run, hash: record.hash, by: 'bert' });
    expect((await execution).error).toBe('FailoverRefused');
    expect(fake.done).toEqual([]);
    expect(await machine.stores.runs.lockOf('A->B')).toBeNull();
  });

  test('that a person rejects ends it, and nothing was changed', async () => {
    const { execution, record } = await waiting();
    await machine.control({ action: 'reject', runId: record.run, reason: 'not today', by: 'bert' });
    expect((await execution).error).toBe('FailoverRejected');
    expect(fake.effects).toEqual(UNTOUCHED);
    const { entries } = await machine.stored(record.run);
    expect(entries.at(-1)?.event).toEqual({ kind: 'refused', reasons: ['not approved: bert: not today'] });
    expect(await machine.stores.runs.lockOf('A->B')).toBeNull();
  });

  test('that nobody gives times out, and the flow is free again', async () => {
    const template = synthesize({ failover: { ...FAILOVER_SETTINGS, approvalSeconds: 1 } });
    machine = new TestMachine(fake, machine.stores, { run: definitionOf(template, 'FailoverRun'), undo });
    expect((await machine.start(PLANNED, 'one')).error).toBe('FailoverNotApproved');
    expect(fake.done).toEqual([]);
    expect(await machine.stores.runs.lockOf('A->B')).toBeNull();
    expect((await machine.start(PLANNED, 'one again')).error).toBe('FailoverNotApproved');
  });

  test('is not asked for where a gate refuses', async () => {
    fake.sourceDown = true;
    expect((await machine.start(PLANNED, 'one')).error).toBe('FailoverRefused');
    expect(machine.told).toHaveLength(1);
    expect(machine.told[0]).toContain('SOURCE_DOWN');
  });
});

describe('one at a time', () => {
  test('a second start while one waits or runs is refused, and the first one is not disturbed', async () => {
    const first = machine.start(PLANNED, 'one');
    const { record } = await machine.awaited();
    expect((await machine.start(PLANNED, 'two')).error).toBe('FailoverRefused');
    expect(machine.told.at(-1)).toContain('FLOW_LOCKED');
    await machine.control({ action: 'approve', runId: record.run, hash: record.hash, by: 'bert' });
    expect((await first).error).toBeNull();
    expect(fake.done).toEqual(ORDER);
  });

  test('a stale run is overridden only where that is asked', async () => {
    fake.hazard = (what) => {
      if (what === 'mirror=true') throw new TidemarkError('DOWN', 'Connect refuses');
    };
    const { ended } = await approved();
    expect(ended.error).toBe('FailoverStopped');
    fake.hazard = () => undefined;
    fake.effects = { ...UNTOUCHED };
    expect((await machine.start(PLANNED, 'two')).error).toBe('FailoverRefused');
    fake.now += 1_000;
    expect((await approved({ ...PLANNED, overrideLock: true }, 'three')).ended.error).toBeNull();
  });

  test('the maintenance stop ends it before the next step, and it continues once that is over', async () => {
    const hold = { action: 'hold', reason: 'network works', by: 'carl' };
    const execution = machine.start(PLANNED, 'one');
    const { record } = await machine.awaited();
    machine.after = async (state) => {
      if (state === 'fence') await machine.control(hold);
    };
    await machine.control({ action: 'approve', runId: record.run, hash: record.hash, by: 'bert' });
    expect((await execution).error).toBe('FailoverHeld');
    expect(fake.done).toEqual(['fence=true']);
    expect((await machine.start(again(record), 'two')).error).toBe('FailoverHeld');
    await machine.control({ action: 'release', by: 'carl' });
    machine.after = async () => undefined;
    expect((await machine.start(again(record), 'three')).error).toBeNull();
    expect(fake.done).toEqual(ORDER);
  });
});

describe('undo as a state machine', () => {
  const stoppedAt = async (where: string): Promise<RunRecord> => {
    fake.hazard = (what) => {
      if (what === where) throw new TidemarkError('DOWN', 'it refuses');
    };
    const { ended, record } = await approved();
    expect(ended.error).toBe('FailoverStopped');
    fake.hazard = () => undefined;
    return record;
  };

  test.each(['mirror=true', 'consumers=true', 'positions=true'])(
    'puts everything back after a stop at %s',
    async (where) => {
      const record = await stoppedAt(where);
      expect((await machine.undo(again(record), 'undo')).error).toBeNull();
      expect(fake.effects).toEqual(UNTOUCHED);
      expect((await machine.stored(record.run)).record.phase).toBe('undone');
      expect(await machine.stores.runs.lockOf('A->B')).toBeNull();
    },
  );

  test('of which a function dies is resumed', async () => {
    const record = await stoppedAt('positions=true');
    let deaths = 0;
    fake.hazard = (what, when) => {
      if (what === 'mirror=false' && when === 'after' && deaths++ === 0) throw new Killed();
    };
    expect((await machine.undo(again(record), 'undo')).error).toBeNull();
    expect(fake.effects).toEqual(UNTOUCHED);
  });

  test('is refused from the point of no return on', async () => {
    const record = await stoppedAt('cut=true');
    expect((await machine.undo(again(record), 'undo')).error).toBe('FailoverRefused');
    expect(machine.told.at(-1)).toContain('PAST_NO_RETURN');
    expect(fake.effects.name).toBe(true);
  });
});
