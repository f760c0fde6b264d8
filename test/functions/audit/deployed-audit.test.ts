import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateTableCommand,
  DynamoDBClient,
  ScanCommand,
  UpdateItemCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { alarmsOfTemplate } from '../../../lab/alarms/alarm-definition.ts';
import {
  type CloudWatchEndpoint,
  type ReceivedDatum,
  startCloudWatchEndpoint,
} from '../../../lab/cloudwatch-endpoint.ts';
import type { LabCluster } from '../../../lab/cluster.ts';
import { DynamoDbLocal } from '../../../lab/dynamodb-local.ts';
import { type EventsEndpoint, startEventsEndpoint } from '../../../lab/events-endpoint.ts';
import { factsOf } from '../../../lab/explore/state-facts.ts';
import { type Lab, startLab } from '../../../lab/lab.ts';
import { LambdaFunction } from '../../../lab/lambda-function.ts';
import type { LabMm2 } from '../../../lab/mm2.ts';
import { mm2Properties } from '../../../lab/mm2-properties.ts';
import { LabProxy } from '../../../lab/proxy.ts';
import { type SecretsEndpoint, startSecretsEndpoint } from '../../../lab/secrets-endpoint.ts';
import { waitUntil } from '../../../lab/wait-until.ts';
import { RecordWriter } from '../../../lab/workload/record-writer.ts';
import { createDynamoDbSnapshotStore } from '../../../shared/adapters/dynamodb/dynamodb-snapshot-store.ts';
import { headKey } from '../../../shared/adapters/dynamodb/history-table.ts';
import { AUDIT_ENVIRONMENT } from '../../../shared/contract/environment.ts';
import { type HistoryStore, lineageKey, newestHistory } from '../../../shared/history/history-lineage.ts';
import { readStateAsOf } from '../../../shared/history/read-history.ts';
import type { SnapshotStore } from '../../../shared/history/snapshot-store.ts';
import { COMPILE_CACHE } from '../../compile-cache.ts';
import { alarmHistory, alarmOf, isInAlarm } from '../../infra/alarm-evaluation.ts';
import { type Bundled, bundle } from '../../infra/bundled.ts';
import { holdingFiles, holds } from '../../infra/holding-files.ts';
import { exampleSettings } from '../../infra/synthesize.ts';
import { schedulerEvent } from './invocation.ts';
import { metricKey, type PrintedReport, printedNumbers, printedReport, publishedNumbers } from './printed-report.ts';

const root = join(import.meta.dirname, '../../..');
const PASSWORD = 'correct horse battery staple';
const ACCESS_KEY = 'AKIDEXAMPLE';
const LAG_ALARM = '/A->B/replication-lag';
const DEAD_MAN_ALARM = '/audit-not-completed';
/** Enough for an audit of clusters that answer, also on a busy machine. One that hangs is waited for almost as long. */
const WITH_HANGING_MS = 30_000;
const HISTORY_ALARM = '/A->B/history-not-recorded';

/**
 * The function as deployed, against real clusters: CDK's bundle and configuration layer, a password that only Secrets
 * Manager has, a history in DynamoDB, and the alarms of the same template.
 */
