import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ScanCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { LabCluster } from '../../../lab/cluster.ts';
import { configureMirror } from '../../../lab/connect-mirror.ts';
import { factsOf } from '../../../lab/explore/state-facts.ts';
import { type HttpReceiver, startHttpReceiver } from '../../../lab/http-receiver.ts';
import { type Lab, startLab } from '../../../lab/lab.ts';
import { LocalCloud, type Minute } from '../../../lab/local/local-cloud.ts';
import { synthesizeStack } from '../../../lab/local/synthesize-stack.ts';
import { waitUntil } from '../../../lab/wait-until.ts';
import { RecordWriter } from '../../../lab/workload/record-writer.ts';
import { createDynamoDbSnapshotStore } from '../../../shared/adapters/dynamodb/dynamodb-snapshot-store.ts';
import { headKey } from '../../../shared/adapters/dynamodb/history-table.ts';
import { lineageKey, newestHistory } from '../../../shared/history/history-lineage.ts';
import { readStateAsOf } from '../../../shared/history/read-history.ts';
import { holds } from '../../infra/holding-files.ts';

/** All secrets that this deployment has, by their names in Secrets Manager. */
const SECRETS = {
  'lab/a': 'correct horse battery staple',
  'lab/connect': 'gate"keeper/of&connect',
  'lab/fencer': 'fencer-9f81c7a0',
  'lab/slack': 'T00/B00/slack5ecret',
  'lab/webhook': 'hook5ecret-77',
  // Another password, which the cluster refuses.
  'lab/a-wrong': 'wrong horse battery staple',
} as const;

/**
 * A whole deployment with every kind of secret that it takes: logins of clusters, of Connect and of writers, and the
 * URLs of receivers. Connect also has the password of the cluster in the settings of its connectors, and shows it to anyone.
 * Nothing that the deployment uploads, logs, sends or stores has one of them, also when a task fails and a login is refused.
 */
