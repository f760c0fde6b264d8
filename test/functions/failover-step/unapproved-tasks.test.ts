import { Logger } from '@aws-lambda-powertools/logger';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Context } from 'aws-lambda';
import { createHandler, type FailoverStepHandler } from '../../../functions/failover-step/create-handler.ts';
import { openHistoryDatabase } from '../../../shared/adapters/sqlite/open-database.ts';
import { createSqliteRunStore } from '../../../shared/adapters/sqlite/sqlite-run-store.ts';
import { FAILOVER_TASKS } from '../../../shared/contract/failover-machine.ts';
import { runOf } from '../../../shared/failover/run-in-parts.ts';
import type { RunStore } from '../../../shared/failover/run-store.ts';
import { type Definition, definitionOf } from '../../infra/state-machine-definition.ts';
import { synthesize } from '../../infra/synthesize.ts';
import { FakeFailback } from '../../shared/failover/failback-world.ts';
import { FakeWorld } from '../../shared/failover/failover-world.ts';

const APPROVAL_MS = 3_600_000;
const NOT_ITS_HASH = 'f'.repeat(64);
const MACHINES = [
  { run: 'FailoverRun', undo: 'FailoverUndo', flow: 'A->B', modes: ['planned', 'unplanned'] },
  { run: 'FailoverBackRun', undo: 'FailoverBackUndo', flow: 'B->A', modes: ['failback'] },
] as const;
type Mode = (typeof MACHINES)[number]['modes'][number];

/** Every event of a task that the definition gives to a function, in the order of its states. */
type Payload = Readonly<Record<string, unknown>> & { readonly task: string };

const definitions = new Map<string, Definition>();
beforeAll(() => {
  const template = synthesize({
    failover: { approvalSeconds: 3_600, approvalLink: false, secrets: {}, names: {}, policyArns: {} },
  });
  for (const { run, undo } of MACHINES) for (const id of [run, undo]) definitions.set(id, definitionOf(template, id));
});

/** The payloads of one kind of task, in the order in which the machine comes to their states. */
function payloadsOf(id: string, task: string): Payload[] {
  const { StartAt, States } = definitions.get(id) ?? { StartAt: '', States: {} };
  const found: Payload[] = [];
  const seen = new Set<string>();
  // The longest way: a choice leads to all of its states, and an approved run goes through every step.
  const next = [StartAt];
  while (next.length > 0) {
    const name = next.shift() ?? '';
    const state = States[name];
    if (state === undefined || seen.has(name)) continue;
    seen.add(name);
    const payload = state.Parameters?.Payload as Payload | undefined;
    if (payload?.task === task) found.push(payload);
    const choices = (state.Choices ?? []) as readonly { readonly Next: string }[];
    next.push(
      ...[state.Next, state.Default as string | undefined, ...choices.map(({ Next }) => Next)].flatMap(
        (one) => one ?? [],
      ),
    );
  }
  return found;
}

/** The deployed handler, that anyone calls who may invoke the functions: past the state machine, and its approval. */
class Caller {
  readonly fake: FakeWorld;
  readonly store: RunStore = createSqliteRunStore(openHistoryDatabase(':memory:'));
  readonly #handler: FailoverStepHandler;
  readonly #flow: string;
  readonly #mode: Mode;
  #requests = 0;

  constructor(flow: string, mode: Mode) {
    this.#flow = flow;
    this.#mode = mode;
    this.fake = mode === 'failback' ? new FakeFailback() : new FakeWorld();
    if (mode === 'unplanned') this.fake.sourceDown = true;
    const world = this.fake.world.bind(this.fake);
    this.#handler = createHandler({
      logger: new Logger({ logLevel: 'SILENT' }),
      clock: { now: () => this.fake.now },
      runs: this.store,
      approvals: { ask: never, asked: never, answered: never } as never,
      holds: { current: async () => null },
      approvalMs: APPROVAL_MS,
      openWorld: async () => ({ world: { ...world(), rpoRecords: null }, close: async () => undefined }),
    });
  }

  /** The name of the error with which it ends; null if it does not. */
  async call(payload: Payload, values: Readonly<Record<string, unknown>> = {}): Promise<string | null> {
    const given: Readonly<Record<string, unknown>> = { flow: this.#flow, by: 'mallory', mode: this.#mode, ...values };
    const event = Object.fromEntries(
      Object.entries(payload).map(([key, value]) =>
        key.endsWith('.$') ? [key.slice(0, -2), given[key.slice(0, -2)]] : [key, value],
      ),
    );
    const context = { awsRequestId: `${this.#requests++}`, getRemainingTimeInMillis: () => 1_000 };
    return await this.#handler(event, context as unknown as Context).then(
      () => null,
      ({ name }: Error) => name,
    );
  }

  /** Assesses a new run, and returns its id and hash. */
  async assess(runId: string): Promise<{ readonly runId: string; readonly hash: string }> {
    const { assess } = FAILOVER_TASKS;
    const run = { runId, flow: this.#flow, by: 'anna', mode: this.#mode };
    const refused = await this.call({ task: assess, ...run, groups: ['*'], accept: [], failover: null });
    expect(refused).toBeNull();
    return { runId, hash: (await runOf(this.store, runId)).record.hash };
  }
}

