import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import validate from 'asl-validator';
import type { Template } from 'aws-cdk-lib/assertions';
import type { Settings } from '../../../infra/settings.ts';
import { DynamoDbLocal } from '../../../lab/dynamodb-local.ts';
import { createDynamoDbApprovalStore } from '../../../shared/adapters/dynamodb/dynamodb-approval-store.ts';
import { createDynamoDbHoldStore } from '../../../shared/adapters/dynamodb/dynamodb-hold-store.ts';
import { createDynamoDbRunStore } from '../../../shared/adapters/dynamodb/dynamodb-run-store.ts';
import type { RunRecord } from '../../../shared/domain/failover/run-record.ts';
import { type Definition, definitionOf } from '../../infra/state-machine-definition.ts';
import { synthesize } from '../../infra/synthesize.ts';
import type { Ended, Stores, TestMachine } from './machine.ts';

type FailoverSettings = NonNullable<Settings['failover']>;

export const FAILOVER_SETTINGS = {
  approvalSeconds: 3_600,
  approvalLink: false,
  secrets: {},
  names: {},
  policyArns: {},
};

/** What the tests of state machines stand on: a deployment that is synthesized once, and a table of its own for each test. */
export class MachineHost {
  readonly template: Template;
  readonly client: DynamoDBClient;
  readonly #local: DynamoDbLocal;
  #tables = 0;

  private constructor(template: Template, local: DynamoDbLocal) {
    this.template = template;
    this.client = local.client();
    this.#local = local;
  }

  static async start(settings: Partial<FailoverSettings> = {}): Promise<MachineHost> {
    const local = await DynamoDbLocal.start();
    return new MachineHost(synthesize({ failover: { ...FAILOVER_SETTINGS, ...settings } }), local);
  }

  /** @param name such as `Failover` or `FailoverBack` */
  machines(name = 'Failover'): { readonly run: Definition; readonly undo: Definition } {
    return { run: definitionOf(this.template, `${name}Run`), undo: definitionOf(this.template, `${name}Undo`) };
  }

  /** Stores on a table that no other test has. */
  async stores(): Promise<Stores & { readonly table: string }> {
    const table = `tidemark-machine-${this.#tables++}`;
    await this.#local.createHistoryTable(table);
    return {
      table,
      runs: createDynamoDbRunStore(this.client, table),
      approvals: createDynamoDbApprovalStore(this.client, table),
      holds: createDynamoDbHoldStore(this.client, table),
    };
  }

  async stop(): Promise<void> {
    this.client.destroy();
    await this.#local.stop();
  }
}

/** Why a definition is not valid; empty if it is. */
export function faultsOf(definition: Definition): string {
  // The validator adds defaults to what it is given.
  const answer = validate(JSON.parse(JSON.stringify(definition)));
  return answer.isValid ? '' : answer.errorsText();
}

/** The run of a begun execution that waits for its approval. @throws Error where it ends before */
export async function awaitedRun(machine: TestMachine, execution: Promise<Ended>): Promise<RunRecord> {
  const early = execution.then((ended): never => {
    throw new Error(`ended with ${ended.error}: ${machine.told.join('; ')} ${machine.invoked.join(', ')}`);
  });
  return (await Promise.race([machine.awaited(), early])).record;
}

/** Starts a run and approves it as it was assessed. */
export async function startApproved(
  machine: TestMachine,
  input: object,
  id: string,
): Promise<{ readonly ended: Ended; readonly record: RunRecord }> {
  const execution = machine.start(input, id);
  const { run, hash } = await awaitedRun(machine, execution);
  await machine.control({ action: 'approve', runId: run, hash, by: 'bert' });
  return { ended: await execution, record: (await machine.stored(run)).record };
}
