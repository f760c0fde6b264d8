import type { ApprovalSubject } from '../domain/failover/approval-subject.ts';
import type { RunMode, StepName } from '../domain/failover/step-name.ts';
import type { Json } from '../domain/model/canonical-json.ts';
import type { ClusterRole, Flow } from '../domain/model/flow.ts';
import type { FlowReport } from '../domain/model/report.ts';
import type {
  CanaryWriter,
  Clock,
  ClusterReader,
  ConnectionCutter,
  GroupPlacement,
  Lever,
  MirrorControl,
  NameLookup,
  NameSwitch,
  WriteFence,
} from '../ports.ts';
import type { DeadSource } from './dead-source.ts';
import type { WayBack } from './way-back.ts';

/** How long steps wait for what must happen, in milliseconds. */
export interface FailoverPatience {
  /** How long log ends must not move, to prove that nobody writes. */
  readonly stillMs: number;
  /** How long MirrorMaker may take to mirror what the source holds. */
  readonly drainMs: number;
  /**
   * How long a run waits for MirrorMaker to stop if the source is dead: its requests to the source have to time out, which
   * takes a minute. Connect takes the producers from a task 5 s after the stop (`task.shutdown.graceful.timeout.ms`); the
   * ends are watched for `stillMs` after that, and looked at again right before clients come.
   */
  readonly deadStopMs: number;
  /** How long resolvers may go on giving the old answer. */
  readonly nameMs: number;
  /** How long consumers may take to appear on the target, and then one of them to commit what it has read there. */
  readonly activeMs: number;
  readonly readMs: number;
  readonly pollMs: number;
}

export const DEFAULT_PATIENCE: FailoverPatience = {
  stillMs: 3_000,
  drainMs: 600_000,
  deadStopMs: 6_000,
  nameMs: 30_000,
  activeMs: 30_000,
  readMs: 10_000,
  pollMs: 500,
};

/** Everything that a failover works on. What is null is not configured. */
export interface FailoverWorld {
  readonly flow: Flow;
  readonly clock: Clock;
  /** Audits the flow, and keeps the result in the history. */
  readonly audit: () => Promise<FlowReport>;
  /** Opens a reader; the caller closes it. */
  readonly reader: (role: ClusterRole) => ClusterReader;
  readonly groups: GroupPlacement;
  readonly mirror: MirrorControl | null;
  readonly fence: WriteFence | null;
  readonly canary: CanaryWriter | null;
  readonly stopConsumers: Lever | null;
  readonly name: NameSwitch | null;
  /** Asks whether the name leads to the target. */
  readonly lookup: NameLookup | null;
  readonly cutter: ConnectionCutter | null;
  /** The objectives; null if the configuration sets none. */
  readonly rpoRecords: bigint | null;
  readonly rtoSeconds: number | null;
  readonly patience: FailoverPatience;
  /** Only of a failback: what it takes back, and the other direction. */
  readonly back?: WayBack;
}

/** What is to be done; `topics` and `groups` are those that a person approves. */
export type StepScope = Pick<ApprovalSubject, 'topics' | 'groups' | 'mode'>;

export interface StepContext {
  readonly world: FailoverWorld;
  readonly scope: StepScope;
  /** Whether the source did not answer when the run was assessed. */
  readonly sourceWasDead: boolean;
  /** Whether such a source still is dead. It is left when the step has ended. */
  readonly source: DeadSource;
  /** The evidence of a step that is done; null if it is not done. */
  readonly evidenceOf: (step: StepName) => Json | null;
  /** What a step recorded before its work; null if it did not begin. */
  readonly intentOf: (step: StepName) => Json | null;
  readonly progress: (step: string) => void;
}

/** Whether the work of a step is in effect. `unknown`: do it again, which changes nothing if it was done. */
export type StepStanding = 'in-effect' | 'absent' | 'unknown';

/**
 * One step of a failover. Every method can be called again: after a failure, after the process was killed, or because a
 * call was delivered twice. They throw `TidemarkError`.
 */
export interface Step {
  readonly name: StepName;
  /** Why the step is left out; null if it is not. */
  skip(world: FailoverWorld, mode: RunMode): string | null;
  /** What it will do, in the words that a person approves. The same words at the assessment and before the work. */
  describe(world: FailoverWorld, scope: StepScope): readonly string[];
  /** What is recorded before the work, because an undo needs it. Changes nothing that an undo would have to put back. */
  prepare(context: StepContext): Promise<Json>;
  /** Changes nothing. */
  check(context: StepContext, intent: Json): Promise<StepStanding>;
  do(context: StepContext, intent: Json): Promise<void>;
  /** Reads back what the work has led to. @throws StepFailedError if that is not what it must be */
  evidence(context: StepContext, intent: Json): Promise<Json>;
  /** Puts back what was changed, and returns evidence of it; null if the step changes nothing. */
  readonly undo: ((context: StepContext, intent: Json) => Promise<Json>) | null;
}
