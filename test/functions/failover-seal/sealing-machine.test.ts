import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import validate from 'asl-validator';
import { DynamoDbLocal } from '../../../lab/dynamodb-local.ts';
import { type SealEndpoint, startSealEndpoint } from '../../../lab/seal-endpoint.ts';
import { createDynamoDbApprovalStore } from '../../../shared/adapters/dynamodb/dynamodb-approval-store.ts';
import { createDynamoDbHoldStore } from '../../../shared/adapters/dynamodb/dynamodb-hold-store.ts';
import { createDynamoDbRunStore } from '../../../shared/adapters/dynamodb/dynamodb-run-store.ts';
import { createKmsEvidenceSigner } from '../../../shared/adapters/kms/kms-evidence-signer.ts';
import { createS3EvidenceStore } from '../../../shared/adapters/s3/s3-evidence-store.ts';
import { checkEvidence } from '../../../shared/failover/evidence/check-evidence.ts';
import { type Definition, definitionOf } from '../../infra/state-machine-definition.ts';
import { synthesize } from '../../infra/synthesize.ts';
import { FakeWorld } from '../../shared/failover/failover-world.ts';
import { TestMachine } from '../failover-step/machine.ts';

const PLANNED = { flow: 'A->B', mode: 'planned', by: 'anna' };
const FILES = 5;

describe('a state machine that seals the evidence', () => {
  let local: DynamoDbLocal;
  let client: DynamoDBClient;
  let run: Definition;
  let undo: Definition;
  beforeAll(async () => {
    local = await DynamoDbLocal.start();
    client = local.client();
    const evidence = { retentionDays: 365, mode: 'governance' as const };
    const template = synthesize({
      failover: { approvalSeconds: 3_600, approvalLink: false, secrets: {}, names: {}, policyArns: {}, evidence },
    });
    run = definitionOf(template, 'FailoverRun');
    undo = definitionOf(template, 'FailoverUndo');
  });
  afterAll(async () => {
    client?.destroy();
    await local?.stop();
  });

  let tables = 0;
  let endpoint: SealEndpoint;
  let machine: TestMachine;
  beforeEach(async () => {
    const table = `tidemark-seal-${tables++}`;
    await local.createHistoryTable(table);
    endpoint = await startSealEndpoint();
    const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'test' };
    const settings = { endpoint: endpoint.url, region: 'eu-central-1', credentials, maxAttempts: 1 };
    machine = new TestMachine(
      new FakeWorld(),
      {
        runs: createDynamoDbRunStore(client, table),
        approvals: createDynamoDbApprovalStore(client, table),
        holds: createDynamoDbHoldStore(client, table),
        seal: {
          store: createS3EvidenceStore(new S3Client(settings), 'evidence'),
          signer: createKmsEvidenceSigner(new KMSClient(settings), 'arn:aws:kms:eu-central-1:111122223333:key/0123'),
        },
      },
      { run, undo },
    );
  });
  afterEach(() => endpoint.close());

  async function approved() {
    const execution = machine.start(PLANNED, 'one');
    const { record } = await machine.awaited();
    await machine.control({ action: 'approve', runId: record.run, hash: record.hash, by: 'bert' });
    return { ended: await execution, run: record.run, again: { flow: 'A->B', runId: record.run, by: 'anna' } };
  }
  const invocations = (state: string) => machine.invoked.filter((one) => one.startsWith(`${state}:`));

  test('its definitions are valid', () => {
    for (const definition of [run, undo]) {
      const answer = validate(JSON.parse(JSON.stringify(definition)));
      expect(answer.isValid ? '' : answer.errorsText()).toBe('');
    }
  });

  test('seals a run that is completed, and says where', async () => {
    const { ended, run: id } = await approved();
    expect(ended.error).toBeNull();
    const { entries } = await machine.stored(id);
    const head = entries.at(-1)?.hash ?? '';
    expect(endpoint.written).toHaveLength(FILES);
    expect(
      checkEvidence(endpoint.objects.get(`/evidence/${id}/${head}/evidence.json`) ?? Buffer.alloc(0), head),
    ).toMatchObject({
      stored: { record: { phase: 'completed' } },
    });
    expect(machine.told.at(-1)).toMatch(
      new RegExp(`is completed.*It is sealed in s3://evidence/${id}/${head} until 2030`),
    );
  });

  test.each([
    [{ service: 'S3', status: 403, code: 'AccessDenied' }, 1],
    [{ service: 'KMS', status: 400, code: 'ThrottlingException' }, 7],
  ] as const)('%j after clients were led away: a named end, and the same run again seals it', async (error, tried) => {
    endpoint.fail(error);
    const { ended, run: id, again } = await approved();
    expect(ended.error).toBe('FailoverNotSealed');
    expect(invocations('Seal the evidence')).toHaveLength(tried);
    expect((await machine.stored(id)).record.phase).toBe('completed');
    expect(await machine.stores.runs.lockOf('A->B')).toBeNull();
    expect(machine.told.at(-1)).toContain(error.code);
    const done = [...machine.fake.done];
    endpoint.fail(null);
    expect((await machine.start(again, 'two')).error).toBeNull();
    expect(endpoint.written).toHaveLength(FILES);
    expect((await machine.start(again, 'three')).error).toBeNull();
    expect(endpoint.written).toHaveLength(FILES);
    expect(machine.fake.done).toEqual(done);
  });

  test('an invocation whose answer gets lost is repeated, and changes nothing', async () => {
    machine.after = async (state, nth) => {
      if (state === 'Seal the evidence' && nth < 2) throw Object.assign(new Error(), { name: 'Runtime.ExitError' });
    };
    expect((await approved()).ended.error).toBeNull();
    expect(invocations('Seal the evidence')).toHaveLength(3);
    expect(endpoint.written).toHaveLength(FILES);
  });

  test('a maintenance stop that begins when the steps are done does not keep it from sealing', async () => {
    machine.after = async (state) => {
      if (state === 'Complete the evidence') await machine.control({ action: 'hold', reason: 'works', by: 'carl' });
    };
    expect((await approved()).ended.error).toBeNull();
    expect(endpoint.written).toHaveLength(FILES);
  });

  test('seals an undone run, also one whose seal failed', async () => {
    machine.fake.hazard = (what) => {
      if (what === 'positions=true') throw new Error('no coordinator');
    };
    const { ended, run: id, again } = await approved();
    expect(ended.error).toBe('FailoverStopped');
    machine.fake.hazard = () => undefined;
    endpoint.fail({ service: 'S3', status: 403, code: 'AccessDenied' });
    expect((await machine.undo(again, 'undo')).error).toBe('FailoverNotSealed');
    expect((await machine.stored(id)).record.phase).toBe('undone');
    endpoint.fail(null);
    expect((await machine.undo(again, 'again')).error).toBeNull();
    expect(endpoint.written).toHaveLength(FILES);
    expect(machine.told.at(-1)).toContain('is undone');
  });
});
