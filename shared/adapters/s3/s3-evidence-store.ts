import { createHash } from 'node:crypto';
import { GetObjectCommand, PutObjectCommand, type S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import type { EvidenceStore } from '../../failover/evidence-store.ts';
import { serviceError } from '../../failover/seal-errors.ts';

/**
 * Evidence in a bucket with Object Lock. The bucket's default retention locks each object, so that a writer cannot choose a shorter
 * one. The owner of the client closes it.
 */
export function createS3EvidenceStore(client: S3Client, bucket: string): EvidenceStore {
  return {
    place: `s3://${bucket}`,
    keep: async ({ name, type, bytes }) => {
      const object = { Bucket: bucket, Key: name };
      const where = `s3://${bucket}/${object.Key}`;
      try {
        await client.send(
          new PutObjectCommand({
            ...object,
            Body: bytes,
            ContentType: type,
            // S3 refuses what exists, and what is not these bytes. A bucket that locks also refuses what names no algorithm.
            IfNoneMatch: '*',
            ChecksumAlgorithm: 'SHA256',
            ChecksumSHA256: createHash('sha256').update(bytes).digest('base64'),
          }),
        );
      } catch (error) {
        if (!exists(error)) throw serviceError('EVIDENCE_NOT_STORED', `PutObject of ${where}`, error);
      }
      try {
        const { Body, ObjectLockMode, ObjectLockRetainUntilDate } = await client.send(new GetObjectCommand(object));
        const isLocked = ObjectLockMode !== undefined && ObjectLockRetainUntilDate !== undefined;
        return {
          bytes: (await Body?.transformToByteArray()) ?? new Uint8Array(),
          lock: isLocked ? { mode: ObjectLockMode, until: ObjectLockRetainUntilDate } : null,
        };
      } catch (error) {
        throw serviceError('EVIDENCE_NOT_STORED', `GetObject of ${where}`, error);
      }
    },
  };
}

function exists(error: unknown): boolean {
  return error instanceof S3ServiceException && error.name === 'PreconditionFailed';
}
