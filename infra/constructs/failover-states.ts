import { Duration } from 'aws-cdk-lib';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import {
  Choice,
  Condition,
  Errors,
  Fail,
  type IChainable,
  IntegrationPattern,
  JitterType,
  JsonPath,
  Pass,
  Succeed,
  TaskInput,
  type TaskStateBase,
  Timeout,
} from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke, SnsPublish } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Construct } from 'constructs';
import { ASSESSED, FAILOVER_ERRORS, FAILOVER_TASKS, type MachineName } from '../../shared/contract/failover-machine.ts';
import type { Step } from '../../shared/failover/step.ts';
import { stepsOf } from '../../shared/failover/steps/index.ts';
import type { FailoverFunction, FailoverFunctions } from './failover-functions.ts';

export interface FailoverStatesProps {
  readonly machine: MachineName;
  readonly functions: FailoverFunctions;
  /** Seals the evidence; null if it stays in the table alone. */
  readonly seal: FailoverFunction | null;
  /** Learns of what waits for an approval, and of how executions end. */
  readonly topic: ITopic;
  readonly approvalSeconds: number;
  /** Asks for the approval, and tells people itself. If absent, the state machine tells them. */
  readonly asking?: FailoverFunction | undefined;
}

type Next = IChainable & { readonly id: string };
/** `all`: it becomes the input of the next state. Absent: it is discarded. */
type Result = 'all' | { readonly path: string; readonly of: readonly string[] } | undefined;

/** Nothing shows that these will happen again. Every task can be repeated, also if it was done. */
const TRANSIENT = [
  'Lambda.TooManyRequestsException',
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.ClientExecutionTimeoutException',
  'Lambda.Unknown',
  'Runtime.ExitError',
  'Sandbox.Timedout',
  FAILOVER_ERRORS.retry,
];
const BUSY_SECONDS = 10;
const ATTEMPTS = 6;
/** How often the wait for the mirror of a failback is repeated, which has to copy what was written for days: hours. */
const CATCH_UP_ATTEMPTS = 50;
/** Longer than the function's own, so that its end is known when the task is repeated. */
const AFTER_FUNCTION = Duration.seconds(30);

/** What people compare with a copy that is kept elsewhere. */
const EVIDENCE = 'Run {} of {} is {}. Its evidence has {} entries, the last one is {}';
const evidencePaths = () =>
  ['runId', 'flow', 'evidence.outcome', 'evidence.entries', 'evidence.lastHash'].map((name) =>
    JsonPath.stringAt(`$.${name}`),
  );

const RUN = { 'runId.$': '$.runId', 'flow.$': '$.flow', 'by.$': '$.by' };

/** The states of a machine. Their names are those that people read in an execution. */
export class FailoverStates extends Construct {
  readonly #props: FailoverStatesProps;
  /** Where every task goes that cannot be done: the flow is given back if nothing was changed, people learn of it. */
  readonly #ending: Next;
  readonly #tellEnding: Next;
  /** In the order of the use case. */
  readonly #steps: readonly Step[];
  /** For what assesses. For a failback that compares records. */
  readonly #assessing: FailoverFunction;

