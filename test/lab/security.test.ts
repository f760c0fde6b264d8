import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Admin, Kafka, type KafkaConfig, logLevel } from 'kafkajs';
import { type Access, unsignedToken } from '../../lab/access.ts';
import type { LabCluster } from '../../lab/cluster.ts';
import { type Lab, startLab } from '../../lab/lab.ts';
import type { KafkaConnection } from '../../shared/config/connection/kafka-connection.ts';

/** Uses kafkajs directly: this tests the lab's brokers, not Tidemark. */
describe('a secured cluster with an authorizer', () => {
  let lab: Lab;
  let cluster: LabCluster;
  const password = randomBytes(8).toString('hex');

  beforeAll(async () => {
    lab = await startLab();
    cluster = await lab.startCluster({
      alias: 'A',
      security: { users: { auditor: password, nobody: password } },
      authorizer: true,
    });
    await cluster.admin.createTopic('orders');
    await cluster.admin.createAcls({
      principal: 'User:auditor',
      operation: 'DESCRIBE',
      resourceType: 'TOPIC',
      resourceName: 'orders',
    });
  });
  afterAll(() => lab?.stop());

  const passwords = (['SASL_PLAINTEXT', 'SASL_SSL'] as const).flatMap((listener) =>
    (['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const).map((mechanism) => ({ listener, mechanism })),
  );

  test.each(passwords)('$listener with $mechanism accepts only the right password', async (access) => {
    expect(await topicsSeenBy({ ...access, user: 'auditor' })).toEqual(['orders']);
    await expect(topicsSeenBy({ ...access, user: 'auditor', password: 'wrong' })).rejects.toThrow(/authentication/i);
  });

  test('OAUTHBEARER accepts a token until it expires', async () => {
    const base = { listener: 'SASL_SSL', mechanism: 'OAUTHBEARER' } as const;
    expect(await topicsSeenBy({ ...base, token: unsignedToken('auditor') })).toEqual(['orders']);
    await expect(topicsSeenBy({ ...base, token: unsignedToken('auditor', -10) })).rejects.toThrow();
  });

  test('mTLS identifies clients by certificate, TLS alone is anonymous, and an unknown authority is refused', async () => {
    expect(await topicsSeenBy({ listener: 'MTLS', user: 'auditor' })).toEqual(['orders']);
    expect(await topicsSeenBy({ listener: 'SSL' })).toEqual([]);
    const { tls, ...strange } = cluster.connectionFor({ listener: 'SSL' });
    await expect(listTopics({ ...strange, tls: { verifyHostname: tls?.verifyHostname ?? true } })).rejects.toThrow(
      /certificate/,
    );
    const { bootstrapServers } = cluster.connectionFor({ listener: 'MTLS', user: 'auditor' });
    await expect(listTopics({ ...cluster.connectionFor({ listener: 'SSL' }), bootstrapServers })).rejects.toThrow(
      /certificate/,
    );
  });

  test('the authorizer log has what was allowed and what was denied, by principal', async () => {
    expect(await topicsSeenBy({ listener: 'SASL_SSL', mechanism: 'PLAIN', user: 'nobody' })).toEqual([]);
    const log = cluster.authorizerLog();
    expect(log).toMatch(/Principal = User:auditor is Allowed operation = DESCRIBE .* resource = Topic:LITERAL:orders/);
    await expect(createTopicAs({ listener: 'MTLS', user: 'auditor' })).rejects.toThrow('Topic creation errors');
    expect(cluster.authorizerLog()).toMatch(/Principal = User:auditor is Denied operation = CREATE /);
    expect(cluster.authorizerLog()).not.toMatch(/Principal = User:nobody is \w+ operation = (CREATE|WRITE|ALTER)/);
  });

  test('no password is in any log', () => {
    expect(cluster.log(1)).not.toContain(password);
    expect(cluster.authorizerLog()).not.toContain(password);
  });

  const topicsSeenBy = (access: Access): Promise<string[]> => listTopics(cluster.connectionFor(access));
  const listTopics = (connection: KafkaConnection): Promise<string[]> =>
    withAdmin(connection, (admin) => admin.listTopics());
  const createTopicAs = (access: Access): Promise<boolean> =>
    withAdmin(cluster.connectionFor(access), (admin) => admin.createTopics({ topics: [{ topic: 'mine' }] }));

  async function withAdmin<T>(connection: KafkaConnection, use: (admin: Admin) => Promise<T>): Promise<T> {
    const admin = new Kafka({
      ...kafkajsSettings(connection),
      logLevel: logLevel.NOTHING,
      retry: { retries: 0 },
    }).admin();
    try {
      await admin.connect();
      return await use(admin);
    } finally {
      await admin.disconnect();
    }
  }

  function kafkajsSettings({ bootstrapServers, clientId, tls, sasl }: KafkaConnection): KafkaConfig {
    const config: KafkaConfig = { brokers: [...bootstrapServers], clientId };
    if (tls !== undefined) config.ssl = { ca: tls.ca, cert: tls.cert, key: tls.key?.reveal() };
    if (sasl === undefined) return config;
    if (sasl.kind === 'token') {
      config.sasl = { mechanism: 'oauthbearer', oauthBearerProvider: async () => ({ value: sasl.token.reveal() }) };
    } else if (sasl.mechanism === 'PLAIN') {
      config.sasl = { mechanism: 'plain', username: sasl.username, password: sasl.password.reveal() };
    } else if (sasl.mechanism === 'SCRAM-SHA-256') {
      config.sasl = { mechanism: 'scram-sha-256', username: sasl.username, password: sasl.password.reveal() };
    } else if (sasl.mechanism === 'SCRAM-SHA-512') {
      config.sasl = { mechanism: 'scram-sha-512', username: sasl.username, password: sasl.password.reveal() };
    }
    return config;
  }
});
