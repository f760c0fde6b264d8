import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { AnyPrincipal, Effect, PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { type IKey, Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectLockRetention } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { Settings } from '../settings.ts';

export type EvidenceBucketProps = NonNullable<NonNullable<Settings['failover']>['evidence']>;

/**
 * Where evidence is kept, and the key that signs it. An object cannot be replaced, and not be deleted before its time, in the mode
 * `compliance` by nobody at all. Bucket and key remain when the stack is deleted.
 */
export class EvidenceBucket extends Construct {
  readonly bucket: Bucket;
  readonly key: IKey;

  constructor(scope: Construct, id: string, { retentionDays, mode }: EvidenceBucketProps) {
    super(scope, id);
    const bucket = new Bucket(this, 'Bucket', {
      objectLockEnabled: true,
      objectLockDefaultRetention: ObjectLockRetention[mode](Duration.days(retentionDays)),
      versioned: true,
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    // Object Lock keeps a version. Without this a newer one could lie over it, which readers then get.
    bucket.addToResourcePolicy(
      new PolicyStatement({
        sid: 'NothingIsReplaced',
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions: ['s3:PutObject'],
        resources: [bucket.arnForObjects('*')],
        // The parts of a multipart upload have no such header, its completion has.
        conditions: { Null: { 's3:if-none-match': 'true' }, Bool: { 's3:ObjectCreationOperation': 'true' } },
      }),
    );
    const reason = 'Objects are written once and locked; CloudTrail records who reads them, where data events are on.';
    Validations.of(bucket).acknowledge({ id: 'AwsSolutions-S1', reason });
    this.bucket = bucket;
    this.key = new Key(this, 'Key', {
      description: 'Tidemark: signs the evidence of failovers',
      keySpec: KeySpec.ECC_NIST_P256,
      keyUsage: KeyUsage.SIGN_VERIFY,
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }

  /** Allows a role to store evidence, to read it back with its lock, and to sign digests. It can neither delete nor unlock. */
  grantSealing(role: Role): void {
    role.addToPolicy(
      new PolicyStatement({
        actions: ['s3:PutObject', 's3:GetObject', 's3:GetObjectRetention'],
        resources: [this.bucket.arnForObjects('*')],
      }),
    );
    role.addToPolicy(new PolicyStatement({ actions: ['kms:GetPublicKey'], resources: [this.key.keyArn] }));
    role.addToPolicy(
      new PolicyStatement({
        actions: ['kms:Sign'],
        resources: [this.key.keyArn],
        conditions: { StringEquals: { 'kms:SigningAlgorithm': 'ECDSA_SHA_256', 'kms:MessageType': 'DIGEST' } },
      }),
    );
  }
}
