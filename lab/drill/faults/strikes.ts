import { DANGEROUS_STEPS, type StepName } from '../../../shared/domain/failover/step-name.ts';
import type { AclSpec } from '../../cluster-admin.ts';
import type { Fault } from './fault.ts';
import type { FaultsStage, Started } from './faults-stage.ts';
import { KAFKA_API, type Order, type StepPoint } from './order.ts';

/** A fault that has struck, and the state that Tidemark named then; null as long as that is not known. */
export interface Struck {
  readonly fault: Fault;
  state: string | null;
  /** Whether that state says what is wrong, and can be continued. */
  isNamed: boolean;
}

/** The process continued in spite of the fault. Being slow is one of the ways; nobody continues after a death. */
export function continued(struck: Struck): void {
  struck.state = 'continued by itself';
  struck.isNamed = struck.fault.strike === 'throttled';
}

function isSlow({ strike }: Fault): boolean {
  return strike === 'throttled' || strike === 'timed-out';
}

/** How slow Kafka's answers are while it throttles, and for how long. */
const THROTTLED_BYTES_PER_SECOND = 16_000;
const THROTTLED_MS = 5_000;
/** After this a process that still waits for an answer is killed, in milliseconds. Requests to Connect give up after 30 s. */
const ENDED_AFTER_MS = 40_000;

const CONTINUE: Order = { kind: 'continue' };
const HOOK_STEPS: ReadonlySet<StepName> = new Set(['stop-consumers', 'switch-name', 'cut-connections']);
const CONNECT_STEPS: ReadonlySet<StepName> = new Set([
  'place-offsets',
  'start-mirror',
  'stop-mirror',
  'place-forward-offsets',
  'start-forward',
]);
/** In the middle of their work: the request after which the process dies. The others only read. */
const REQUESTS: Partial<Record<StepName, Omit<Extract<Order, { kind: 'die-at-request' }>, 'kind'>>> = {
  fence: { api: KAFKA_API.createAcls, nth: 1 },
  'restore-groups': { api: KAFKA_API.offsetCommit, nth: 2 },
  'lift-target-fence': { api: KAFKA_API.deleteAcls, nth: 1 },
  'lift-source-fence': { api: KAFKA_API.deleteAcls, nth: 1 },
};
const READS: Omit<Extract<Order, { kind: 'die-at-request' }>, 'kind'> = { api: null, nth: 8 };

/** The fencer may no longer change ACLs. All others keep what they may do: this is the first ACL on the cluster. */
const FENCE_REFUSED: readonly AclSpec[] = [
  {
    principal: 'User:fencer',
    operation: 'ALTER',
    resourceType: 'CLUSTER',
    resourceName: 'kafka-cluster',
    permission: 'DENY',
  },
  { principal: 'User:*', operation: 'ALL', resourceType: 'CLUSTER', resourceName: 'kafka-cluster' },
];

/** The faults of a round, each at its step. */
export class Strikes {
  readonly struck: Struck[] = [];
  readonly #stage: FaultsStage;
  readonly #pending: Fault[];
  readonly #second: () => Promise<string>;
  #lifts: (() => Promise<void> | void)[] = [];

  /** @param second starts the run a second time, and returns how that was refused */
  constructor(stage: FaultsStage, faults: readonly Fault[], second: () => Promise<string>) {
    this.#stage = stage;
    this.#pending = [...faults];
    this.#second = second;
  }

  /** Faults that have found no step to strike. */
  get missed(): readonly Fault[] {
    return this.#pending;
  }

  /** A process has reported from a step. */
  async arrived(step: StepName, at: StepPoint, process: Started): Promise<Order> {
    if (at === 'after') await this.#outlived(step);
    const fault = this.#pending.find((one) => one.step === step);
    if (fault === undefined || at !== (fault.strike === 'dies-after' ? 'after' : 'before')) return CONTINUE;
    this.#pending.splice(this.#pending.indexOf(fault), 1);
    const struck: Struck = { fault, state: null, isNamed: false };
    this.struck.push(struck);
    return await this.#strike(struck, process);
  }

  /** Ends what does not end with its process. */
  async lift(): Promise<void> {
    const lifts = this.#lifts;
    this.#lifts = [];
    for (const lift of lifts) await lift();
  }

  /** A step has ended although everything was slow around it: the next steps find everything as it was. */
  async #outlived(step: StepName): Promise<void> {
    const struck = this.struck.find(({ fault, state }) => fault.step === step && state === null && isSlow(fault));
    if (struck === undefined) return;
    continued(struck);
    await this.lift();
  }

  async #strike(struck: Struck, process: Started): Promise<Order> {
    const { front, link } = this.#stage;
    const { strike, step } = struck.fault;
    switch (strike) {
      case 'dies-before':
      case 'dies-after':
      case 'stale-lock':
        process.kill();
        return CONTINUE;
      case 'dies-in':
        return this.#dieIn(step, process);
      case 'delivered-twice':
        Object.assign(struck, { state: 'done twice', isNamed: true });
        return { kind: 'do-twice' };
      case 'throttled': {
        link.throttle(THROTTLED_BYTES_PER_SECOND);
        this.#stage.hookMood = 'throttled';
        await front.become('throttled');
        const timer = setTimeout(() => void this.#calm(), THROTTLED_MS);
        this.#lifts.push(
          () => clearTimeout(timer),
          () => this.#calm(),
        );
        return CONTINUE;
      }
      case 'timed-out': {
        link.hang();
        this.#stage.beSilent();
        await front.become('silent');
        const timer = setTimeout(() => process.kill(), ENDED_AFTER_MS);
        this.#lifts.push(
          () => clearTimeout(timer),
          () => this.#calm(),
        );
        return CONTINUE;
      }
      case 'second-start':
        Object.assign(struck, { state: await this.#second(), isNamed: true });
        return CONTINUE;
      case 'fence-refused':
        await this.#stage.a.admin.createAcls(...FENCE_REFUSED);
        this.#lifts.push(() => this.#stage.a.admin.deleteAcls(...FENCE_REFUSED));
        return CONTINUE;
      case 'connect-unreachable':
        await front.become('unreachable');
        this.#lifts.push(() => front.become('forwards'));
        return CONTINUE;
      case 'stop-not-done':
        await front.become('pretends');
        this.#lifts.push(() => front.become('forwards'));
        return CONTINUE;
      case 'dns-down':
        this.#stage.hookMood = 'fails';
        this.#lifts.push(() => {
          this.#stage.hookMood = 'works';
        });
        return CONTINUE;
      default:
        throw new Error(`${strike} does not strike at a step`);
    }
  }

  #dieIn(step: StepName, process: Started): Order {
    const kill = () => process.kill();
    if (HOOK_STEPS.has(step)) this.#stage.onHook = kill;
    else if (CONNECT_STEPS.has(step)) this.#stage.front.onCommand = kill;
    else if (DANGEROUS_STEPS.has(step) && REQUESTS[step] === undefined)
      throw new Error(`where is the middle of ${step}?`);
    else return { kind: 'die-at-request', ...(REQUESTS[step] ?? READS) };
    this.#lifts.push(() => {
      this.#stage.onHook = null;
      this.#stage.front.onCommand = null;
    });
    return CONTINUE;
  }

  async #calm(): Promise<void> {
    await this.#stage.link.heal();
    this.#stage.endSilence();
    await this.#stage.front.become('forwards');
  }
}