function never(): never {
  throw new Error('nobody is asked');
}

const CASES = MACHINES.flatMap(({ run, undo, flow, modes }) => modes.map((mode) => ({ run, undo, flow, mode })));

describe.each(CASES)('the functions of $run, invoked past the state machine, $mode', ({ run, undo, flow, mode }) => {
  const approve = () => payloadsOf(run, FAILOVER_TASKS.approve)[0] ?? { task: '' };
  const steps = () => payloadsOf(run, FAILOVER_TASKS.carryOut);
  const undos = () => payloadsOf(undo, FAILOVER_TASKS.undo);

  /** No state of either machine changes anything for this run. */
  async function expectNothingDone(caller: Caller, runId: string): Promise<void> {
    for (const payload of [...steps(), ...undos()]) {
      expect([payload.step, await caller.call(payload, { runId })]).toEqual([payload.step, 'TidemarkRefused']);
    }
    expect(caller.fake.done).toEqual([]);
  }

  test('do nothing without an approval', async () => {
    const caller = new Caller(flow, mode);
    const { runId } = await caller.assess('run-1');
    await expectNothingDone(caller, runId);
    await expectNothingDone(caller, 'no-such-run');
  });

  test.each([
    ['no hash that a person was shown', async () => NOT_ITS_HASH],
    [
      'the hash of another run',
      async (caller: Caller) => {
        caller.fake.groups.push('another');
        const { hash } = await caller.assess('run-2');
        caller.fake.groups.pop();
        return hash;
      },
    ],
    [
      'its hash, an hour too late',
      async (caller: Caller, hash: string) => {
        caller.fake.now += APPROVAL_MS;
        return hash;
      },
    ],
    [
      'its hash, after the world has changed',
      async (caller: Caller, hash: string) => {
        caller.fake.groups.push('intruder');
        return hash;
      },
    ],
  ])('do nothing after an approval by %s', async (_, hashFor) => {
    const caller = new Caller(flow, mode);
    const { runId, hash } = await caller.assess('run-1');
    const given = await hashFor(caller, hash);
    expect(await caller.call(approve(), { runId, answer: { hash: given, by: 'mallory' } })).toBe('TidemarkRefused');
    await expectNothingDone(caller, runId);
  });

  test('do at each step only what was approved: not another run, flow, or kind of run, and nothing out of turn', async () => {
    const caller = new Caller(flow, mode);
    const { fake } = caller;
    const { runId, hash } = await caller.assess('run-1');
    await caller.assess('run-2');
    expect(await caller.call(approve(), { runId, answer: { hash, by: 'anna' } })).toBeNull();
    const otherMode = mode === 'failback' ? 'planned' : 'failback';
    for (const [index, payload] of steps().entries()) {
      const before = [...fake.done];
      const wrong = [{ runId: 'run-2' }, { runId, flow: 'C->D' }, { runId, mode: otherMode }];
      for (const values of wrong)
        expect([values, await caller.call(payload, values)]).toEqual([values, 'TidemarkRefused']);
      for (const later of steps().slice(index + 1)) expect(await caller.call(later, { runId })).toBe('TidemarkRefused');
      expect(fake.done).toEqual(before);
      expect([payload.step, await caller.call(payload, { runId })]).toEqual([payload.step, null]);
      const { record } = await runOf(caller.store, runId);
      const planned = record.subject.steps.find(({ step }) => step === payload.step);
      // Whatever changed the world had told the approver that it would.
      if (fake.done.length > before.length) expect(planned?.actions).not.toEqual([]);
    }
    expect(steps().map(({ step }) => step)).toEqual(
      (await runOf(caller.store, runId)).record.subject.steps.map(({ step }) => step),
    );
    expect(fake.done.length).toBeGreaterThan(3);
  });
});
