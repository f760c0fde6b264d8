import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ConfigurationError } from '../../../../shared/config/configuration-error.ts';
import { loadMm2Properties } from '../../../../shared/config/mm2/mm2-properties.ts';
import type { ConfigFault } from '../../../../shared/config/tidemark-config.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-config-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const MINIMAL = [
  'clusters=A, B',
  'A.bootstrap.servers=a1:9092, a2:9092',
  'B.bootstrap.servers=SSL://[::1]:9093',
  'A->B.enabled=true',
];

function load(lines: readonly string[], environment: Record<string, string> = {}) {
  const file = join(folder, 'mm2.properties');
  writeFileSync(file, lines.join('\n'));
  return loadMm2Properties(file, environment);
}

function faultsOf(lines: readonly string[], environment: Record<string, string> = {}): readonly ConfigFault[] {
  try {
    load(lines, environment);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults;
    throw error;
  }
  return [];
}

/** As Kafka writes a reference to a config provider. */
const reference = (to: string): string => `\${${to}}`;
const jaas = (module: string, options: string) =>
  `A.sasl.jaas.config=org.apache.kafka.common.security.${module} required ${options};`;
const sasl = (mechanism: string, ...lines: string[]) => [
  ...MINIMAL,
  'A.security.protocol=SASL_PLAINTEXT',
  `A.sasl.mechanism=${mechanism}`,
  ...lines,
];

describe('an mm2.properties', () => {
  test('clusters and the enabled flows are loaded, only the used ones', () => {
    const { config, warnings } = load(['clusters=A,B,C', ...MINIMAL.slice(1), 'C.bootstrap.servers=c:1']);
    expect([...config.clusters.keys()]).toEqual(['A', 'B']);
    expect(config.clusters.get('A')?.bootstrapServers).toEqual(['a1:9092', 'a2:9092']);
    expect(config.clusters.get('B')?.bootstrapServers).toEqual(['[::1]:9093']);
    expect(config.flows.map(({ source, target }) => `${source}->${target}`)).toEqual(['A->B']);
    expect(warnings).toEqual([]);
  });

  test('every fault is reported at once, each with line and remedy', () => {
    const faults = faultsOf([
      'clusters=A, B',
      'A.bootstrap.servers=nonsense',
      'A->B.enabled=true',
      'A->B.offset.lag.max=many',
      'A->B.topics=([',
      'A->B.replication.policy.class=com.example.Mine',
      'A->B.emit.checkpoints.enabled=yes',
    ]);
    expect(faults.map(({ key, line }) => [key, line])).toEqual([
      ['A.bootstrap.servers', 2],
      ['A->B.offset.lag.max', 4],
      ['A->B.topics', 5],
      ['A->B.replication.policy.class', 6],
      ['A->B.emit.checkpoints.enabled', 7],
      ['B.bootstrap.servers', null],
    ]);
    for (const fault of faults) expect(fault.remedy.length).toBeGreaterThan(5);
    expect(faults.find((fault) => fault.line === 6)?.remedy).toContain('replicationPolicy: { kind: template');
  });

  test.each(['A->B.enabled=maybe', 'enabled=maybe'])(
    'GIVEN %s THEN what else is wrong with the flow is reported with it, and other flows as ever',
    (enabled) => {
      const faults = faultsOf([
        'clusters=A, B, C',
        'A.bootstrap.servers=nonsense',
        'C.bootstrap.servers=c:1',
        enabled,
        'C->B.enabled=true',
        'C->B.groups=([',
        'B->A.enabled=false',
        'B->A.offset.lag.max=many',
        'A->B.topics=([',
        'A->C.enabled=false',
        'B->C.enabled=FALSE',
        'C->A.enabled=false',
      ]);
      expect(faults.map(({ key, line }) => [key, line])).toEqual([
        ['A.bootstrap.servers', 2],
        [enabled.replace('=maybe', ''), 4],
        ['C->B.groups', 6],
        ['A->B.topics', 9],
        ['B.bootstrap.servers', null],
      ]);
    },
  );

  test.each([
    [[], 'clusters', 'is missing'],
    [['clusters=A'], 'clusters', 'fewer than two'],
    [MINIMAL.slice(0, 3), 'A->B.enabled', 'no flow is enabled'],
    [[...MINIMAL.slice(0, 3), 'A -> B.enabled=true'], 'A', 'blank before ->'],
    [[...MINIMAL, 'x=\\u12'], 'x', 'hexadecimal'],
  ])('%j is a fault of %s: %s', (lines, key, message) => {
    expect(faultsOf(lines)).toContainEqual(expect.objectContaining({ key, message: expect.stringContaining(message) }));
  });

  test.each([
    ['offset.flush.interval.ms=5', 'under the target'],
    ['A->B.exactly.once.source.support=enabled', 'B.exactly.once.source.support'],
    ['consumer.isolation.level=read_committed', 'A.consumer.isolation.level'],
    ['A.topics=x', 'A->B.topics'],
    ['A->X.enabled=true', 'did you mean A->B'],
    ['A->B.emit.checkpoint.enabled=true', 'did you mean A->B.emit.checkpoints.enabled'],
    ['topics.blacklist=x', 'topics.exclude'],
    ['A.consumer.bootstrap.servers=other:1', 'takes A.bootstrap.servers'],
    ['A->B.target.cluster.bootstrap.servers=other:1', 'takes B.bootstrap.servers'],
    ['B->A.target.admin.security.protocol=SSL', 'B->A is not enabled'],
    ['source.admin.security.protocol=SSL', 'under a flow, A->B.source.admin.security.protocol'],
    ['source.cluster.security.protocol=SSL', 'under a flow, A->B.source.cluster.security.protocol'],
    ['B.target.admin.security.protocol=SSL', 'under a flow, B->A.target.admin.security.protocol'],
    ['A->B.topic.filter.class=com.example.Filter', 'cannot run'],
    ['A->B.emit.offset-syncs.enabled=false', 'refuses its checkpoint connector'],
    ['A->B.enabled=true', 'also on line 4'],
  ])('%s is a warning: %s', (line, message) => {
    const { warnings } = load([...MINIMAL, line]);
    expect(warnings).toEqual([expect.objectContaining({ line: 5, message: expect.stringContaining(message) })]);
  });
});

