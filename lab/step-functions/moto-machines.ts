import { createHash } from 'node:crypto';
import { Logger } from '@aws-lambda-powertools/logger';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { Context } from 'aws-lambda';
import { createHandler as createControl } from '../../functions/failover-control/create-handler.ts';
import { createHandler } from '../../functions/failover-step/create-handler.ts';
import { createWorldOpener } from '../../functions/failover-step/open-world.ts';
import { createDynamoDbApprovalStore } from '../../shared/adapters/dynamodb/dynamodb-approval-store.ts';
import { createDynamoDbHoldStore } from '../../shared/adapters/dynamodb/dynamodb-hold-store.ts';
import { createDynamoDbRunStore } from '../../shared/adapters/dynamodb/dynamodb-run-store.ts';
import { createTaskTokenTarget } from '../../shared/adapters/stepfunctions/task-token-target.ts';
import { SYSTEM_CLOCK } from '../../shared/adapters/system/system-clock.ts';
import { loadTidemarkYaml } from '../../shared/config/yaml/tidemark-yaml.ts';
import type { MachineName } from '../../shared/contract/failover-machine.ts';
import { TidemarkError } from '../../shared/domain/model/errors.ts';
import { type StoredRun, storedRun } from '../../shared/failover/run-entry-schema.ts';
import { definitionOf } from '../../test/infra/state-machine-definition.ts';
import { synthesize } from '../../test/infra/synthesize.ts';
import { ACCOUNT, Moto } from '../aws/moto.ts';
import { query } from '../aws/unsigned-request.ts';
import { DynamoDbLocal } from '../dynamodb-local.ts';
import { freePorts } from '../free-port.ts';
import { waitUntil } from '../wait-until.ts';
import { LambdaFront } from './lambda-front.ts';

const RUNS = 10;
const TABLE = 'tidemark-history';
const FUNCTION_MS = 180_000;
const APPROVAL_SECONDS = 900;
/** The longest execution of the drill: a failback has to catch up, and to repeat what is not done yet. */
const ENDS_WITHIN_MS = 600_000;
/** What is executed: a run of steps, or the undo of one. */
export type Work = 'run' | 'undo';
/** The state machines of the stack, by what their logical ids begin with. */
const IDS: Readonly<Record<MachineName, Readonly<Record<Work, string>>>> = {
  failover: { run: 'FailoverRun', undo: 'FailoverUndo' },
  failback: { run: 'FailoverBackRun', undo: 'FailoverBackUndo' },
};
const TEMPLATE_ACCOUNT = '111122223333';

/** How an execution ended. */
export interface Ended {
  readonly status: string;
  /** Empty if it succeeded. */
  readonly error: string;
  readonly cause: string;
}

/**
 * The state machines of the synthesized stack in moto, whose interpreter others wrote, with its task tokens. The functions are
 * the deployed handlers, in this process: on real clusters, with their records in DynamoDB Local.
 */
export class MotoMachines {
  /** Where the command line finds the same records. */
  readonly history = `dynamodb:${TABLE}`;
  readonly variables: Readonly<Record<string, string>>;
  readonly #moto: Moto;
  readonly #front: LambdaFront;
  readonly #local: DynamoDbLocal;
  readonly #client: SFNClient;
  readonly #arns: ReadonlyMap<string, string>;
  #executions = 0;

  private constructor(parts: {
    readonly moto: Moto;
    readonly front: LambdaFront;
    readonly local: DynamoDbLocal;
    readonly client: SFNClient;
    readonly arns: ReadonlyMap<string, string>;
  }) {
    this.#moto = parts.moto;
    this.#front = parts.front;
    this.#local = parts.local;
    this.#client = parts.client;
    this.#arns = parts.arns;
    this.variables = {
      AWS_REGION: 'local',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_ENDPOINT_URL_DYNAMODB: parts.local.endpoint,
    };
  }

  /** @param config tidemark.yaml; it may be written later */
  static async start(config: string, progress: (line: string) => void): Promise<MotoMachines> {
    const [port = 0] = await freePorts(1);
    const local = await DynamoDbLocal.start();
    let front: LambdaFront | null = null;
    let moto: Moto | null = null;
    try {
      await local.createHistoryTable(TABLE);
      front = await LambdaFront.start(port, functionsOf(local, config));
      moto = await Moto.start(progress, port);
      front.passOnTo(moto.url);
      await moto.runStateMachines();
      const client = new SFNClient(moto.client);
      return new MotoMachines({ moto, front, local, client, arns: await create(moto, client) });
    } catch (error) {
      await moto?.stop();
      front?.stop();
      await local.stop();
      throw error;
    }
  }

