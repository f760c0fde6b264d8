import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type SealEndpoint, startSealEndpoint } from '../../../lab/seal-endpoint.ts';
import { createKmsEvidenceSigner } from '../../../shared/adapters/kms/kms-evidence-signer.ts';
import { createS3EvidenceStore } from '../../../shared/adapters/s3/s3-evidence-store.ts';
import { checkEvidence } from '../../../shared/failover/evidence/check-evidence.ts';
import { FakeWorld } from '../../shared/failover/failover-world.ts';
import { TestMachine } from '../failover-step/machine.ts';
import { faultsOf, MachineHost, startApproved } from '../failover-step/machine-host.ts';

const PLANNED = { flow: 'A->B', mode: 'planned', by: 'anna' };
const FILES = 5;

describe('a state machine that seals the evidence', () => {
  let host: MachineHost;
  beforeAll(async () => {
    host = await MachineHost.start({ evidence: { retentionDays: 365, mode: 'governance' } });
  });
  afterAll(() => host?.stop());

  let endpoint: SealEndpoint;
  let machine: TestMachine;
  beforeEach(async () => {
    endpoint = await startSealEndpoint();
    const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'test' };
    const settings = { endpoint: endpoint.url, region: 'eu-central-1', credentials, maxAttempts: 1 };
    machine = new TestMachine(
      new FakeWorld(),
      {
        ...(await host.stores()),
        seal: {
          store: createS3EvidenceStore(new S3Client(settings), 'evidence'),
          signer: createKmsEvidenceSigner(new KMSClient(settings), 'arn:aws:kms:eu-central-1:111122223333:key/0123'),
        },
      },
      host.machines(),
    );
  });
  afterEach(() => endpoint.close());

  async function approved() {
    const { ended, record } = await startApproved(machine, PLANNED, 'one');
    return { ended, run: record.run, again: { flow: 'A->B', runId: record.run, by: 'anna' } };
  }
  const invocations = (state: string) => machine.invoked.filter((one) => one.startsWith(`${state}:`));

  test('its definitions are valid', () => {
    for (const definition of Object.values(host.machines())) expect(faultsOf(definition)).toBe('');
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