describe('settings of the clients of one flow', () => {
  const serversOf = (lines: readonly string[]) => {
    const { config, warnings } = load(lines);
    const [a, b] = ['A', 'B'].map((alias) => config.clusters.get(alias)?.bootstrapServers.join());
    return { a, b, warned: warnings.map(({ key }) => key) };
  };

  test.each([
    ['A->B.source.admin.bootstrap.servers=f:1', { a: 'f:1', b: '[::1]:9093', warned: [] }],
    ['A->B.target.admin.bootstrap.servers=f:1', { a: 'a1:9092,a2:9092', b: 'f:1', warned: [] }],
    ['A.admin.bootstrap.servers=f:1', { a: 'f:1', b: '[::1]:9093', warned: [] }],
  ])('%s is the connection of its cluster, as it is of MM2’s admin client', (line, expected) => {
    expect(serversOf([...MINIMAL, line])).toEqual(expected);
  });

  test('GIVEN a cluster has no setting of its own THEN A->B.source.cluster. and A->B.admin. count', () => {
    const without = MINIMAL.filter((line) => !line.startsWith('A.bootstrap'));
    const weak = 'A->B.source.cluster.bootstrap.servers=f:1';
    expect(serversOf([...without, weak])).toEqual({ a: 'f:1', b: '[::1]:9093', warned: [] });
    const stronger = 'A->B.admin.bootstrap.servers=g:1';
    expect(serversOf([...without, weak, stronger])).toEqual({
      a: 'g:1',
      b: '[::1]:9093',
      warned: ['A->B.source.cluster.bootstrap.servers'],
    });
  });

  test('GIVEN two flows disagree THEN the first one’s setting is used, and the other’s is a warning', () => {
    const lines = [
      ...MINIMAL,
      'B->A.enabled=true',
      'A->B.source.admin.bootstrap.servers=f:1',
      'B->A.target.admin.bootstrap.servers=g:1',
    ];
    expect(serversOf(lines)).toEqual({
      a: 'f:1',
      b: '[::1]:9093',
      warned: ['B->A.target.admin.bootstrap.servers'],
    });
  });
});

