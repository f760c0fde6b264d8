import { execFileSync } from 'node:child_process';
import { createPublicKey } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type SealEndpoint, startSealEndpoint } from '../../../lab/seal-endpoint.ts';
import { createKmsEvidenceSigner } from '../../../shared/adapters/kms/kms-evidence-signer.ts';
import { createS3EvidenceStore } from '../../../shared/adapters/s3/s3-evidence-store.ts';
import { renderEvidenceJson } from '../../../shared/failover/evidence/evidence-json.ts';
import { PAGE_LAYOUT, renderEvidencePage } from '../../../shared/failover/evidence/evidence-page.ts';
import { fingerprintOf, isSigned } from '../../../shared/failover/evidence/signature.ts';
import type { StoredRun } from '../../../shared/failover/run-entry-schema.ts';
import { type Seal, sealEvidence } from '../../../shared/failover/seal-evidence.ts';
import { propertyRuns } from '../../property-runs.ts';
import { completedRun, undoneRun } from './evidence/recorded-runs.ts';

const PAGE = `evidence-${PAGE_LAYOUT}.html`;
const FILES = ['evidence.json', 'evidence.json.sig', PAGE, `${PAGE}.sig`, 'public-key.pem'];
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** The adapters as they are, against an endpoint on the loopback. */
describe('sealing the evidence of a run', () => {
  let endpoint: SealEndpoint;
  let run: StoredRun;
  beforeEach(async () => {
    endpoint = await startSealEndpoint();
    run = await completedRun();
  });
  afterEach(() => endpoint.close());

  async function seal(stored = run): Promise<Seal> {
    const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'test' };
    const settings = { endpoint: endpoint.url, region: 'eu-central-1', credentials, maxAttempts: 1 };
    const keyArn = 'arn:aws:kms:eu-central-1:111122223333:key/0123';
    return await sealEvidence(stored, {
      store: createS3EvidenceStore(new S3Client(settings), 'evidence'),
      signer: createKmsEvidenceSigner(new KMSClient(settings), keyArn),
    });
  }
  const pathOf = (file: string, { record, entries } = run) => `/evidence/${record.run}/${entries.at(-1)?.hash}/${file}`;
  const fileOf = (file: string): Buffer => endpoint.objects.get(pathOf(file)) ?? Buffer.alloc(0);
  const key = () => createPublicKey(endpoint.publicKey());

  test('stores both forms, a signature of each, and the public key, all locked', async () => {
    const sealed = await seal();
    expect(sealed).toEqual({
      folder: `s3://evidence/${run.record.run}/${run.entries.at(-1)?.hash}`,
      files: FILES,
      lockedUntil: new Date('2030-01-01T00:00:00Z'),
      mode: 'GOVERNANCE',
      key: fingerprintOf(key()),
    });
    expect(endpoint.written).toEqual(FILES.map((file) => pathOf(file)));
    expect(fileOf('evidence.json').toString()).toBe(renderEvidenceJson(run));
    expect(fileOf(PAGE).toString()).toBe(renderEvidencePage(run));
    expect(fileOf('public-key.pem').toString()).toBe(endpoint.publicKey());
    for (const file of ['evidence.json', PAGE]) {
      expect(isSigned(fileOf(file), fileOf(`${file}.sig`), key())).toBe(true);
    }
  });

  test('is checked by openssl alone, without Tidemark and without AWS', async () => {
    await seal();
    const folder = mkdtempSync(join(tmpdir(), 'tidemark-seal-'));
    folders.push(folder);
    for (const file of FILES) writeFileSync(join(folder, file), fileOf(file));
    const args = ['dgst', '-sha256', '-verify', 'public-key.pem', '-signature', 'evidence.json.sig', 'evidence.json'];
    expect(execFileSync('openssl', args, { cwd: folder }).toString()).toBe('Verified OK\n');
  });

  test('again changes nothing', async () => {
    const first = await seal();
    const before = new Map(endpoint.objects);
    expect(await seal()).toEqual(first);
    expect(endpoint.objects).toEqual(before);
    expect(endpoint.written).toHaveLength(FILES.length);
  });

  test('a run that continued has another seal beside the first', async () => {
    await seal();
    const undone = await undoneRun();
    await seal(undone);
    expect(endpoint.written).toHaveLength(2 * FILES.length);
  });

  test.each(FILES)(
    'what is there already under the name of %s, and is something else, is named and kept',
    async (file) => {
      await seal();
      const [first = 0, ...rest] = fileOf(file);
      const other = Buffer.from([first ^ 1, ...rest]);
      endpoint.objects.set(pathOf(file), other);
      await expect(seal()).rejects.toMatchObject({
        code: 'EVIDENCE_SEALED_OTHERWISE',
        message: expect.stringContaining(file),
        retriable: false,
      });
      expect(fileOf(file)).toEqual(other);
    },
  );

  test('one changed byte of a file or of its signature is detected', async () => {
    await seal();
    const [bytes, signature] = [fileOf('evidence.json'), fileOf('evidence.json.sig')];
    const flipped = (whole: Buffer, at: number, mask: number) => {
      const copy = Buffer.from(whole);
      copy[at] = (copy[at] ?? 0) ^ mask;
      return copy;
    };
    const mask = fc.integer({ min: 1, max: 255 });
    const inFile = fc.property(fc.integer({ min: 0, max: bytes.length - 1 }), mask, (at, bits) => {
      expect(isSigned(flipped(bytes, at, bits), signature, key())).toBe(false);
    });
    fc.assert(inFile, { numRuns: propertyRuns(200) });
    for (let at = 0; at < signature.length; at++) {
      expect(isSigned(bytes, flipped(signature, at, 1 + ((at * 37) % 255)), key())).toBe(false);
    }
    expect(isSigned(bytes, signature.subarray(1), key())).toBe(false);
    endpoint.newKey();
    expect(isSigned(bytes, signature, key())).toBe(false);
  });

  test('a bucket that locks nothing is named', async () => {
    endpoint.lock = null;
    await expect(seal()).rejects.toMatchObject({ code: 'EVIDENCE_NOT_LOCKED', retriable: false });
  });

  test('a key that signs otherwise is named before anything is stored', async () => {
    endpoint.newKey('rsa');
    await expect(seal()).rejects.toMatchObject({
      code: 'EVIDENCE_NOT_SIGNED',
      remedy: expect.stringContaining('ECC_NIST_P256'),
    });
    expect(endpoint.written).toEqual([]);
  });

  test.each([
    { service: 'S3', status: 403, code: 'AccessDenied', retriable: false, remedy: /s3:PutObject/ },
    { service: 'S3', status: 404, code: 'NoSuchBucket', retriable: false, remedy: /Object Lock/ },
    { service: 'S3', status: 503, code: 'SlowDown', retriable: true, remedy: /only what is missing/ },
    { service: 'S3', status: 409, code: 'ConditionalRequestConflict', retriable: true, remedy: /only what is missing/ },
    { service: 'KMS', status: 400, code: 'AccessDeniedException', retriable: false, remedy: /kms:Sign/ },
    { service: 'KMS', status: 400, code: 'DisabledException', retriable: false, remedy: /Enable the key/ },
    { service: 'KMS', status: 400, code: 'ThrottlingException', retriable: true, remedy: /only what is missing/ },
  ] as const)('$service: $code is named with its remedy', async ({ service, status, code, retriable, remedy }) => {
    endpoint.fail({ service, status, code });
    await expect(seal()).rejects.toMatchObject({
      name: 'SealError',
      code: service === 'S3' ? 'EVIDENCE_NOT_STORED' : 'EVIDENCE_NOT_SIGNED',
      message: expect.stringContaining(code),
      remedy: expect.stringMatching(remedy),
      retriable,
    });
    endpoint.fail(null);
    expect((await seal()).files).toEqual(FILES);
  });
});
