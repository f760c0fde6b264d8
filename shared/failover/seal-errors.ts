import { TidemarkError } from '../domain/model/errors.ts';

const AGAIN = 'Seal the run again: what is sealed stays as it is, and only what is missing is added.';
const REMEDIES: Readonly<Record<string, string>> = {
  AccessDenied: 'Allow s3:PutObject, s3:GetObject and s3:GetObjectRetention on the objects of the bucket.',
  NoSuchBucket: 'Name a bucket that exists, with Object Lock and a default retention.',
  AccessDeniedException: 'Allow kms:Sign and kms:GetPublicKey on the key.',
  NotFoundException: 'Name a key that exists, by its ARN.',
  DisabledException: 'Enable the key, or name another one.',
  KMSInvalidStateException: 'Cancel the deletion of the key, or name another one.',
  CredentialsProviderError: 'Give this process AWS credentials, as for every AWS tool.',
};
/** Of these nobody knows a better remedy than the words of the service, and the same request fails again. */
const FINAL = new Set([
  ...Object.keys(REMEDIES),
  'InvalidRequest',
  'InvalidKeyUsageException',
  'UnsupportedOperationException',
]);

/**
 * The evidence of a run is not sealed, or not completely. Its steps are done, whatever this says: nothing of a failover waits for
 * the seal.
 */
export class SealError extends TidemarkError {
  override readonly name = 'SealError';
}

/** What S3 or KMS, or the way to it, said of a request, with what to do. */
export function serviceError(
  code: 'EVIDENCE_NOT_STORED' | 'EVIDENCE_NOT_SIGNED',
  what: string,
  error: unknown,
): SealError {
  const kind = error instanceof Error ? error.name : 'unknown';
  const why = error instanceof Error ? error.message : String(error);
  const remedy = REMEDIES[kind];
  return new SealError(code, `${what}: ${kind}: ${why}`, {
    remedy: remedy === undefined ? AGAIN : `${remedy} ${AGAIN}`,
    retriable: !FINAL.has(kind),
    cause: error,
  });
}

/** There is something else under the name. Only who may write to the bucket can have put it there. */
export function sealedOtherwise(file: string, how: string): SealError {
  return new SealError('EVIDENCE_SEALED_OTHERWISE', `${file} already exists, and ${how}`, {
    remedy: 'Nothing was changed. Find out who wrote it: its versions in the bucket say when.',
  });
}

export function notLocked(file: string): SealError {
  return new SealError(
    'EVIDENCE_NOT_LOCKED',
    `${file} is stored, and a principal that may write there may change or delete it`,
    {
      remedy: `Give the bucket Object Lock with a default retention, and allow s3:GetObjectRetention. Then lock this file by hand: a default holds for later files only.`,
    },
  );
}
