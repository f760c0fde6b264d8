import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@aws-lambda-powertools/logger';
import type { Context } from 'aws-lambda';
import { StateMachine } from 'aws-local-stepfunctions';
import { createHandler as createPage } from '../../../functions/failover-approval/create-handler.ts';
import type { PageAnswer } from '../../../functions/failover-approval/document.ts';
import { createHandler as createAsk } from '../../../functions/failover-ask/create-handler.ts';
import { createHandler as createControl } from '../../../functions/failover-control/create-handler.ts';
import { createHandler as createSeal } from '../../../functions/failover-seal/create-handler.ts';
import { createHandler } from '../../../functions/failover-step/create-handler.ts';
import type { ApprovalNotice } from '../../../shared/domain/notify/approval-notice.ts';
import type { ApprovalStore } from '../../../shared/failover/approval-store.ts';
import type { ApprovalTarget } from '../../../shared/failover/approval-target.ts';
import type { EvidenceSigner, EvidenceStore } from '../../../shared/failover/evidence-store.ts';
import type { HoldStore } from '../../../shared/failover/hold-store.ts';
import { type StoredRun, storedRun } from '../../../shared/failover/run-entry-schema.ts';
import type { RunStore } from '../../../shared/failover/run-store.ts';
import type { Definition } from '../../infra/state-machine-definition.ts';
import { hazardous } from '../../shared/failover/begin-run.ts';
import { type FakeWorld, Killed } from '../../shared/failover/failover-world.ts';
import { macWith } from '../failover-approval/mac-with.ts';

type LibraryDefinition = ConstructorParameters<typeof StateMachine>[0];

const FUNCTION_MS = 180_000;
const RETRY_PAUSE_MS = 10_000;
const mac = macWith('a key');

export interface Stores {
  readonly runs: RunStore;
  readonly approvals: ApprovalStore;
  readonly holds: HoldStore;
  /** Where a machine that seals does so. */
  readonly seal?: { readonly store: EvidenceStore; readonly signer: EvidenceSigner };
}

export interface Ended {
  /** Null if the execution failed. */
  readonly output: unknown;
  /** Name of the error of its last state; null if it succeeded. */
  readonly error: string | null;
}

interface Waiting {
  answer(output: unknown): void;
  fail(error: Error): void;
}

/** A Lambda error, as Step Functions sees it: known by its name. */
function failure(name: string, message = ''): Error {
  return Object.assign(new Error(message), { name });
}

/** Deployed state machines with local functions: the handlers of the functions, on a world whose Kafka is fake. */
export class TestMachine {
  readonly fake: FakeWorld;
  readonly stores: Stores;
  /** What people were told, in order. */
  readonly told: string[] = [];
  /** What approvers were sent by the function that asks, in order. */
  readonly notices: ApprovalNotice[] = [];
  /** Invocations of functions: the state, and what was thrown. */
  readonly invoked: string[] = [];
  /** Called before each invocation. It throws what Lambda answers instead of the function. */
  before: (state: string, nth: number) => void = () => undefined;
  /** Called after each invocation. It throws if its answer gets lost. */
  after: (state: string, nth: number) => Promise<void> = async () => undefined;
  readonly #run: Definition;
  readonly #undo: Definition;
  readonly #waiting = new Map<string, Waiting>();
  #requests = 0;

  constructor(fake: FakeWorld, stores: Stores, machines: { readonly run: Definition; readonly undo: Definition }) {
    this.fake = fake;
    this.stores = stores;
    this.#run = machines.run;
    this.#undo = machines.undo;
  }

  start(input: object, id: string): Promise<Ended> {
    return this.#execute(this.#run, input, id);
  }

  undo(input: object, id: string): Promise<Ended> {
    return this.#execute(this.#undo, input, id);
  }