describe('the login of an mm2.properties', () => {
  test.each(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'])('%s comes from the login module', (mechanism) => {
    const module = mechanism === 'PLAIN' ? 'plain.PlainLoginModule' : 'scram.ScramLoginModule';
    const { config } = load(sasl(mechanism, jaas(module, 'username="bob" password="s3\\\\"cret"')));
    const found = config.clusters.get('A')?.sasl;
    expect(found).toMatchObject({ mechanism, username: 'bob' });
    expect(found?.kind === 'password' && found.password.reveal()).toBe('s3"cret');
    expect(inspect(config, { depth: 9 }) + JSON.stringify([...config.clusters])).not.toContain('s3');
  });

  test('OAUTHBEARER takes client credentials from the module, or from the settings of Kafka 4.1', () => {
    const url = 'A.sasl.oauthbearer.token.endpoint.url=https://idp/token';
    const old = load(
      sasl('OAUTHBEARER', url, jaas('oauthbearer.OAuthBearerLoginModule', 'clientId="i" clientSecret="x" scope="s"')),
    );
    const now = load(
      sasl(
        'OAUTHBEARER',
        url,
        'A.sasl.oauthbearer.client.credentials.client.id=i',
        'A.sasl.oauthbearer.client.credentials.client.secret=x',
        'A.sasl.oauthbearer.scope=s',
      ),
    );
    for (const { config } of [old, now]) {
      expect(config.clusters.get('A')?.sasl).toMatchObject({
        tokenEndpoint: 'https://idp/token',
        clientId: 'i',
        scope: 's',
      });
    }
  });

  test('OAUTHBEARER takes a token from a file', () => {
    writeFileSync(join(folder, 'token'), 'eyJ.abc\n');
    const { config } = load(
      sasl('OAUTHBEARER', `A.sasl.oauthbearer.token.endpoint.url=file://${join(folder, 'token')}`),
    );
    const found = config.clusters.get('A')?.sasl;
    expect(found?.kind === 'token' && found.token.reveal()).toBe('eyJ.abc');
  });

  test('AWS_MSK_IAM takes the Region from the brokers, else from the environment', () => {
    const lines = sasl('AWS_MSK_IAM', 'A.sasl.jaas.config=software.amazon.msk.auth.iam.IAMLoginModule required;');
    const onMsk = [...lines, 'A.bootstrap.servers=b-1.x.c2.kafka.eu-west-1.amazonaws.com:9098'];
    expect(load(onMsk).config.clusters.get('A')?.sasl).toMatchObject({ mechanism: 'AWS_MSK_IAM', region: 'eu-west-1' });
    expect(load(lines, { AWS_REGION: 'us-east-2' }).config.clusters.get('A')?.sasl).toMatchObject({
      region: 'us-east-2',
    });
    expect(faultsOf(lines)).toEqual([expect.objectContaining({ remedy: expect.stringContaining('AWS_REGION') })]);
  });

  test.each([
    [sasl('GSSAPI'), 'A.sasl.mechanism', 'not supported'],
    [[...MINIMAL, 'A.security.protocol=SASL_SSL'], 'A.sasl.mechanism', 'GSSAPI'],
    [sasl('PLAIN'), 'A.sasl.jaas.config', 'is not set'],
    [
      sasl('PLAIN', jaas('scram.ScramLoginModule', 'username="u" password="hunter2"')),
      'A.sasl.jaas.config',
      'does not match',
    ],
    [sasl('PLAIN', 'A.sasl.jaas.config=hunter2'), 'A.sasl.jaas.config', 'cannot be parsed'],
    [sasl('PLAIN', jaas('plain.PlainLoginModule', 'username="u" hunter2')), 'A.sasl.jaas.config', 'cannot be parsed'],
    [sasl('PLAIN', jaas('plain.PlainLoginModule', 'password="hunter2"')), 'A.sasl.jaas.config', 'no username'],
    [[...MINIMAL, 'A.security.protocol=SASL_SLS'], 'A.security.protocol', 'is not one of'],
  ])('case %#: a fault that holds no secret', (lines, key, message) => {
    const faults = faultsOf(lines);
    expect(faults).toEqual([expect.objectContaining({ key, message: expect.stringContaining(message) })]);
    expect(JSON.stringify(faults)).not.toContain('hunter2');
  });

  test('references of config providers are followed, and what they give is never printed', () => {
    writeFileSync(join(folder, 'secrets.properties'), 'pw=from\\u002dfile\n');
    const lines = [
      ...sasl(
        'PLAIN',
        jaas('plain.PlainLoginModule', `username="\${env:WHO}" password="\${file:${folder}/secrets.properties:pw}"`),
      ),
      'config.providers=env,file',
      'config.providers.env.class=org.apache.kafka.common.config.provider.EnvVarConfigProvider',
      'config.providers.file.class=org.apache.kafka.common.config.provider.FileConfigProvider',
    ];
    const { config, warnings } = load(lines, { WHO: 'bob' });
    const found = config.clusters.get('A')?.sasl;
    expect(found).toMatchObject({ username: 'bob' });
    expect(found?.kind === 'password' && found.password.reveal()).toBe('from-file');
    expect(warnings).toEqual([]);
    expect(faultsOf(lines)).toEqual([expect.objectContaining({ message: expect.stringContaining('WHO is not set') })]);
    const referred = [
      ...lines.filter((line) => !line.startsWith('A.sasl.mech')),
      `A.sasl.mechanism=${reference('env:WHO')}`,
    ];
    expect(JSON.stringify(faultsOf(referred, { WHO: 'hunter2' }))).not.toContain('hunter2');
  });

  test('a provider that cannot be run here, and one that is not declared', () => {
    const lines = sasl(
      'PLAIN',
      jaas('plain.PlainLoginModule', `username="u" password="${reference('vault:kv/x:pw')}"`),
    );
    const declared = [...lines, 'config.providers=vault', 'config.providers.vault.class=com.example.Vault'];
    expect(faultsOf(declared)).toEqual([
      expect.objectContaining({ message: expect.stringContaining('com.example.Vault') }),
    ]);
    const undeclared = sasl('PLAIN', jaas('plain.PlainLoginModule', `username="u" password="${reference('env:PW')}"`));
    expect(load(undeclared, { PW: 'x' }).warnings).toEqual([
      expect.objectContaining({ message: expect.stringContaining('literally') }),
    ]);
  });
});