describe('secrets of a deployment', () => {
  let lab: Lab;
  let a: LabCluster;
  let slack: HttpReceiver;
  let webhook: HttpReceiver;
  let cloud: LocalCloud;
  const played: Minute[] = [];

  beforeAll(async () => {
    [lab, slack, webhook] = await Promise.all([startLab(), startHttpReceiver(), startHttpReceiver()]);
    const users = { auditor: SECRETS['lab/a'] };
    const [first, b] = await Promise.all([
      lab.startCluster({ alias: 'A', security: { users } }),
      lab.startCluster({ alias: 'B' }),
    ]);
    a = first;
    await a.admin.createTopic('orders');
    const connect = await lab.startConnect({ bootstrapServers: b.bootstrapServers, name: 'connect' });
    const login = a.clientPropertiesFor({ listener: 'SASL_PLAINTEXT', mechanism: 'PLAIN', user: 'auditor' });
    const settings = Object.entries(login).map(([key, value]) => [`source.cluster.${key}`, value] as const);
    // A record that is too large for its producer ends the task.
    const more = { ...Object.fromEntries(settings), 'producer.override.max.request.size': '500' };
    await configureMirror(connect, a, b, more);
    await new RecordWriter(a.admin).write('orders', 5, { valueBytes: 2_000 });
    expect(await (await fetch(`${connect.url}/connectors?expand=info`)).text()).toContain(SECRETS['lab/a']);

    const password = (env: string) => ({ mechanism: 'PLAIN', username: 'auditor', password: { env } });
    const stack = await synthesizeStack(
      {
        settings: {
          deployment: { name: 'drill' },
          secrets: {
            A_PASSWORD: { secretsManager: 'lab/a' },
            CONNECT_PASSWORD: { secretsManager: 'lab/connect' },
          },
          failover: { secrets: { FENCER_PASSWORD: { secretsManager: 'lab/fencer', steps: ['fence'] } } },
          pages: { email: true, slack: { secretsManager: 'lab/slack' }, webhook: { secretsManager: 'lab/webhook' } },
        },
        configuration: {
          clusters: {
            A: {
              bootstrapServers: login['bootstrap.servers'],
              sasl: password('A_PASSWORD'),
              writer: { sasl: { ...password('FENCER_PASSWORD'), username: 'fencer' } },
            },
            B: { bootstrapServers: b.bootstrapServers },
          },
          flows: [
            { flow: 'A->B', connect: { url: connect.url, username: 'ops', password: { env: 'CONNECT_PASSWORD' } } },
          ],
        },
        mm2: 'clusters = A, B\nA->B.enabled = true\n',
      },
      lab.folder,
    );
    cloud = await LocalCloud.start(stack);
    for (const [name, text] of Object.entries(SECRETS)) cloud.secrets.secrets.set(name, { kind: 'text', text });
    for (const [name, { url }] of Object.entries({ 'lab/slack': slack, 'lab/webhook': webhook })) {
      const token = SECRETS[name as 'lab/slack' | 'lab/webhook'];
      cloud.secrets.secrets.set(name, { kind: 'text', text: `${url}/${token}` });
    }
  });
  afterAll(async () => {
    await cloud?.[Symbol.asyncDispose]();
    await Promise.all([slack?.close(), webhook?.close(), lab?.stop()]);
  });

  /** Plays minutes until every receiver has a page for the finding. */
  async function untilPaged(code: string): Promise<void> {
    const isPaged = async () => {
      played.push(await cloud.playMinute());
      const mails = played.flatMap(({ pages }) => pages.map(({ message }) => message));
      return [slack.bodies, webhook.bodies, mails].every((texts) => texts.some((text) => text.includes(code)));
    };
    await waitUntil(`pages for ${code}`, isPaged, { intervalMs: 1_000, explain: () => cloud.log.slice(-3_000) });
  }

  /** Everything that leaves the deployment's memory, by medium. */
  async function media() {
    const folder = join(lab.folder, 'deployment/cdk.out');
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => statSync(join(folder, file)).isFile())
      .map((file) => ({ file, text: readFileSync(join(folder, file), 'latin1') }));
    const uploaded = (pattern: RegExp) => files.flatMap(({ file, text }) => (pattern.test(file) ? [text] : []));
    const [table = ''] = cloud.stack.tables.keys();
    const client = cloud.dynamoDb.client();
    try {
      const { Items = [] } = await client.send(new ScanCommand({ TableName: table }));
      const store = newestHistory(createDynamoDbSnapshotStore(client, table));
      const state = await readStateAsOf(store, 'A->B', Date.now(), Date.now());
      return {
        template: uploaded(/^Tidemark.*\.template\.json$/),
        layer: uploaded(/^asset\.[0-9a-f]+\/(tidemark\.yaml|mm2\.properties)$/),
        bundles: uploaded(/\/index\.js$/),
        allUploads: files.map(({ text }) => text),
        log: [cloud.log],
        events: cloud.events.map((event) => JSON.stringify(event)),
        slack: slack.bodies,
        webhook: webhook.bodies,
        mails: played.flatMap(({ pages }) => pages.map((page) => JSON.stringify(page))),
        notifications: played.flatMap(({ notifications }) => notifications.map((one) => JSON.stringify(one))),
        metrics: played.map(({ metrics }) => JSON.stringify(metrics)),
        table: Items.map((item) => JSON.stringify(item, readable)),
        history: state === null ? [] : [JSON.stringify(factsOf(state.state)), JSON.stringify(state, readable)],
      };
    } finally {
      client.destroy();
    }
  }

  async function endLease(): Promise<void> {
    const [TableName = ''] = cloud.stack.tables.keys();
    const client = cloud.dynamoDb.client();
    try {
      const [lineage] = await createDynamoDbSnapshotStore(client, TableName).lineages('A->B');
      if (lineage === undefined) throw new Error('no audit was stored');
      await client.send(
        new UpdateItemCommand({
          TableName,
          Key: headKey(lineageKey('A->B', lineage)),
          UpdateExpression: 'SET leasedUntil = :zero',
          ExpressionAttributeValues: { ':zero': { N: '0' } },
        }),
      );
    } finally {
      client.destroy();
    }
  }

  test('a task that failed and a login that is refused page every receiver; no medium has a secret', async () => {
    await untilPaged('MIRROR_TASK_FAILED');
    cloud.secrets.secrets.set('lab/a', { kind: 'text', text: SECRETS['lab/a-wrong'] });
    // A process that has the right one keeps it for minutes; the history of one that has ended is free after one.
    await Promise.all(cloud.scheduled.map((one) => one.stop()));
    await endLease();
    await untilPaged('ACCESS_REFUSED');
    const isInAlarm = async () => {
      played.push(await cloud.playMinute());
      return played.some(({ notifications }) => notifications.some(({ subject }) => subject.includes('A->B')));
    };
    await waitUntil('an alarm of the flow', isInAlarm, { intervalMs: 1_000 });
    expect(new Set(cloud.secrets.asked)).toEqual(new Set(['lab/a', 'lab/connect', 'lab/slack', 'lab/webhook']));

    const all = await media();
    const having = (text: string) =>
      Object.entries(all).flatMap(([medium, texts]) => (texts.some((one) => holds(one, text)) ? [medium] : []));
    for (const secret of Object.values(SECRETS)) expect([secret, having(secret)]).toEqual([secret, []]);

    // The same search finds what is there.
    expect(having('lab/connect')).toEqual(['template', 'allUploads']);
    expect(having('"username": "fencer"')).toEqual(['layer', 'allUploads']);
    expect(having('MIRROR_TASK_FAILED')).toEqual(
      expect.arrayContaining(['bundles', 'log', 'events', 'slack', 'webhook', 'mails', 'table']),
    );
    expect(having('A->B')).toEqual(expect.arrayContaining(['notifications', 'metrics']));
    expect(having('orders')).toContain('history');
  });
});

/** JSON of what DynamoDB and the history keep: numbers without end, and bytes as text. */
function readable(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1');
  return value instanceof Map ? [...value] : value;
}