  /** Invokes the function by which people answer. */
  async control(event: object): Promise<unknown> {
    const handler = createControl({
      logger: new Logger({ logLevel: 'SILENT' }),
      clock: this.#clock,
      ...this.stores,
      target: this.#target,
    });
    return await handler(event, this.#context());
  }

  /** Sends a request to the page of links. */
  async page(event: object): Promise<PageAnswer> {
    const logger = new Logger({ logLevel: 'SILENT' });
    const handler = createPage({ logger, clock: this.#clock, ...this.stores, target: this.#target, mac });
    return await handler(event, this.#context());
  }

  get #target(): ApprovalTarget {
    return {
      approve: async (token, answer) => this.#waiting.get(token)?.answer(answer),
      reject: async (token, { reason, by }) =>
        this.#waiting.get(token)?.fail(failure('TidemarkRejected', `${by}: ${reason}`)),
    };
  }

  /** The run that waits for its approval. */
  async awaited(): Promise<StoredRun> {
    for (let tries = 0; tries < 2_000; tries++) {
      const [run] = this.#waiting.size > 0 ? await this.stores.runs.runs(1) : [];
      // The machine waits before its function has written for what.
      const asked = run === undefined ? null : await this.stores.approvals.asked(run, this.#clock.now());
      if (asked !== null) return await this.stored(asked.run);
      await sleep(5);
    }
    throw new Error('no execution waits for an approval');
  }

  async stored(run: string): Promise<StoredRun> {
    const stored = storedRun(run, await this.stores.runs.read(run));
    if (stored === null) throw new Error(`no run ${run}`);
    return stored;
  }

  async #execute(definition: Definition, input: object, id: string): Promise<Ended> {
    const token = `token-${id}`;
    const tasks = Object.entries(definition.States).filter(([, { Type }]) => Type === 'Task');
    const handlers = tasks.map(
      ([state, { Resource = '' }]) => [state, this.#handlerOf(state, Resource, token)] as const,
    );
    // Another test validates it, and the library would add defaults to it.
    const machine = new StateMachine(definition as unknown as LibraryDefinition, {
      validationOptions: { noValidate: true },
    });
    const { result } = machine.run(JSON.parse(JSON.stringify(input)), {
      context: {
        Execution: { Id: `arn:execution:${id}`, StartTime: new Date(this.fake.now).toISOString() },
        Task: { Token: token },
      },
      overrides: {
        taskResourceLocalHandlers: Object.fromEntries(handlers),
        retryIntervalOverrides: Object.fromEntries(tasks.map(([state]) => [state, 0])),
      },
    });
    try {
      return { output: await result, error: null };
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      return { output: null, error: cause instanceof Error ? cause.name : String(cause) };
    } finally {
      this.#waiting.delete(token);
    }
  }

  #handlerOf(state: string, resource: string, token: string) {
    // The library passes JSON of its own type, which it does not export.
    // biome-ignore lint/suspicious/noExplicitAny: see above
    return async (parameters: any): Promise<any> => {
      if (resource.endsWith('sns:publish')) {
        this.told.push(parameters.Message);
        return {};
      }
      const answer = this.#awaited(resource, token);
      const output = await this.#invoke(state, parameters.FunctionName, parameters.Payload);
      return answer === null ? { Payload: output } : await answer;
    };
  }

  #awaited(resource: string, token: string): Promise<unknown> | null {
    if (!resource.endsWith('.waitForTaskToken')) return null;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#waiting.set(token, { answer: resolve, fail: reject });
    promise.catch(() => undefined);
    return promise;
  }

  /** An invocation in a process of its own. One that is killed does nothing more, and releases nothing. */
  async #invoke(state: string, name: string, payload: unknown): Promise<unknown> {
    const nth = this.invoked.filter((one) => one.startsWith(`${state}:`)).length;
    let isDead = false;
    const runs = hazardous(this.stores.runs, () => {
      if (isDead) throw new Killed();
    });
    const { seal, ...stores } = this.stores;
    const logger = new Logger({ logLevel: 'SILENT' });
    const shared = { logger, clock: this.#clock, ...stores, runs };
    const ask = createAsk({
      ...shared,
      mac,
      page: 'https://page.example/',
      targets: [{ name: 'email', send: async (notice) => void this.notices.push(notice) }],
      deployment: 'example',
      options: [],
    });
    const step = createHandler({
      ...shared,
      approvalMs: 3_600_000,
      openWorld: async () => ({ world: this.fake.world(), close: async () => undefined }),
    });
    const sealing = seal !== undefined && name.includes('FailoverSeal') ? createSeal({ logger, runs, ...seal }) : null;
    const handler = sealing ?? (name.includes('FailoverLinkAsk') ? ask : step);
    const { hazard } = this.fake;
    this.fake.hazard = (what, when) => {
      try {
        hazard(what, when);
      } catch (error) {
        isDead = error instanceof Killed;
        throw error;
      }
    };
    try {
      this.before(state, nth);
      const output = await handler(JSON.parse(JSON.stringify(payload)), this.#context());
      await this.after(state, nth);
      this.invoked.push(`${state}: done`);
      return JSON.parse(JSON.stringify(output));
    } catch (error) {
      const thrown = isDead ? failure('Runtime.ExitError') : (error as Error);
      this.invoked.push(`${state}: ${thrown.name}`);
      // The machine pauses before it repeats.
      this.fake.now += RETRY_PAUSE_MS;
      throw failure(thrown.name, thrown.message);
    } finally {
      this.fake.hazard = hazard;
    }
  }

  get #clock() {
    return { now: () => this.fake.now };
  }

  #context(): Context {
    const awsRequestId = `request-${this.#requests++}`;
    return { awsRequestId, getRemainingTimeInMillis: () => FUNCTION_MS } as unknown as Context;
  }
}
