import { createHash } from 'node:crypto';
import { CloudWatchClient, GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  ListObjectVersionsCommand,
  PutObjectLockConfigurationCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import * as z from 'zod';
import { HistoryMovement } from '../../bench/history-movement.ts';
import { createCloudWatchMetricSink } from '../../shared/adapters/cloudwatch/cloudwatch-metric-sink.ts';
import { metricDimensions } from '../../shared/adapters/cloudwatch/metric-dimensions.ts';
import { createDynamoDbSnapshotStore } from '../../shared/adapters/dynamodb/dynamodb-snapshot-store.ts';
import { createEventBridgeFindingPublisher } from '../../shared/adapters/eventbridge/eventbridge-finding-publisher.ts';
import { createKmsEvidenceSigner } from '../../shared/adapters/kms/kms-evidence-signer.ts';
import { createS3EvidenceStore } from '../../shared/adapters/s3/s3-evidence-store.ts';
import { createSecretLookup } from '../../shared/adapters/secretsmanager/secret-lookup.ts';
import { createSnsMailTarget } from '../../shared/adapters/sns/sns-mail-target.ts';
import { SYSTEM_CLOCK } from '../../shared/adapters/system/system-clock.ts';
import { FINDING_EVENT_SOURCE } from '../../shared/contract/finding-events.ts';
import { METRIC_NAMESPACE } from '../../shared/contract/metrics.ts';
import { HistoryState } from '../../shared/domain/history/history-state.ts';
import { DEFAULT_RETENTION } from '../../shared/domain/history/retention.ts';
import { isSameState } from '../../shared/domain/history/same-state.ts';
import { distribution } from '../../shared/domain/model/metric.ts';
import type { FindingEvent } from '../../shared/domain/notify/finding-event.ts';
import { pageContent } from '../../shared/domain/notify/page-content.ts';
import { isSigned, signingKey } from '../../shared/failover/evidence/signature.ts';
import { newestHistory } from '../../shared/history/history-lineage.ts';
import { HistoryWriter } from '../../shared/history/history-writer.ts';
import { readStateAsOf } from '../../shared/history/read-history.ts';
import type { DeployedResource } from './deployment.ts';
import { ACCOUNT, type Moto, REGION } from './moto.ts';
import { jsonCall } from './unsigned-request.ts';

/** One thing that an adapter has to do with another implementation of AWS. `run` throws if it does not. */
export interface AwsCheck {
  readonly service: string;
  readonly what: string;
  run(): Promise<void>;
}

const FLOW = 'A->B';
const DEPLOYMENT = 'drill';
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const EVENT: FindingEvent = {
  kind: 'opened',
  id: 'drill-1',
  findingId: 'drill',
  flow: FLOW,
  at: Date.UTC(2026, 10, 20, 10),
  since: Date.UTC(2026, 10, 20, 10),
  sinceBefore: false,
  finding: { code: 'MIRROR_STOPPED', severity: 'critical', acknowledged: null, subject: {}, message: 'no heartbeat' },
  was: null,
  failover: {
    verdict: 'not-ready',
    loss: { kind: 'known', records: '12', basis: 'proven', seconds: 3.5 },
    groups: { count: 1, affected: 0, worst: [] },
  },
};

/** The checks of the adapters, on the resources that the stack made. */
export function adapterChecks(moto: Moto, resources: readonly DeployedResource[]): readonly AwsCheck[] {
  const physical = (type: string, prefix = '') => {
    const found = resources.find((one) => one.type === type && one.logicalId.startsWith(prefix))?.physicalId;
    if (found == null || found === '') throw new Error(`moto names no ${type} of the stack`);
    return found;
  };
  return [
    { service: 'Secrets Manager', what: 'a key of a JSON secret is looked up', run: () => secret(moto) },
    {
      service: 'CloudWatch',
      what: 'a distribution keeps its maximum, sum and count',
      run: () => metrics(moto),
    },
    {
      service: 'EventBridge',
      what: 'the event of a finding is routed by its source',
      run: () => events(moto),
    },
    {
      service: 'SNS',
      what: 'a page goes through the topic of the stack',
      run: () => mail(moto, physical('AWS::SNS::Topic', 'OnCall')),
    },
    {
      service: 'DynamoDB',
      what: 'audits are stored in the table of the stack and read back',
      run: () => history(moto, physical('AWS::DynamoDB::Table')),
    },
    {
      service: 'S3',
      what: 'evidence is stored once under its name, locked, and not deleted',
      run: () => evidenceStore(moto),
    },
    { service: 'KMS', what: 'evidence is signed by a key on P-256', run: () => evidenceSigner(moto) },
  ];
}

async function secret(moto: Moto): Promise<void> {
  const client = new SecretsManagerClient(moto.client);
  await client.send(new CreateSecretCommand({ Name: 'a', SecretString: JSON.stringify({ password: 'swordfish' }) }));
  const lookup = createSecretLookup({ client, clock: SYSTEM_CLOCK, ttlMs: MINUTE });
  const found = await lookup.resolve(new Map([['A', { secretsManager: 'a', key: 'password' }]]));
  client.destroy();
  equal(found.get('A')?.reveal(), 'swordfish');
}

async function metrics(moto: Moto): Promise<void> {
  const client = new CloudWatchClient(moto.client);
  const at = Math.floor(Date.now() / MINUTE) * MINUTE - MINUTE;
  const samples = distribution(Array.from({ length: 800 }, (_, index) => index % 400));
  if (samples === null) throw new Error('a distribution has samples');
  const dimensions = { Flow: FLOW };
  await createCloudWatchMetricSink(client, DEPLOYMENT).publish(
    [{ name: 'LagRecords', dimensions, unit: 'Count', samples }],
    at,
    { heartbeat: { name: 'AuditCompleted', dimensions, unit: 'Count', samples: [{ value: 1, count: 1 }] } },
  );
  const read = async (MetricName: string) => {
    const { Datapoints = [] } = await client.send(
      new GetMetricStatisticsCommand({
        Namespace: METRIC_NAMESPACE,
        MetricName,
        Dimensions: metricDimensions(DEPLOYMENT, dimensions),
        StartTime: new Date(at),
        EndTime: new Date(at + MINUTE),
        Period: 60,
        Statistics: ['Maximum', 'Sum', 'SampleCount'],
      }),
    );
    return Datapoints.map(({ Maximum, Sum, SampleCount }) => [Maximum, Sum, SampleCount].join(' ')).join();
  };
  equal(await read('LagRecords'), '399 159600 800');
  equal(await read('AuditCompleted'), '1 1 1');
  client.destroy();
}

async function events(moto: Moto): Promise<void> {
  const queue = await Queue.create(moto, 'events');
  const client = new EventBridgeClient(moto.client);
  const pattern = { source: [FINDING_EVENT_SOURCE], detail: { deployment: [DEPLOYMENT] } };
  await client.send(new PutRuleCommand({ Name: 'drill', EventPattern: JSON.stringify(pattern) }));
  await client.send(new PutTargetsCommand({ Rule: 'drill', Targets: [{ Id: 'queue', Arn: queue.arn }] }));
  const answers = [
    ...(await createEventBridgeFindingPublisher(client, 'other', SYSTEM_CLOCK).publish([EVENT])),
    ...(await createEventBridgeFindingPublisher(client, DEPLOYMENT, SYSTEM_CLOCK).publish([EVENT])),
  ];
  client.destroy();
  equal(answers.map(({ kind }) => kind).join(), 'accepted,accepted');
  const received = z.object({
    'detail-type': z.string(),
    detail: z.object({ id: z.string(), deployment: z.string() }),
  });
  const got = (await queue.bodies()).map((text) => received.parse(JSON.parse(text)));
  equal(
    JSON.stringify(got),
    JSON.stringify([{ 'detail-type': 'Tidemark Finding Opened', detail: { id: EVENT.id, deployment: DEPLOYMENT } }]),
  );
}

async function mail(moto: Moto, topicArn: string): Promise<void> {
  const queue = await Queue.create(moto, 'mails');
  const client = new SNSClient(moto.client);
  await client.send(new SubscribeCommand({ TopicArn: topicArn, Protocol: 'sqs', Endpoint: queue.arn }));
  const page = pageContent(EVENT, 'page', { runbook: 'docs/runbook.md', options: [], deployment: DEPLOYMENT });
  await createSnsMailTarget(client, topicArn).send(page, EVENT);
  client.destroy();
  const received = z.object({ Subject: z.string(), Message: z.string() });
  const got = (await queue.bodies()).map((text) => received.parse(JSON.parse(text)));
  equal(got.map(({ Subject }) => Subject).join(), page.title);
  equal(String(got[0]?.Message.includes(page.command)), 'true');
}

async function history(moto: Moto, table: string): Promise<void> {
  const client = new DynamoDBClient(moto.client);
  const store = newestHistory(createDynamoDbSnapshotStore(client, table));
  const begin = Math.floor(Date.now() / HOUR) * HOUR - HOUR;
  const terms = (now: number) => ({ now, leaseMs: MINUTE });
  const open = { store, flow: FLOW, owner: 'drill', retention: DEFAULT_RETENTION };
  const writer = await HistoryWriter.open({ ...open, terms: terms(begin) });
  const movement = new HistoryMovement(20);
  const states: HistoryState[] = [];
  for (let minute = 0; minute < 3; minute++) {
    const at = begin + minute * MINUTE;
    const state = writer.newest?.next(at) ?? new HistoryState(at);
    movement.moveInto(state);
    await writer.record(state, terms(at));
    states.push(writer.newest ?? state);
  }
  for (const state of states) {
    const found = await readStateAsOf(store, FLOW, state.at, state.at);
    equal(String(found !== null && isSameState(found.state, state)), 'true');
  }
  // Another process may not write while the lease runs, and may when it has ended.
  const last = begin + 2 * MINUTE;
  const second = () => HistoryWriter.open({ ...open, owner: 'second', terms: terms(last) });
  equal(
    await second().then(
      () => 'taken',
      (error: unknown) => (error instanceof Error ? error.name : ''),
    ),
    'HistoryBusyError',
  );
  await writer.release();
  equal(String((await second()).newest?.at), String(last));
  client.destroy();
}

/** moto takes neither the lock of a bucket nor the spec of a key from a template: both are made here as the stack describes them. */
async function evidenceStore(moto: Moto): Promise<void> {
  const client = new S3Client(moto.client);
  const Bucket = 'drill-evidence';
  const CreateBucketConfiguration = { LocationConstraint: REGION } as const;
  await client.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration, ObjectLockEnabledForBucket: true }));
  const Rule = { DefaultRetention: { Mode: 'GOVERNANCE', Days: 30 } } as const;
  await client.send(
    new PutObjectLockConfigurationCommand({
      Bucket,
      ObjectLockConfiguration: { ObjectLockEnabled: 'Enabled', Rule },
    }),
  );
  const store = createS3EvidenceStore(client, Bucket);
  const keep = async (text: string) => {
    const { bytes, lock } = await store.keep({ name: 'a', type: 'text/plain', bytes: Buffer.from(text) });
    const days = Math.round(((lock?.until.getTime() ?? 0) - Date.now()) / (24 * HOUR));
    return `${Buffer.from(bytes)} ${lock?.mode} ${days}`;
  };
  equal(await keep('first'), 'first GOVERNANCE 30');
  equal(await keep('second'), 'first GOVERNANCE 30');
  const { Versions = [] } = await client.send(new ListObjectVersionsCommand({ Bucket }));
  equal(Versions.map(({ Key }) => Key).join(), 'a');
  const deleted = client.send(new DeleteObjectCommand({ Bucket, Key: 'a', VersionId: Versions[0]?.VersionId }));
  equal(
    await deleted.then(
      () => 'deleted',
      (error: unknown) => (error instanceof Error ? error.name : ''),
    ),
    'AccessDenied',
  );
  client.destroy();
}

