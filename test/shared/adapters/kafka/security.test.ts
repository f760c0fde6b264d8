import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { type Access, unsignedToken } from '../../../../lab/access.ts';
import type { LabCluster } from '../../../../lab/cluster.ts';
import { type Lab, startLab } from '../../../../lab/lab.ts';
import { RecordWriter } from '../../../../lab/workload/record-writer.ts';
import { createClusterReader } from '../../../../shared/adapters/kafka/cluster-reader.ts';
import type { KafkaConnection } from '../../../../shared/config/connection/kafka-connection.ts';
import { Secret } from '../../../../shared/config/connection/secret.ts';
import { loadMm2Properties } from '../../../../shared/config/mm2/mm2-properties.ts';
import type { ClusterReader } from '../../../../shared/ports.ts';
import { keytool, makeTruststore } from '../../config/connection/keytool.ts';

describe('logging in', () => {
  let lab: Lab;
  let cluster: LabCluster;
  const password = randomBytes(12).toString('hex');
  const wrong = randomBytes(12).toString('hex');
  const open: ClusterReader[] = [];
  const read = async (connection: KafkaConnection): Promise<number> => {
    const reader = createClusterReader(connection);
    open.push(reader);
    await reader.metadata();
    let records = 0;
    // Fetch has a connection of its own, which has to log in too.
    const request = { topic: 'orders', partition: 0, from: 0n, isolation: 'read_committed' } as const;
    await reader.scan(request, () => {
      records++;
    });
    return records;
  };
  const failure = async (connection: KafkaConnection): Promise<unknown> => {
    const began = Date.now();
    try {
      await read(connection);
    } catch (error) {
      expect(Date.now() - began).toBeLessThan(10_000);
      expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(wrong);
      expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(password);
      return error;
    }
    throw new Error('it was let in');
  };

  beforeAll(async () => {
    lab = await startLab();
    cluster = await lab.startCluster({ alias: 'A', security: { users: { auditor: password } } });
    await cluster.admin.createTopic('orders');
    await new RecordWriter(cluster.admin).write('orders', 3);
  });
  afterAll(() => lab?.stop());
  afterEach(async () => {
    await Promise.all(open.splice(0).map((reader) => reader.close()));
  });

  const passwords = (['SASL_PLAINTEXT', 'SASL_SSL'] as const).flatMap((listener) =>
    (['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const).map((mechanism) => ({ listener, mechanism })),
  );

  test.each(passwords)('$mechanism over $listener', async (access) => {
    expect(await read(cluster.connectionFor({ ...access, user: 'auditor' }))).toBe(3);
    expect(await failure(cluster.connectionFor({ ...access, user: 'auditor', password: wrong }))).toMatchObject({
      name: 'AuthenticationError',
      code: 'AUTHENTICATION_FAILED',
      cluster: 'A',
      message: expect.stringContaining(`user "auditor" (${access.mechanism})`),
    });
  });

  test.each(['JKS', 'PKCS12'] as const)(
    'mTLS with stores of Java, as an mm2.properties names them: %s',
    async (type) => {
      const java = cluster.clientPropertiesFor({ listener: 'MTLS', user: 'auditor' });
      const file = (name: string): string => join(lab.folder, `${name}.${type}`);
      const storePassword = 'store-password';
      makeTruststore({ file: file('trust'), type, storePassword }, [java['ssl.truststore.location'] ?? '']);
      const pem = java['ssl.keystore.location'] ?? '';
      const made = join(lab.folder, `openssl-${type}.p12`);
      const openssl = ['pkcs12', '-export', '-in', pem, '-inkey', pem, '-name', 'client', '-out', made];
      execFileSync('openssl', [...openssl, '-passout', `pass:${storePassword}`], { stdio: 'pipe' });
      const passes = ['-srcstorepass', storePassword, '-deststorepass', storePassword];
      keytool(
        '-importkeystore',
        '-srckeystore',
        made,
        '-destkeystore',
        file('client'),
        '-deststoretype',
        type,
        ...passes,
      );
      const write = (password: string): string => {
        const lines = [
          'clusters=A, B',
          `A.bootstrap.servers=${java['bootstrap.servers']}`,
          'B.bootstrap.servers=b:9092',
          'A->B.enabled=true',
          'A.security.protocol=SSL',
          `A.ssl.truststore.location=${file('trust')}`,
          `A.ssl.truststore.password=${storePassword}`,
          `A.ssl.keystore.location=${file('client')}`,
          `A.ssl.keystore.password=${password}`,
        ];
        writeFileSync(join(lab.folder, 'mm2.properties'), lines.join('\n'));
        return join(lab.folder, 'mm2.properties');
      };
      const connection = loadMm2Properties(write(storePassword), {}).config.clusters.get('A');
      if (connection === undefined) throw new Error('cluster A is configured');
      expect(await read(connection)).toBe(3);
      const { cert: _cert, key: _key, ...without } = connection.tls ?? { verifyHostname: true };
      expect(await failure({ ...connection, tls: without })).toMatchObject({ name: 'AuthenticationError' });
      let fault: unknown;
      try {
        loadMm2Properties(write(wrong), {});
      } catch (error) {
        fault = error;
      }
      expect(inspect(fault, { depth: 10 })).toContain('its password is wrong');
      expect(inspect(fault, { depth: 10 })).not.toContain(wrong);
    },
  );

  test('OAUTHBEARER with a token, and an expired one is told as what it is', async () => {
    const access = { listener: 'SASL_SSL', mechanism: 'OAUTHBEARER' } as const;
    expect(await read(cluster.connectionFor({ ...access, token: unsignedToken('auditor') }))).toBe(3);
    const token = unsignedToken('auditor', -120);
    const error = await failure(cluster.connectionFor({ ...access, token }));
    expect(error).toMatchObject({
      name: 'AuthenticationError',
      message: expect.stringMatching(/refused the token \(invalid_token\): it expired at \d{4}-/),
    });
    expect(inspect(error, { depth: 10 })).not.toContain(token);
  });

  test('OAUTHBEARER with client credentials gets one token for all connections', async () => {
    const secret = 'the client+secret/of:us';
    const requests: { authorization: string | undefined; body: string }[] = [];
    const endpoint = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { authorization } = request.headers;
        requests.push({ authorization, body: Buffer.concat(chunks).toString() });
        const client = `tide:${encodeURIComponent(secret)}`;
        const right = authorization === `Basic ${Buffer.from(client).toString('base64')}`;
        response.writeHead(right ? 200 : 401, { 'content-type': 'application/json' });
        response.end(JSON.stringify(right ? { access_token: unsignedToken('auditor') } : { error: 'invalid_client' }));
      });
    });
    await new Promise<void>((resolve) => {
      endpoint.listen(0, '127.0.0.1', resolve);
    });
    try {
      const { port } = endpoint.address() as AddressInfo;
      const base = cluster.connectionFor({ listener: 'SASL_SSL', mechanism: 'OAUTHBEARER', token: 'unused' });
      const connection = (clientSecret: string, tokenEndpoint = `http://127.0.0.1:${port}/token`): KafkaConnection => ({
        ...base,
        sasl: {
          kind: 'client-credentials',
          mechanism: 'OAUTHBEARER',
          tokenEndpoint,
          clientId: 'tide',
          clientSecret: new Secret(clientSecret),
          scope: 'kafka',
        },
      });
      expect(await read(connection(secret))).toBe(3);
      expect(requests).toHaveLength(1);
      expect(requests[0]?.body).toBe('grant_type=client_credentials&scope=kafka');
      expect(await failure(connection(wrong))).toMatchObject({
        name: 'AuthenticationError',
        message: expect.stringContaining('invalid_client'),
      });
      endpoint.closeAllConnections();
      endpoint.close();
      expect(await failure(connection(wrong))).toMatchObject({
        name: 'ClusterUnreachableError',
        code: 'TOKEN_ENDPOINT_UNREACHABLE',
      });
    } finally {
      endpoint.close();
    }
  });

  test('AWS MSK IAM: a token that the AWS signer makes goes over OAUTHBEARER; without AWS credentials that is said', async () => {
    const base = cluster.connectionFor({ listener: 'SASL_SSL', mechanism: 'OAUTHBEARER', token: 'unused' });
    const connection: KafkaConnection = {
      ...base,
      sasl: { kind: 'aws-iam', mechanism: 'AWS_MSK_IAM', region: 'eu-central-1' },
    };
    const before = { ...process.env };
    try {
      for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
      process.env.AWS_EC2_METADATA_DISABLED = 'true';
      expect(await failure(connection)).toMatchObject({ message: expect.stringContaining('no AWS credentials') });
      process.env.AWS_ACCESS_KEY_ID = 'AKIDEXAMPLE';
      process.env.AWS_SECRET_ACCESS_KEY = wrong;
      // The lab's broker is not MSK: it looks at the token and finds that it is none of its own.
      expect(await failure(connection)).toMatchObject({
        name: 'AuthenticationError',
        message: expect.stringContaining('refused the token (invalid_token)'),
      });
    } finally {
      process.env = before;
    }
  });

  test('mTLS, and a listener that wants a certificate and gets none', async () => {
    expect(await read(cluster.connectionFor({ listener: 'MTLS', user: 'auditor' }))).toBe(3);
    const { bootstrapServers } = cluster.connectionFor({ listener: 'MTLS', user: 'auditor' });
    expect(await failure({ ...cluster.connectionFor({ listener: 'SSL' }), bootstrapServers })).toMatchObject({
      name: 'AuthenticationError',
      message: expect.stringContaining('TLS client certificate'),
    });
  });

  describe('TLS', () => {
    const tls = (): KafkaConnection => cluster.connectionFor({ listener: 'SSL' });

    test('a broker whose certificate nobody trusts', async () => {
      expect(await failure({ ...tls(), tls: { verifyHostname: true } })).toMatchObject({
        code: 'TLS_UNTRUSTED_CERTIFICATE',
        remedy: expect.stringContaining('ca'),
      });
    });

    test('a certificate for another host, unless host names are not to be compared', async () => {
      const [seed = ''] = tls().bootstrapServers;
      const other = { ...tls(), bootstrapServers: [seed.replace('127.0.0.1', '127.0.0.2')] };
      // The broker binds 127.0.0.1 only, so that another name has to be one that resolves to it.
      const named = { ...tls(), bootstrapServers: [seed.replace('127.0.0.1', 'ip6-localhost-not.invalid')] };
      expect(await failure(named)).toMatchObject({ code: 'UNKNOWN_HOST' });
      expect(await failure(other)).toMatchObject({ name: 'ClusterUnreachableError' });
      expect(await read(tls())).toBe(3);
    });

    test('plain text to a TLS listener, and TLS to a plain one', async () => {
      const { tls: _tls, ...plain } = tls();
      expect(await failure(plain)).toMatchObject({ code: 'TLS_REQUIRED' });
      const sasl = cluster.connectionFor({ listener: 'SASL_PLAINTEXT', mechanism: 'PLAIN', user: 'auditor' });
      const { tls: settings } = tls();
      expect(await failure({ ...sasl, ...(settings === undefined ? {} : { tls: settings }) })).toMatchObject({
        code: 'TLS_NOT_OFFERED',
      });
    });

    test('certificates and keys that cannot be used are refused before anything is sent, and not quoted', () => {
      const key = `-----BEGIN PRIVATE KEY-----\n${wrong}\n-----END PRIVATE KEY-----\n`;
      const connection = { ...tls(), tls: { verifyHostname: true, cert: 'no certificate', key: new Secret(key) } };
      let error: unknown;
      try {
        createClusterReader(connection);
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toMatchObject({ code: 'TLS_INVALID_MATERIAL', remedy: expect.any(String) });
      expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(wrong);
    });
  });

  test('no credentials where they are wanted, and credentials where they are not', async () => {
    const access: Access = { listener: 'SASL_PLAINTEXT', mechanism: 'PLAIN', user: 'auditor' };
    const { sasl, ...anonymous } = cluster.connectionFor(access);
    expect(await failure(anonymous)).toMatchObject({
      name: 'AuthenticationError',
      remedy: expect.stringContaining('sasl.mechanism'),
    });
    const withSasl = { ...cluster.connectionFor({ listener: 'SSL' }), ...(sasl === undefined ? {} : { sasl }) };
    expect(await failure(withSasl)).toMatchObject({
      name: 'AuthenticationError',
      message: expect.stringContaining('does not accept SASL'),
    });
  });

  test('bootstrap servers that are none are refused, all of them', () => {
    const connection = { ...cluster.connection, bootstrapServers: ['nowhere', 'a:b', 'fine:9092'] };
    expect(() => createClusterReader(connection)).toThrow(/"nowhere", "a:b"/);
  });
});
