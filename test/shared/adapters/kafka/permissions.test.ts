import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { LabCluster } from '../../../../lab/cluster.ts';
import type { AclSpec } from '../../../../lab/cluster-admin.ts';
import { type Lab, startLab } from '../../../../lab/lab.ts';
import { waitUntil } from '../../../../lab/wait-until.ts';
import { RecordWriter } from '../../../../lab/workload/record-writer.ts';
import { createClusterReader } from '../../../../shared/adapters/kafka/cluster-reader.ts';
import type { Permission } from '../../../../shared/domain/model/permission.ts';
import type { ClusterReader } from '../../../../shared/ports.ts';

type Grant = Pick<AclSpec, 'operation' | 'resourceType' | 'resourceName' | 'patternType'>;

const DESCRIBE_TOPICS: Grant = { operation: 'DESCRIBE', resourceType: 'TOPIC', resourceName: '*' };
const READ_TOPICS: Grant = { operation: 'READ', resourceType: 'TOPIC', resourceName: '*' };
const DESCRIBE_GROUPS: Grant = { operation: 'DESCRIBE', resourceType: 'GROUP', resourceName: '*' };
const DESCRIBE_CLUSTER: Grant = { operation: 'DESCRIBE', resourceType: 'CLUSTER', resourceName: 'kafka-cluster' };

