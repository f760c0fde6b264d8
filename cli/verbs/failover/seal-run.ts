import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { createKmsEvidenceSigner } from '../../../shared/adapters/kms/kms-evidence-signer.ts';
import { createS3EvidenceStore } from '../../../shared/adapters/s3/s3-evidence-store.ts';
import type { StoredRun } from '../../../shared/failover/run-entry-schema.ts';
import { type Seal, sealEvidence } from '../../../shared/failover/seal-evidence.ts';

/** A person waits: a service that does not answer is reported within a minute. */
const PATIENCE = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 3_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
} as const;

export interface SealPlace {
  readonly bucket: string;
  /** Empty, or with a slash at its end. */
  readonly prefix: string;
  readonly keyArn: string;
}

/** Seals a run. Credentials as every AWS tool finds them; the Region is that of the key. */
export async function sealRun(stored: StoredRun, { bucket, prefix, keyArn }: SealPlace): Promise<Seal> {
  const [, , , region = ''] = keyArn.split(':');
  const s3 = new S3Client({ ...PATIENCE, region, followRegionRedirects: true });
  const kms = new KMSClient({ ...PATIENCE, region });
  try {
    return await sealEvidence(stored, {
      store: createS3EvidenceStore(s3, bucket, prefix),
      signer: createKmsEvidenceSigner(kms, keyArn),
    });
  } finally {
    s3.destroy();
    kms.destroy();
  }
}