describe('the deployed audit, over real MirrorMaker 2', () => {
  let folder: string;
  let lab: Lab;
  let source: LabCluster;
  let target: LabCluster;
  let mm2: LabMm2;
  let bundled: Bundled;
  let cloudWatch: CloudWatchEndpoint;
  let secrets: SecretsEndpoint;
  let events: EventsEndpoint;
  let dynamoDb: DynamoDbLocal;
  let toDynamoDb: LabProxy;
  let client: DynamoDBClient;
  let table: string;
  let raw: HistoryStore;
  let store: SnapshotStore;
  let lambda: LambdaFunction;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tidemark-deployed-'));
    lab = await startLab();
    [source, target] = await Promise.all([
      lab.startCluster({ alias: 'A', security: { users: { auditor: PASSWORD } } }),
      lab.startCluster({ alias: 'B' }),
    ]);
    await source.admin.createTopic('orders', { partitions: 3 });
    for (const partition of [0, 1, 2]) {
      await new RecordWriter(source.admin).write('orders', 200 * (partition + 1), { partition });
    }
    await source.admin.commitOffsets('billing', 'orders', { 0: 150n, 1: 400n, 2: 10n });
    mm2 = await lab.startMm2({ properties: mm2Properties(source, target) });

    // MM2 mirrors in the meantime.
    bundled = bundle({
      ...exampleSettings,
      configFolder: writeConfig(),
      secrets: { A_PASSWORD: { secretsManager: 'lab/a', key: 'password' } },
      maxLagRecords: 100,
    });
    [cloudWatch, secrets, events] = await Promise.all([
      startCloudWatchEndpoint(),
      startSecretsEndpoint(),
      startEventsEndpoint(),
    ]);
    secrets.secrets.set('lab/a', { kind: 'text', text: JSON.stringify({ password: PASSWORD }) });
    table = bundled.variables[AUDIT_ENVIRONMENT.historyTable] ?? '';
    dynamoDb = await DynamoDbLocal.start();
    toDynamoDb = await LabProxy.start({ host: '127.0.0.1', port: Number(new URL(dynamoDb.endpoint).port) });
    const credentials = { accessKeyId: ACCESS_KEY, secretAccessKey: 'test' };
    client = new DynamoDBClient({ endpoint: dynamoDb.endpoint, region: 'eu-central-1', credentials });
    await createDeployedTable();
    raw = createDynamoDbSnapshotStore(client, table);
    store = newestHistory(raw);
    lambda = await startFunction();
    await waitUntil('the records to be mirrored', async () => {
      const ends = await target.admin.listOffsets('A.orders');
      return ends.reduce((sum, { highWatermark }) => sum + highWatermark, 0n) === 1200n;
    });
    await waitUntil('the group to be translated', async () => {
      return (await target.admin.translateOffsets('A', 'billing')).length === 3;
    });
  });

  /** Starts a new process of the function, as when Lambda replaces a container. */
  function startFunction(over: Readonly<Record<string, string>> = {}, timeoutMs = bundled.timeoutMs) {
    return LambdaFunction.start({
      bundle: bundled.bundle,
      timeoutMs,
      environment: {
        ...bundled.variables,
        TIDEMARK_CONFIG: join(bundled.layer, 'tidemark.yaml'),
        AWS_REGION: 'eu-central-1',
        AWS_ACCESS_KEY_ID: ACCESS_KEY,
        AWS_SECRET_ACCESS_KEY: 'test',
        AWS_ENDPOINT_URL_CLOUDWATCH: cloudWatch.url,
        AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
        AWS_ENDPOINT_URL_EVENTBRIDGE: events.url,
        AWS_ENDPOINT_URL_DYNAMODB: `http://${toDynamoDb.host}:${toDynamoDb.port}`,
        ...over,
      },
    });
  }

  /** The table as in the template. DynamoDB Local separates tables by Region and access key. */
  async function createDeployedTable(TableName = table): Promise<void> {
    const found = bundled.template.findResources('AWS::DynamoDB::Table')[table]?.Properties;
    const { AttributeDefinitions, KeySchema, BillingMode, TimeToLiveSpecification } = found ?? {};
    await client.send(new CreateTableCommand({ TableName, AttributeDefinitions, KeySchema, BillingMode }));
    await client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
  }

  afterAll(async () => {
    await lambda?.stop();
    bundled?.remove();
    client?.destroy();
    await Promise.all([
      cloudWatch?.close(),
      secrets?.close(),
      events?.close(),
      toDynamoDb?.close(),
      dynamoDb?.stop(),
      lab?.stop(),
    ]);
    rmSync(folder, { recursive: true, force: true });
  });

  function writeConfig(): string {
    const config = join(folder, 'config');
    mkdirSync(config);
    const sasl = 'sasl: { mechanism: SCRAM-SHA-512, username: auditor, password: { env: A_PASSWORD } }';
    writeFileSync(
      join(config, 'tidemark.yaml'),
      [
        'clusters:',
        `  A: { bootstrapServers: "${source.bootstrapServers}", ${sasl} }`,
        `  B: { bootstrapServers: "${target.bootstrapServers}" }`,
        'flows: [{ flow: A->B, topics: [orders], groups: [billing] }]',
        'policy: { heartbeatStaleSeconds: 8, mirrorStoppedSeconds: 10 }',
        '',
      ].join('\n'),
    );
    return config;
  }

  /** Invokes the function like the schedule; returns what it published. */
  async function audit(): Promise<readonly ReceivedDatum[]> {
    cloudWatch.forget();
    const answer = await lambda.invoke(schedulerEvent);
    if (answer.error !== undefined) throw new Error(`${answer.error.message}\n${lambda.log.slice(-3000)}`);
    return cloudWatch.data;
  }

  /** `tidemark audit --format json` on the same file; exit code 1 only means critical findings. */
  async function print(): Promise<PrintedReport> {
    const args = ['audit', '--config', join(folder, 'config/tidemark.yaml'), '--format', 'json'];
    const stdout = await new Promise<string>((resolve, reject) => {
      const environment = {
        ...process.env,
        ...COMPILE_CACHE,
        A_PASSWORD: PASSWORD,
        TIDEMARK_HISTORY: join(folder, 'history.db'),
      };
      execFile(process.execPath, [join(root, 'bin/tidemark.js'), ...args], { env: environment }, (error, out, err) =>
        error === null || error.code === 1 ? resolve(out) : reject(new Error(err)),
      );
    });
    return printedReport.parse(JSON.parse(stdout));
  }

  function value(data: readonly ReceivedDatum[], name: string, dimensions: Record<string, string> = {}) {
    return publishedNumbers(data)[metricKey(name, dimensions)];
  }

  /** Compares every published number with the command line's output for the same idle clusters. */
  async function expectSameNumbers(): Promise<void> {
    const [data, printed] = [await audit(), await print()];
    const own = [{}, { Flow: 'A->B' }].map((of) => metricKey('AuditCompleted', of));
    const grows = [{}, { Flow: 'A->B' }]
      .flatMap((of) => [metricKey('LossSeconds', of), metricKey('CheckpointAge', of)])
      .concat(own);
    const published = Object.entries(publishedNumbers(data)).filter(([key]) => !grows.includes(key));
    expect(Object.fromEntries(published)).toEqual(printedNumbers(printed));

    const { loss, ages } = printed.flows[0] ?? {};
    const elapsed = Date.parse(printed.at) / 1000 - (data[0]?.Timestamp ?? Number.NaN);
    for (const [name, printedSeconds] of [
      ['LossSeconds', loss?.kind === 'known' ? loss.seconds : null],
      ['CheckpointAge', ages?.checkpoints.kind === 'known' ? ages.checkpoints.seconds : null],
    ] as const) {
      const sent = value(data, name, { Flow: 'A->B' });
      if (printedSeconds === null) expect(sent).toBeUndefined();
      else if (printedSeconds === 0) expect(sent).toEqual([0]);
      else expect(sent?.[0]).toBeCloseTo(printedSeconds - elapsed, 1);
    }
  }

  /** Between the two audits a group sync can run or a heartbeat can become stale; that is not an error. */
  async function agreeing(): Promise<void> {
    const same = async () => {
      await expectSameNumbers();
      return true;
    };
    await waitUntil('the function and the command line to say the same', same, { intervalMs: 1_000 });
  }

  test('GIVEN a healthy flow THEN it publishes what the command line prints, and no alarm fires', async () => {
    await agreeing();
    const data = await audit();
    expect(value(data, 'AuditCompleted')).toEqual([1]);
    expect(value(data, 'LagRecords', { Flow: 'A->B' })).toEqual([0, 0, 0]);
    expect(value(data, 'Verdict', { Flow: 'A->B', Verdict: 'ready' })).toEqual([1]);
    expect(isInAlarm(alarmOf(bundled.template, LAG_ALARM), [data, data, data])).toBe(false);
    expect(isInAlarm(alarmOf(bundled.template, DEAD_MAN_ALARM), [data, data, data])).toBe(false);
  });

  test('GIVEN MM2 killed while records go on THEN the lag alarm fires with the third audit, on exact numbers', async () => {
    await mm2.kill();
    await new RecordWriter(source.admin).write('orders', 300, { partition: 1 });
    await agreeing();
    const audits: (readonly ReceivedDatum[])[] = [];
    const lag = alarmOf(bundled.template, LAG_ALARM);
    for (const fires of [false, false, true]) {
      audits.push(await audit());
      expect(value(audits.at(-1) ?? [], 'LagRecords', { Flow: 'A->B' })).toEqual([0, 0, 300]);
      expect(value(audits.at(-1) ?? [], 'LossRecords', { Flow: 'A->B' })).toEqual([300]);
      expect(isInAlarm(lag, audits)).toBe(fires);
    }
    expect(isInAlarm(alarmOf(bundled.template, DEAD_MAN_ALARM), audits)).toBe(false);
  });

  test('warm invocations read the secret once', () => {
    expect(secrets.asked).toEqual(['lab/a']);
  });

  test('MM2 that was killed is an event, opened once, with what a failover now would do', async () => {
    const found = () => events.events.filter(({ Detail }) => JSON.stringify(Detail).includes('"MIRROR_STOPPED"'));
    await waitUntil('an audit to find that MM2 has stopped', async () => {
      await audit();
      return found().length > 0;
    });
    await audit();
    const stopped = found();
    expect(stopped.map(({ DetailType }) => DetailType)).toEqual(['Tidemark Finding Opened']);
    expect(stopped[0]?.Detail).toMatchObject({
      schema: 'tidemark.finding-event/1',
      deployment: 'example',
      flow: 'A->B',
      failover: { verdict: 'not-ready', loss: { kind: 'known', records: '300' } },
    });
  });

  test('nothing that is uploaded, logged, sent or stored has the password', async () => {
    expect(holdingFiles(bundled.folder, PASSWORD)).toEqual([]);
    // The same search finds what is there: the user name is in the configuration layer.
    expect(holdingFiles(bundled.folder, 'username: auditor')).toEqual([expect.stringMatching(/tidemark\.yaml$/)]);
    const { Items = [] } = await client.send(new ScanCommand({ TableName: table }));
    const known = await readStateAsOf(store, 'A->B', Date.now(), Date.now());
    const state = known === null ? [] : factsOf(known.state);
    await audit();
    const texts = {
      log: lambda.log,
      events: JSON.stringify(events.events),
      metrics: JSON.stringify(cloudWatch.data),
      items: JSON.stringify(Items),
      state: JSON.stringify(state, (_, value) => (typeof value === 'bigint' ? String(value) : value)),
    };
    const has = (text: string) => Object.keys(texts).filter((name) => holds(texts[name as keyof typeof texts], text));
    expect(has(PASSWORD)).toEqual([]);
    expect(has('A->B')).toEqual(['log', 'events', 'metrics', 'items']);
    expect(has('orders')).toContain('state');
  });

  test('every audit was stored, with what it saw', async () => {
    const known = await readStateAsOf(store, 'A->B', Date.now(), Date.now());
    expect(known?.state.get({ kind: 'end', role: 'source', topic: 'orders', partition: 1 })).toBe(700n);
    expect(known?.state.get({ kind: 'commit', role: 'source', group: 'billing', topic: 'orders', partition: 1 })).toBe(
      400n,
    );
    expect(known?.heldUntil).toBeGreaterThan(Date.now() - 60_000);
    expect((await store.stats('A->B', Date.now())).frames).toBeGreaterThan(1);
  });

  /** One audit in a process of its own, with a table and metrics of its own. */
  async function auditOnce(name: string, configuration: object, timeoutMs = bundled.timeoutMs) {
    const own = await startCloudWatchEndpoint();
    const tableName = `${table}-${name}`;
    await createDeployedTable(tableName);
    const file = join(folder, `${name}.yaml`);
    writeFileSync(file, JSON.stringify(configuration));
    const passwords = {
      A_PASSWORD: { secretsManager: 'lab/a', key: 'password' },
      WRONG: { secretsManager: 'lab/wrong' },
    };
    const over = {
      [AUDIT_ENVIRONMENT.configFile]: file,
      [AUDIT_ENVIRONMENT.historyTable]: tableName,
      [AUDIT_ENVIRONMENT.secrets]: JSON.stringify(passwords),
      AWS_ENDPOINT_URL_CLOUDWATCH: own.url,
    };
    const started = await startFunction(over, timeoutMs);
    try {
      const { error } = await started.invoke(schedulerEvent);
      const ofTable = newestHistory(createDynamoDbSnapshotStore(client, tableName));
      const known = await readStateAsOf(ofTable, 'A->B', Date.now(), Date.now());
      if (error !== undefined) throw new Error(`${error.message}\n${started.log.slice(-3000)}`);
      return { all: own.data, facts: known === null ? [] : factsOf(known.state) };
    } finally {
      await started.stop();
      await own.close();
    }
  }

  test('GIVEN two more flows, of which one refuses the password and one hangs THEN metrics, history and alarms of the third are those of an audit of it alone', async () => {
    secrets.secrets.set('lab/wrong', { kind: 'text', text: 'wrong' });
    const [host = '', port = ''] = target.bootstrapServers.split(':');
    const toTarget = await LabProxy.start({ host, port: Number(port) });
    toTarget.hang();
    const login = (env: string) => ({ mechanism: 'SCRAM-SHA-512', username: 'auditor', password: { env } });
    const configuration = (...flows: readonly string[]) => ({
      clusters: {
        A: { bootstrapServers: source.bootstrapServers, sasl: login('A_PASSWORD') },
        B: { bootstrapServers: target.bootstrapServers },
        Refusing: { bootstrapServers: source.bootstrapServers, sasl: login('WRONG') },
        Hanging: { bootstrapServers: `${toTarget.host}:${toTarget.port}` },
      },
      flows: flows.map((flow) => ({ flow, topics: ['orders'], groups: ['billing'] })),
      policy: { heartbeatStaleSeconds: 8, mirrorStoppedSeconds: 10 },
    });
    try {
      const alone = await auditOnce('one', configuration('A->B'));
      const all = configuration('Refusing->B', 'A->Hanging', 'A->B');
      const third = await auditOnce('three', all, WITH_HANGING_MS);
      const of = (data: readonly ReceivedDatum[], flow: string) =>
        data.filter(({ Dimensions }) => Dimensions.some(({ Value }) => Value === flow));
      for (const flow of ['Refusing->B', 'A->Hanging']) {
        expect(value(third.all, 'AuditCompleted', { Flow: flow })).toEqual([0]);
      }
      const [ofAlone, ofThird] = [of(alone.all, 'A->B'), of(third.all, 'A->B')];
      // Of records that wait, and of checkpoints that MM2 owes: these grow with time, and the others do not.
      const growing = ['LossSeconds', 'CheckpointAge'].map((name) => metricKey(name, { Flow: 'A->B' }));
      const [numbers, again] = [publishedNumbers(ofAlone), publishedNumbers(ofThird)];
      const elapsed = (ofThird[0]?.Timestamp ?? Number.NaN) - (ofAlone[0]?.Timestamp ?? Number.NaN);
      const expected = Object.entries(numbers).map(([key, values]) => {
        if (!growing.includes(key) || again[key] === undefined || values[0] === 0) return [key, values] as const;
        return [key, [expect.closeTo((values[0] ?? Number.NaN) + elapsed, -1)]] as const;
      });
      expect(numbers[metricKey('LagRecords', { Flow: 'A->B' })]).toEqual([0, 0, 300]);
      expect(again).toEqual(Object.fromEntries(expected));
      const alarms = alarmsOfTemplate(bundled.template.toJSON()).filter(({ AlarmName }) =>
        AlarmName.includes('/A->B/'),
      );
      const happened = alarmHistory(alarms, [ofAlone, ofAlone, ofAlone, ofAlone]);
      expect(happened.some((line) => line.includes('/A->B/replication-lag ALARM'))).toBe(true);
      expect(alarmHistory(alarms, [ofThird, ofThird, ofThird, ofThird])).toEqual(happened);
      expect(third.facts).toEqual(alone.facts);
      expect(alone.facts.length).toBeGreaterThan(20);
    } finally {
      await toTarget.close();
    }
  });

  test('GIVEN the function in a new process THEN it waits for the lease to end, and continues from the last snapshot', async () => {
    const first = lambda;
    await new RecordWriter(source.admin).write('orders', 50, { partition: 2 });
    // The last audit of the first process, which renews its lease.
    await audit();
    const before = await store.head('A->B');
    await new RecordWriter(source.admin).write('orders', 50, { partition: 2 });
    lambda = await startFunction();
    try {
      const data = await audit();
      expect(value(data, 'AuditCompleted')).toEqual([1]);
      expect(value(data, 'HistoryNotRecorded', { Flow: 'A->B' })).toEqual([0]);
      expect(await store.head('A->B')).toEqual(before);

      await endLease();
      expect(value(await audit(), 'LagRecords', { Flow: 'A->B' })).toEqual([0, 100, 300]);
      const after = await store.head('A->B');
      expect(after?.epoch).toBe((before?.epoch ?? 0) + 1);
      const newest = await store.newest('A->B', Date.now(), Date.now());
      expect(newest?.at).toBe(after?.tail?.at);
      // Its parent is a frame of the first process: the history continues.
      expect(newest?.ancestors.at(-1)).toBeLessThanOrEqual(before?.tail?.at ?? 0);
      expect(newest?.ancestors).not.toEqual([]);
      const known = await readStateAsOf(store, 'A->B', Date.now(), Date.now());
      expect(known?.state.get({ kind: 'end', role: 'source', topic: 'orders', partition: 2 })).toBe(700n);
    } finally {
      await first.stop();
    }
  });

  test('GIVEN DynamoDB that does not answer THEN audits are published in time, and the third unstored one pages', async () => {
    const history = alarmOf(bundled.template, HISTORY_ALARM);
    const audits: (readonly ReceivedDatum[])[] = [];
    toDynamoDb.hang();
    try {
      for (const fires of [false, false, true]) {
        const begun = Date.now();
        const data = await audit();
        audits.push(data);
        expect(Date.now() - begun).toBeLessThan(bundled.timeoutMs / 2);
        expect(value(data, 'AuditCompleted')).toEqual([1]);
        expect(value(data, 'LagRecords', { Flow: 'A->B' })).toEqual([0, 100, 300]);
        expect(value(data, 'HistoryNotRecorded', { Flow: 'A->B' })).toEqual([1]);
        expect(isInAlarm(history, audits)).toBe(fires);
      }
      expect(lambda.log).toMatch(/"notRecorded":"[^"]*DynamoDB did not answer/);
    } finally {
      await toDynamoDb.heal();
    }
    expect(value(await audit(), 'HistoryNotRecorded', { Flow: 'A->B' })).toEqual([0]);
    const head = await store.head('A->B');
    expect(head?.tail?.heldUntil).toBeGreaterThan((audits[2]?.[0]?.Timestamp ?? 0) * 1000);
  });

  /** Makes every request wait, which is what the function must not do. */
  async function endLease(): Promise<void> {
    const [lineage] = await raw.lineages('A->B');
    if (lineage === undefined) throw new Error('no audit was stored');
    await client.send(
      new UpdateItemCommand({
        TableName: table,
        Key: headKey(lineageKey('A->B', lineage)),
        UpdateExpression: 'SET leasedUntil = :zero',
        ExpressionAttributeValues: { ':zero': { N: '0' } },
      }),
    );
  }

  test('GIVEN a dead source THEN no lag is published as 0, and the dead-man alarm fires instead', async () => {
    await source.kill(1);
    const audits: (readonly ReceivedDatum[])[] = [];
    for (const fires of [false, false, true]) {
      const data = await audit();
      audits.push(data);
      expect(value(data, 'LagRecords', { Flow: 'A->B' })).toBeUndefined();
      expect(value(data, 'LossRecords', { Flow: 'A->B' })).toBeUndefined();
      // The history allows a verdict, but never a good one.
      expect(value(data, 'Verdict', { Flow: 'A->B', Verdict: 'ready' })).toEqual([0]);
      expect(value(data, 'Verdict', { Flow: 'A->B', Verdict: 'unknown' })).toEqual([0]);
      expect(value(data, 'HistoryNotRecorded', { Flow: 'A->B' })).toEqual([0]);
      expect(value(data, 'AuditCompleted')).toEqual([0]);
      expect(isInAlarm(alarmOf(bundled.template, DEAD_MAN_ALARM), audits)).toBe(fires);
    }
  });
});
