import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type kafkajs from 'kafkajs';
import type { LabCluster } from '../../../../../lab/cluster.ts';
import { type Lab, startLab } from '../../../../../lab/lab.ts';
import { RecordWriter } from '../../../../../lab/workload/record-writer.ts';
import { createClusterReader } from '../../../../../shared/adapters/kafka/cluster-reader.ts';
import { createAclFence } from '../../../../../shared/adapters/kafka/fencing/acl-fence.ts';
import { createCanaryWriter } from '../../../../../shared/adapters/kafka/fencing/canary-writer.ts';
import { kafkaClient } from '../../../../../shared/adapters/kafka/fencing/kafka-client.ts';
import { ANY_TOPIC_ACL } from '../../../../../shared/adapters/kafka/fencing/topic-acl.ts';
import { TidemarkError } from '../../../../../shared/domain/model/errors.ts';

const password = randomBytes(8).toString('hex');

describe('a fence by ACLs on a real cluster', () => {
  let lab: Lab;
  let open: LabCluster;
  let plain: LabCluster;
  const as = (user: string) => open.connectionFor({ listener: 'SASL_PLAINTEXT', mechanism: 'SCRAM-SHA-512', user });
  const fenceOf = (everyoneWithoutAcl: boolean | null = true) =>
    createAclFence(as('fencer'), { kind: 'acl', principals: ['User:app'], mirrorPrincipal: null, everyoneWithoutAcl });
  const writes = async (user: string, topic: string) => await createCanaryWriter(as(user), topic).tryWrite();
  /** Every ACL on topics, in one order. */
  const acls = async (): Promise<readonly string[]> => {
    const admin = kafkaClient(as('fencer')).admin();
    await admin.connect();
    const { resources } = await admin.describeAcls(ANY_TOPIC_ACL as Parameters<kafkajs.Admin['describeAcls']>[0]);
    await admin.disconnect();
    return resources.flatMap(({ acls: of, ...at }) => of.map((one) => JSON.stringify({ ...at, ...one }))).sort();
  };
  const canRead = async (user: string, topic: string): Promise<boolean> => {
    const reader = createClusterReader(as(user));
    const scanned = await reader
      .scan({ topic, partition: 0, from: 0n, isolation: 'read_uncommitted' }, () => undefined)
      .catch(() => null);
    await reader.close();
    return scanned?.kind === 'read';
  };

  beforeAll(async () => {
    lab = await startLab();
    const users = Object.fromEntries(['app', 'other', 'fencer'].map((user) => [user, password]));
    const config = { 'allow.everyone.if.no.acl.found': 'true' };
    [open, plain] = await Promise.all([
      lab.startCluster({ alias: 'A', security: { users }, authorizer: true, config }),
      lab.startCluster({ alias: 'P' }),
    ]);
    await open.admin.createTopics({ orders: {}, granted: {} });
    const writer = new RecordWriter(open.admin);
    await writer.write('orders', 2);
    await writer.write('granted', 2);
    await open.admin.createAcls({
      principal: 'User:app',
      operation: 'ALL',
      resourceType: 'TOPIC',
      resourceName: 'granted',
    });
  });
  afterAll(() => lab?.stop());

  test('refuses an application, leaves everybody their reads, and is lifted without a trace', async () => {
    const before = await acls();
    expect(await writes('app', 'orders')).toEqual({ kind: 'accepted' });
    expect(await canRead('other', 'orders')).toBe(true);
    const fence = fenceOf();
    const intent = await fence.prepare(['orders', 'granted']);
    expect(await acls()).toEqual(before);
    expect(await fence.isUp(intent)).toBe(false);
    // Delivered twice: the second call changes nothing.
    await fence.raise(intent);
    await fence.raise(intent);
    expect(await fence.isUp(intent)).toBe(true);
    for (const topic of ['orders', 'granted']) {
      expect([topic, await writes('app', topic)]).toEqual([
        topic,
        { kind: 'refused', error: 'TOPIC_AUTHORIZATION_FAILED' },
      ]);
    }
    expect(await canRead('other', 'orders')).toBe(true);
    expect(await canRead('app', 'granted')).toBe(true);
    // The topic with ACLs of its own was closed to others before, and stays closed.
    expect(await canRead('other', 'granted')).toBe(false);
    await fence.lift(intent);
    await fence.lift(intent);
    expect(await acls()).toEqual(before);
    expect(await writes('app', 'orders')).toEqual({ kind: 'accepted' });
  });

  test('the trap: without the reads, the first ACL on a topic ends them', async () => {
    const fence = fenceOf(false);
    const intent = await fence.prepare(['orders']);
    await fence.raise(intent);
    expect(await canRead('other', 'orders')).toBe(false);
    await fence.lift(intent);
    expect(await canRead('other', 'orders')).toBe(true);
  });

  test('leaves an ACL that was there before where it was', async () => {
    const own = { principal: 'User:app', operation: 'WRITE', resourceType: 'TOPIC', resourceName: 'granted' } as const;
    await open.admin.createAcls({ ...own, permission: 'DENY' });
    const before = await acls();
    const fence = fenceOf();
    const intent = await fence.prepare(['granted']);
    await fence.raise(intent);
    await fence.lift(intent);
    expect(await acls()).toEqual(before);
    await open.admin.deleteAcls({ ...own, permission: 'DENY' });
  });

  test('of a setting that the brokers hide is refused, and not guessed', async () => {
    const refused = await fenceOf(null)
      .prepare(['orders'])
      .catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(TidemarkError);
    expect((refused as TidemarkError).code).toBe('FENCE_EVERYONE_UNKNOWN');
    // If every topic has ACLs already, the setting decides nothing.
    await expect(fenceOf(null).prepare(['granted'])).resolves.toBeDefined();
  });

  test('a cluster without an authorizer says so', async () => {
    const fence = createAclFence(plain.connection, {
      kind: 'acl',
      principals: ['User:app'],
      mirrorPrincipal: null,
      everyoneWithoutAcl: null,
    });
    await expect(fence.prepare(['orders'])).rejects.toMatchObject({ code: 'SECURITY_DISABLED' });
  });

  test('no answer of the cluster or its client has the password in it', async () => {
    const wrong = { ...as('app'), bootstrapServers: ['127.0.0.1:1'] };
    const answer = await createCanaryWriter(wrong, 'orders').tryWrite();
    expect(answer.kind).toBe('unanswered');
    expect(JSON.stringify(answer)).not.toContain(password);
  });
});