describe('the TLS settings of an mm2.properties', () => {
  const tls = (...lines: string[]) => [...MINIMAL, 'A.security.protocol=SSL', ...lines];
  const keytool = (...args: string[]) => execFileSync('keytool', args, { stdio: 'pipe' });
  beforeAll(() => {
    const common = ['-storepass', 'changeit', '-keypass', 'changeit', '-alias', 'a', '-dname', 'CN=a', '-keyalg', 'EC'];
    for (const type of ['JKS', 'PKCS12']) {
      keytool('-genkeypair', ...common, '-storetype', type, '-keystore', join(folder, `store.${type}`));
    }
    keytool(
      '-exportcert',
      '-rfc',
      '-alias',
      'a',
      '-storepass',
      'changeit',
      '-keystore',
      join(folder, 'store.PKCS12'),
      '-file',
      join(folder, 'ca.pem'),
    );
  });

  test('a PEM trust store in a file or in place is trusted; the host name is checked unless switched off', () => {
    const pem = readFileSync(join(folder, 'ca.pem'), 'utf8').replaceAll('\r', '');
    writeFileSync(join(folder, 'ca.pem'), pem);
    const byFile = load(tls('A.ssl.truststore.type=PEM', `A.ssl.truststore.location=${join(folder, 'ca.pem')}`));
    const inline = load(
      tls(
        'A.ssl.truststore.type=PEM',
        `A.ssl.truststore.certificates=${pem.trim().replaceAll('\n', '\\n')}`,
        'A.ssl.endpoint.identification.algorithm=',
      ),
    );
    expect(byFile.config.clusters.get('A')?.tls).toEqual({ ca: pem, verifyHostname: true });
    expect(inline.config.clusters.get('A')?.tls).toEqual({ ca: pem, verifyHostname: false });
  });

  test.each(['JKS', 'PKCS12'])('a %s store is read as trust store and as key store', (type) => {
    const location = join(folder, `store.${type}`);
    const { config } = load(
      tls(
        `A.ssl.truststore.location=${location}`,
        'A.ssl.truststore.password=changeit',
        `A.ssl.keystore.location=${location}`,
        'A.ssl.keystore.password=changeit',
        // Of a Java store the key is decrypted already.
        'A.ssl.key.password=changeit',
      ),
    );
    const { ca, cert, key, ...rest } = config.clusters.get('A')?.tls ?? { verifyHostname: false };
    expect(ca).toMatch(/^-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n$/);
    expect(cert).toBe(ca);
    expect(key?.reveal()).toMatch(/^-----BEGIN PRIVATE KEY-----/);
    expect(rest).toEqual({ verifyHostname: true });
  });

  test('a store that its password does not open is a fault, which names the setting and not the password', () => {
    const location = join(folder, 'store.PKCS12');
    const faults = [['A.ssl.truststore.password=hunter2'], []].map((password) =>
      faultsOf(tls(...password, `A.ssl.truststore.location=${location}`)),
    );
    expect(faults).toEqual([
      [
        expect.objectContaining({
          key: 'A.ssl.truststore.location',
          line: 7,
          message: expect.stringContaining('is wrong'),
        }),
      ],
      [
        expect.objectContaining({
          message: `${location}: it needs a password`,
          remedy: 'set A.ssl.truststore.password',
        }),
      ],
    ]);
    expect(JSON.stringify(faults)).not.toContain('hunter2');
  });

  test('a key store without a key, and a file that is not there, are faults', () => {
    expect(faultsOf(tls(`A.ssl.keystore.location=${join(folder, 'ca.pem')}`))).toEqual([
      expect.objectContaining({ message: expect.stringContaining('no PEM private key') }),
    ]);
    expect(faultsOf(tls('A.ssl.truststore.location=nowhere.pem'))).toEqual([
      expect.objectContaining({ message: 'there is no file nowhere.pem' }),
    ]);
  });
});