  /** Starts an execution. Its input is a new run, or one that is continued. */
  async begin(machine: MachineName, input: object, work: Work = 'run'): Promise<string> {
    const stateMachineArn = this.#arns.get(IDS[machine][work]);
    const name = `drill-${machine}-${work}-${++this.#executions}`;
    const { executionArn } = await this.#client.send(
      new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }),
    );
    if (executionArn === undefined) throw new Error('an execution has an ARN');
    return executionArn;
  }

  async ended(executionArn: string): Promise<Ended> {
    return await waitUntil('the execution to end', async () => (await this.#endOf(executionArn)) ?? false, {
      deadlineMs: ENDS_WITHIN_MS,
      intervalMs: 500,
    });
  }

  /** The run that an execution waits for the approval of. */
  async awaited(executionArn: string): Promise<StoredRun> {
    const { runs, approvals } = this.#stores();
    return await waitUntil(
      'the state machine to wait for an approval',
      async () => {
        const end = await this.#endOf(executionArn);
        if (end !== null) throw endedEarly(end);
        const run = (await runs.runs(RUNS)).find((one) => one.endsWith(ownOf(executionArn)));
        if (run === undefined || (await approvals.asked(run, SYSTEM_CLOCK.now())) === null) return false;
        return await this.stored(run);
      },
      { deadlineMs: 180_000, intervalMs: 500 },
    );
  }

  /** Invokes the function by which people answer: it answers the state machine with the token that moto gave out. */
  async control(event: object): Promise<void> {
    const handler = createControl({
      logger: new Logger({ logLevel: 'SILENT' }),
      clock: SYSTEM_CLOCK,
      ...this.#stores(),
      target: createTaskTokenTarget(this.#client),
    });
    await handler(event, contextOf('control'));
  }

  async stored(run: string): Promise<StoredRun> {
    const stored = storedRun(run, await this.#stores().runs.read(run));
    if (stored === null) throw new Error(`no run ${run} is stored`);
    return stored;
  }

  async stop(): Promise<void> {
    this.#client.destroy();
    await this.#moto.stop();
    this.#front.stop();
    await this.#local.stop();
  }

  async #endOf(executionArn: string): Promise<Ended | null> {
    const { status = '', error = '' } = await this.#client.send(new DescribeExecutionCommand({ executionArn }));
    if (status === 'RUNNING') return null;
    return { status, error, cause: status === 'SUCCEEDED' ? '' : await this.#lastFailure(executionArn) };
  }

  /** What the last task that failed has said: the execution itself ends with words for all of its kind. */
  async #lastFailure(executionArn: string): Promise<string> {
    const { events = [] } = await this.#client.send(
      new GetExecutionHistoryCommand({ executionArn, maxResults: 1_000 }),
    );
    return events.findLast(({ taskFailedEventDetails }) => taskFailedEventDetails)?.taskFailedEventDetails?.cause ?? '';
  }

  #stores() {
    return storesOf(this.#local);
  }
}

/** How the id of a run ends that an execution has begun. */
function ownOf(executionArn: string): string {
  return createHash('sha256').update(executionArn).digest('hex').slice(0, 8);
}

export function endedEarly({ status, error, cause }: Ended): TidemarkError {
  return new TidemarkError('LAB_EXECUTION_ENDED', `the execution ended with ${status}: ${error}: ${cause}`);
}

function storesOf(local: DynamoDbLocal) {
  const client = local.client();
  return {
    client,
    runs: createDynamoDbRunStore(client, TABLE),
    approvals: createDynamoDbApprovalStore(client, TABLE),
    holds: createDynamoDbHoldStore(client, TABLE),
  };
}

/** The handler of the deployed functions: each invocation is one of its tasks. */
function functionsOf(local: DynamoDbLocal, config: string) {
  const { client, ...stores } = storesOf(local);
  const handler = createHandler({
    logger: new Logger({ logLevel: 'SILENT' }),
    clock: SYSTEM_CLOCK,
    ...stores,
    approvalMs: APPROVAL_SECONDS * 1_000,
    openWorld: createWorldOpener({
      client,
      table: TABLE,
      deployment: 'lab',
      clock: SYSTEM_CLOCK,
      runs: stores.runs,
      load: async ({ writers }) => loadTidemarkYaml(config, process.env, { writers }).config,
    }),
  });
  let requests = 0;
  return (event: unknown) => handler(event, contextOf(`request-${requests++}`));
}

function contextOf(awsRequestId: string): Context {
  return { awsRequestId, getRemainingTimeInMillis: () => FUNCTION_MS } as unknown as Context;
}

/** Creates the state machines as the template has them, and the topic that they tell people by. */
async function create(moto: Moto, client: SFNClient): Promise<ReadonlyMap<string, string>> {
  const template = synthesize({
    failover: { approvalSeconds: APPROVAL_SECONDS, approvalLink: false, secrets: {}, names: {}, policyArns: {} },
  });
  const arns = new Map<string, string>();
  for (const id of Object.values(IDS).flatMap(({ run, undo }) => [run, undo])) {
    const definition = JSON.stringify(definitionOf(template, id)).replaceAll(TEMPLATE_ACCOUNT, ACCOUNT);
    for (const [, Name = ''] of definition.matchAll(/:sns:[^:]+:\d+:([\w-]+)/g)) {
      await query(moto.url, 'sns', { Action: 'CreateTopic', Version: '2010-03-31', Name });
    }
    const roleArn = `arn:aws:iam::${ACCOUNT}:role/${id}`;
    const { stateMachineArn } = await client.send(new CreateStateMachineCommand({ name: id, definition, roleArn }));
    if (stateMachineArn === undefined) throw new Error('a state machine has an ARN');
    arns.set(id, stateMachineArn);
  }
  return arns;
}