async function evidenceSigner(moto: Moto): Promise<void> {
  const client = new KMSClient(moto.client);
  const { KeyMetadata } = await client.send(
    new CreateKeyCommand({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' }),
  );
  const signer = createKmsEvidenceSigner(client, KeyMetadata?.Arn ?? '');
  const key = signingKey(await signer.publicKey());
  const digest = createHash('sha256').update('evidence').digest();
  const signature = await signer.sign(digest);
  client.destroy();
  // moto does not know the message type DIGEST: it takes the digest for the message.
  equal(String(key !== null && isSigned(digest, signature, key)), 'true');
}

/** A queue that keeps what moto delivers. */
class Queue {
  readonly arn: string;
  readonly #moto: Moto;
  readonly #url: string;

  private constructor(moto: Moto, name: string, url: string) {
    this.#moto = moto;
    this.#url = url;
    this.arn = `arn:aws:sqs:${REGION}:${ACCOUNT}:${name}`;
  }

  static async create(moto: Moto, name: string): Promise<Queue> {
    const answer = await jsonCall(moto.url, 'sqs', 'AmazonSQS.CreateQueue', { QueueName: name });
    return new Queue(moto, name, z.object({ QueueUrl: z.string() }).parse(answer).QueueUrl);
  }

  async bodies(): Promise<readonly string[]> {
    const request = { QueueUrl: this.#url, MaxNumberOfMessages: 10, WaitTimeSeconds: 2 };
    const answer = await jsonCall(this.#moto.url, 'sqs', 'AmazonSQS.ReceiveMessage', request);
    const messages = z.object({ Messages: z.array(z.object({ Body: z.string() })).default([]) });
    return messages.parse(answer).Messages.map(({ Body }) => Body);
  }
}

function equal(found: string | undefined, wanted: string): void {
  if (found !== wanted) throw new Error(`found ${found}, wanted ${wanted}`);
}