  constructor(scope: Construct, id: string, props: FailoverStatesProps) {
    super(scope, id);
    this.#props = props;
    const isFailback = props.machine === 'failback';
    this.#steps = stepsOf(isFailback ? 'failback' : 'planned');
    this.#assessing = props.functions.reading(isFailback ? 'long' : 'short');
    const how = this.#endings();
    const tell = this.#tell('Say how it ended', {
      subject: `Tidemark: a ${props.machine} has ended early`,
      message: JsonPath.format(
        'The execution {} has ended: {}',
        JsonPath.stringAt('$$.Execution.Id'),
        // A time-out may have no cause.
        JsonPath.jsonToString(JsonPath.objectAt('$.error')),
      ),
      next: how,
    });
    const giveBack = this.#task('Give the flow back if nothing was changed', {
      with: props.functions.reading(),
      payload: { task: FAILOVER_TASKS.giveFlowBack, 'runId.$': '$.runId', 'flow.$': '$.flow', 'error.$': '$.error' },
      failsTo: { next: tell, resultPath: '$.notGivenBack' },
    });
    giveBack.next(tell);
    this.#ending = giveBack;
    this.#tellEnding = tell;
  }

  /** Assessment, approval, every step in its order, evidence. */
  run(): IChainable {
    const completion = this.#completion(FAILOVER_TASKS.complete);
    const last = linked([...this.#steps.map(({ name }) => this.#step(name)), completion]);
    const approved = this.#task('Approve', {
      with: this.#assessing,
      payload: { task: FAILOVER_TASKS.approve, ...RUN, 'answer.$': '$.answer' },
    });
    approved.next(last);
    const wait = this.#waitForApproval();
    wait.next(approved);
    const asked: Next = this.#props.asking === undefined ? this.#tellApprovers(wait) : wait;
    const assess = this.#task('Assess', {
      with: this.#assessing,
      payload: {
        task: FAILOVER_TASKS.assess,
        ...RUN,
        'mode.$': '$.mode',
        'groups.$': '$.groups',
        'accept.$': '$.accept',
        'failover.$': '$.failover',
      },
      result: { path: '$.assessed', of: ['status', 'hash', 'summary'] },
    });
    const branch = new Choice(this, 'Is it approved?')
      .when(Condition.stringEquals('$.assessed.status', ASSESSED.approved), last)
      .when(
        Condition.stringEquals('$.assessed.status', ASSESSED.completed),
        // What is not sealed yet is sealed now.
        this.#props.seal === null
          ? new Succeed(this, 'Was completed before', { comment: 'The run that was continued is completed' })
          : completion,
      )
      .otherwise(asked);
    const take = this.#takeFlow();
    take.next(assess);
    assess.next(branch);
    return take;
  }

  /** Every step that began, backwards. */
  undo(): IChainable {
    const steps = this.#steps.toReversed().map(({ name }) =>
      this.#task(`Undo ${name}`, {
        with: this.#props.functions.of(name),
        payload: { task: FAILOVER_TASKS.undo, ...RUN, 'mode.$': '$.mode', step: name },
      }),
    );
    const take = this.#takeFlow();
    take.next(linked([...steps, this.#completion(FAILOVER_TASKS.completeUndo)]));
    return take;
  }

  #takeFlow(): TaskStateBase {
    return this.#task('Take the flow', {
      with: this.#props.functions.reading(),
      payload: {
        task: FAILOVER_TASKS.takeFlow,
        machine: this.#props.machine,
        'start.$': '$',
        execution: { 'id.$': '$$.Execution.Id', 'startedAt.$': '$$.Execution.StartTime' },
      },
      result: 'all',
      failsTo: { next: this.#tellEnding, resultPath: '$.error' },
    });
  }

  #step(name: Step['name']): TaskStateBase {
    return this.#task(name, {
      with: this.#props.functions.of(name),
      payload: { task: FAILOVER_TASKS.carryOut, ...RUN, 'mode.$': '$.mode', step: name },
      ...(name === 'catch-up' && { attempts: CATCH_UP_ATTEMPTS }),
    });
  }

  #tellApprovers(next: Next): Next {
    return this.#tell('Say that it waits for an approval', {
      subject: `Tidemark: a ${this.#props.machine} waits for your approval`,
      message: JsonPath.format(
        'Run {} waits for an approval: {} To approve exactly this, invoke the control function with the action approve, this runId and the hash {}',
        JsonPath.stringAt('$.runId'),
        JsonPath.stringAt('$.assessed.summary'),
        JsonPath.stringAt('$.assessed.hash'),
      ),
      next,
    });
  }

  #waitForApproval(): TaskStateBase {
    const timedOut = new Pass(this, 'Nobody approved', {
      parameters: {
        'runId.$': '$.runId',
        'flow.$': '$.flow',
        error: { Error: FAILOVER_ERRORS.notApproved, Cause: 'Nobody answered in time.' },
      },
    });
    timedOut.next(this.#ending);
    const { functions, approvalSeconds, asking = functions.reading() } = this.#props;
    const wait = new LambdaInvoke(this, 'Wait for the approval', {
      lambdaFunction: asking.function,
      integrationPattern: IntegrationPattern.WAIT_FOR_TASK_TOKEN,
      // No heartbeat: interpreters of the language differ in it.
      taskTimeout: Timeout.duration(Duration.seconds(approvalSeconds)),
      payload: TaskInput.fromObject({
        task: FAILOVER_TASKS.askApproval,
        ...RUN,
        'hash.$': '$.assessed.hash',
        token: JsonPath.taskToken,
      }),
      resultPath: '$.answer',
      retryOnServiceExceptions: false,
    });
    // A time-out is not repeated: the time to approve is over.
    return this.#guarded(wait, { by: asking, errors: TRANSIENT }, [
      { errors: [Errors.TIMEOUT], next: timedOut, resultPath: '$.error' },
      { errors: [Errors.ALL], next: this.#ending, resultPath: '$.error' },
    ]);
  }

  /** The evidence is complete, and people know how to compare it. */
  #completion(task: string): TaskStateBase {
    const complete = this.#task('Complete the evidence', {
      with: this.#props.functions.reading(),
      payload: { task, ...RUN },
      result: { path: '$.evidence', of: ['outcome', 'entries', 'lastHash'] },
    });
    const { seal } = this.#props;
    const done = new Succeed(this, 'Done');
    const tell = this.#tell('Say that it is done', {
      subject: `Tidemark: a ${this.#props.machine} is done`,
      message: JsonPath.format(
        `${EVIDENCE}${seal === null ? '' : '. It is sealed in {} until {}'}`,
        ...evidencePaths(),
        ...(seal === null ? [] : [JsonPath.stringAt('$.seal.folder'), JsonPath.stringAt('$.seal.lockedUntil')]),
      ),
      next: done,
    });
    complete.next(seal === null ? tell : this.#seal(seal, tell));
    return complete;
  }

  /** Clients wait for nothing here, and the run is over: that its evidence is not sealed is an end of its own. */
  #seal(by: FailoverFunction, next: Next): TaskStateBase {
    const again =
      'All steps are done. Correct what it says, and start again with { flow, runId, by }: it seals what is missing.';
    const tell = this.#tell('Say that it is not sealed', {
      subject: `Tidemark: the evidence of a ${this.#props.machine} is not sealed`,
      message: JsonPath.format(
        `${EVIDENCE}. It is not sealed: {}`,
        ...evidencePaths(),
        JsonPath.jsonToString(JsonPath.objectAt('$.error')),
      ),
      next: new Fail(this, 'Not sealed', { error: 'FailoverNotSealed', cause: again }),
    });
    const seal = this.#task('Seal the evidence', {
      with: by,
      payload: { 'runId.$': '$.runId' },
      result: { path: '$.seal', of: ['folder', 'lockedUntil'] },
      failsTo: { next: tell, resultPath: '$.error' },
    });
    seal.next(next);
    return seal;
  }

  #endings(): Next {
    const again = 'Start again with { flow, runId, by }: steps that are done stay done.';
    const end = (id: string, error: string, cause: string) => new Fail(this, id, { error, cause });
    return new Choice(this, 'How did it end?')
      .when(
        Condition.stringEquals('$.error.Error', FAILOVER_ERRORS.held),
        end('Held', 'FailoverHeld', `The maintenance stop is on. Release it. ${again}`),
      )
      .when(
        Condition.stringEquals('$.error.Error', FAILOVER_ERRORS.refused),
        end('Refused', 'FailoverRefused', `A gate, the lock or the approval refused. Correct what it says. ${again}`),
      )
      .when(
        Condition.stringEquals('$.error.Error', FAILOVER_ERRORS.rejected),
        end('Rejected', 'FailoverRejected', 'A person answered no. Nothing was changed.'),
      )
      .when(
        Condition.stringEquals('$.error.Error', FAILOVER_ERRORS.notApproved),
        end('Not approved', 'FailoverNotApproved', 'Nobody approved in time. Nothing was changed. Start a new one.'),
      )
      .otherwise(end('Stopped', 'FailoverStopped', `A step needs a person. Correct what it says. ${again}`));
  }

  #task(
    id: string,
    options: {
      readonly with: FailoverFunction;
      readonly payload: Readonly<Record<string, unknown>>;
      /** What is kept of the function's answer, and where. */
      readonly result?: Result;
      readonly failsTo?: { readonly next: Next; readonly resultPath: string };
      /** How often it is repeated. */
      readonly attempts?: number;
    },
  ): TaskStateBase {
    const { with: by, payload, result, failsTo, attempts = ATTEMPTS } = options;
    const { function: lambdaFunction, timeout } = by;
    const task = new LambdaInvoke(this, id, {
      lambdaFunction,
      payload: TaskInput.fromObject(payload),
      taskTimeout: Timeout.duration(timeout.plus(AFTER_FUNCTION)),
      retryOnServiceExceptions: false,
      ...outputOf(result),
    });
    const { next, resultPath } = failsTo ?? { next: this.#ending, resultPath: '$.error' };
    const errors = [...TRANSIENT, Errors.TIMEOUT];
    return this.#guarded(task, { by, errors, attempts }, [{ errors: [Errors.ALL], next, resultPath }]);
  }

  #guarded(
    task: TaskStateBase,
    repeated: { readonly by: FailoverFunction; readonly errors: readonly string[]; readonly attempts?: number },
    ends: readonly { readonly errors: readonly string[]; readonly next: Next; readonly resultPath: string }[],
  ): TaskStateBase {
    const { by, errors: transient, attempts = ATTEMPTS } = repeated;
    task.addRetry({
      errors: [...transient],
      interval: Duration.seconds(2),
      backoffRate: 2,
      maxDelay: Duration.seconds(30),
      maxAttempts: attempts,
      jitterStrategy: JitterType.FULL,
    });
    // An invocation that died keeps the flow until it certainly has ended.
    task.addRetry({
      errors: [FAILOVER_ERRORS.busy],
      interval: Duration.seconds(BUSY_SECONDS),
      backoffRate: 1,
      maxAttempts: Math.ceil(by.timeout.toSeconds() / BUSY_SECONDS) + 2,
    });
    for (const { errors, next, resultPath } of ends) task.addCatch(next, { errors: [...errors], resultPath });
    return task;
  }

  /** Nothing depends on whether the message arrives. */
  #tell(id: string, options: { readonly subject: string; readonly message: string; readonly next: Next }): Next {
    const { subject, message, next } = options;
    const publish = new SnsPublish(this, id, {
      topic: this.#props.topic,
      subject,
      message: TaskInput.fromText(message),
      resultPath: JsonPath.DISCARD,
      taskTimeout: Timeout.duration(Duration.seconds(60)),
    });
    publish.addRetry({ errors: [Errors.ALL], interval: Duration.seconds(1), backoffRate: 2, maxAttempts: 3 });
    publish.next(next);
    publish.addCatch(next, { errors: [Errors.ALL], resultPath: '$.notTold' });
    return publish;
  }
}

/** Each state leads to the next one. Returns the first. */
function linked(states: readonly TaskStateBase[]): Next {
  const [first] = states;
  if (first === undefined) throw new Error('a chain has a state');
  for (const [index, state] of states.entries()) {
    const next = states[index + 1];
    if (next !== undefined) state.next(next);
  }
  return first;
}

function outputOf(result: Result) {
  if (result === undefined) return { resultPath: JsonPath.DISCARD };
  if (result === 'all') return { outputPath: '$.Payload' };
  const { path, of } = result;
  const resultSelector = Object.fromEntries(of.map((name) => [name, JsonPath.stringAt(`$.Payload.${name}`)]));
  return { resultPath: path, resultSelector };
}