describe('a principal that lacks a permission', () => {
  let lab: Lab;
  let cluster: LabCluster;
  const password = randomBytes(8).toString('hex');
  const users = Array.from({ length: 12 }, (_, i) => `user-${i}`);
  let nextUser = 0;
  const open: ClusterReader[] = [];

  /** A user of its own with these grants and no others, and a reader that logs in as that user. */
  const readerWith = async (...grants: Grant[]): Promise<{ reader: ClusterReader; user: string }> => {
    const user = users[nextUser++] ?? '';
    const acls = grants.map((grant) => ({ ...grant, principal: `User:${user}` }));
    if (acls.length > 0) await cluster.admin.createAcls(...acls);
    const connection = cluster.connectionFor({ listener: 'SASL_PLAINTEXT', mechanism: 'SCRAM-SHA-512', user });
    const reader = createClusterReader(connection);
    open.push(reader);
    return { reader, user };
  };

  beforeAll(async () => {
    lab = await startLab();
    cluster = await lab.startCluster({
      alias: 'A',
      security: { users: Object.fromEntries(users.map((user) => [user, password])) },
      authorizer: true,
    });
    await cluster.admin.createTopics({ orders: {}, secret: {} });
    await new RecordWriter(cluster.admin).write('orders', 3);
    for (let i = 0; i < 6; i++) await cluster.admin.commitOffsets(`team-${i}`, 'orders', { 0: 1n });
  });
  afterAll(() => lab?.stop());
  afterEach(async () => {
    await Promise.all(open.splice(0).map((reader) => reader.close()));
  });

  test('Describe on topics and groups and Read on topics are enough, and nothing but those is ever asked for', async () => {
    const { reader, user } = await readerWith(DESCRIBE_TOPICS, READ_TOPICS, DESCRIBE_GROUPS);
    await everything(reader);
    const asked = (): string[] =>
      cluster
        .authorizerLog()
        .split('\n')
        .filter((line) => line.includes(`Principal = User:${user} `));
    await waitUntil('the authorizer to have logged it', () => asked().some((line) => line.includes('READ')));
    const operations = asked().map((line) => /operation = (\w+)/.exec(line)?.[1]);
    expect(new Set(operations)).toEqual(new Set(['DESCRIBE', 'READ']));
  });

  const missing: { without: string; grants: Grant[]; says: Permission }[] = [
    {
      without: 'Describe on topics',
      grants: [DESCRIBE_GROUPS],
      says: { operation: 'Describe', resourceType: 'Topic', resourceName: '*' },
    },
    {
      without: 'Describe on groups',
      grants: [DESCRIBE_TOPICS, READ_TOPICS],
      says: { operation: 'Describe', resourceType: 'Group', resourceName: '*' },
    },
    {
      without: 'Describe on groups, though the cluster may be described',
      grants: [DESCRIBE_TOPICS, READ_TOPICS, DESCRIBE_CLUSTER],
      says: { operation: 'Describe', resourceType: 'Group', resourceName: '*' },
    },
    {
      without: 'Read on topics',
      grants: [DESCRIBE_TOPICS, DESCRIBE_GROUPS],
      says: { operation: 'Read', resourceType: 'Topic', resourceName: 'orders' },
    },
    {
      without: 'anything',
      grants: [],
      says: { operation: 'Describe', resourceType: 'Topic', resourceName: '*' },
    },
  ];

  test.each(missing)('WHEN it may do without $without THEN that permission is named', async ({ grants, says }) => {
    const { reader } = await readerWith(...grants);
    await expect(everything(reader)).rejects.toMatchObject({
      name: 'AuthorizationError',
      cluster: 'A',
      missing: [says],
      remedy: expect.stringContaining(`--operation ${says.operation}`),
    });
  });

  test('a topic that it may not describe is missing from the list, and named once it is asked for', async () => {
    const { reader } = await readerWith({ ...DESCRIBE_TOPICS, resourceName: 'orders' }, DESCRIBE_GROUPS);
    expect([...(await reader.metadata()).topics.keys()]).toEqual(['orders']);
    const missing = [{ operation: 'Describe', resourceType: 'Topic', resourceName: 'secret' }];
    await expect(reader.offsets(['orders', 'secret'])).rejects.toMatchObject({ missing });
    const scan = { topic: 'secret', partition: 0, from: 0n, isolation: 'read_committed' as const };
    await expect(reader.scan(scan, () => undefined)).rejects.toMatchObject({ missing });
  });

  test('a principal for some groups sees those, and is told which of the others it may not see', async () => {
    const team = { ...DESCRIBE_GROUPS, resourceName: 'team-1', patternType: 'PREFIXED' as const };
    const { reader } = await readerWith(DESCRIBE_TOPICS, team);
    expect((await reader.groups()).groups.map(({ group }) => group)).toEqual(['team-1']);
    expect((await reader.commits(['team-1'])).get('team-1')?.kind).toBe('read');
    await expect(reader.commits(['team-1', 'team-2'])).rejects.toMatchObject({
      missing: [{ operation: 'Describe', resourceType: 'Group', resourceName: 'team-2' }],
    });
  });

  describe('asking for permissions', () => {
    const DESCRIBE: Permission = { operation: 'Describe', resourceType: 'Cluster', resourceName: 'kafka-cluster' };
    const topic = (operation: 'Describe' | 'Read', resourceName: string): Permission => ({
      operation,
      resourceType: 'Topic',
      resourceName,
    });
    const group = (resourceName: string): Permission => ({
      operation: 'Describe',
      resourceType: 'Group',
      resourceName,
    });

    test('all that are missing are named at once, those that are granted by a prefix are not', async () => {
      const prefix = { patternType: 'PREFIXED', resourceName: 'ord' } as const;
      const { reader } = await readerWith({ ...READ_TOPICS, ...prefix }, { ...DESCRIBE_GROUPS, ...prefix });
      await reader.requirePermissions([topic('Read', 'orders'), topic('Read', 'ord*'), group('order'), group('ord*')]);
      const missing = [DESCRIBE, topic('Describe', '*'), topic('Read', 'secret'), group('*'), group('team-1')];
      const needed = [...missing, topic('Read', 'orders'), topic('Describe', 'orders'), group('ord*')];
      await expect(reader.requirePermissions(needed)).rejects.toMatchObject({ cluster: 'A', missing });
    });

    test('topics that may be described and not read, and the cluster, are told by old brokers too', async () => {
      const { user } = await readerWith(DESCRIBE_TOPICS);
      const connection = cluster.connectionFor({ listener: 'SASL_PLAINTEXT', mechanism: 'SCRAM-SHA-512', user });
      // Kafka 2.4 has Metadata up to version 9, and no DescribeCluster.
      for (const versionLimits of [{}, { Metadata: 9, DescribeCluster: -1 }]) {
        const reader = createClusterReader(connection, { versionLimits });
        open.push(reader);
        await reader.requirePermissions([
          topic('Describe', '*'),
          topic('Describe', 'orders'),
          topic('Describe', 'new'),
        ]);
        const missing = [DESCRIBE, topic('Read', '*'), topic('Read', 'orders'), topic('Read', 'new')];
        await expect(reader.requirePermissions(missing)).rejects.toMatchObject({ missing });
      }
      await cluster.admin.createAcls({ ...DESCRIBE_CLUSTER, principal: `User:${user}` });
      for (const versionLimits of [{}, { Metadata: 9, DescribeCluster: -1 }]) {
        const reader = createClusterReader(connection, { versionLimits });
        open.push(reader);
        await waitUntil('the permission to be there', () => reader.requirePermissions([DESCRIBE]).then(() => true));
      }
    });
  });

  test('reading configurations takes DescribeConfigs', async () => {
    const { reader } = await readerWith(DESCRIBE_TOPICS);
    await expect(reader.topicConfigs(['orders'])).rejects.toMatchObject({
      missing: [{ operation: 'DescribeConfigs', resourceType: 'Topic', resourceName: 'orders' }],
    });
  });
});

/** What an audit reads. */
async function everything(reader: ClusterReader): Promise<void> {
  await reader.metadata();
  const { groups } = await reader.groups();
  await reader.commits(groups.map(({ group }) => group));
  await reader.offsets(['orders']);
  await reader.firstRecords(['orders']);
  const where = { topic: 'orders', partition: 0, isolation: 'read_committed' as const };
  await reader.scan({ ...where, from: 0n }, () => undefined);
  await reader.peek([{ ...where, offset: 0n, until: 1n }]);
}
