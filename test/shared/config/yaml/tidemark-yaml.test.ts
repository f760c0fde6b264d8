import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { ConfigurationError } from '../../../../shared/config/configuration-error.ts';
import { type KafkaConnection, writingConnection } from '../../../../shared/config/connection/kafka-connection.ts';
import type { ConfigFault } from '../../../../shared/config/tidemark-config.ts';
import { type LoadOptions, loadTidemarkYaml } from '../../../../shared/config/yaml/tidemark-yaml.ts';
import { tidemarkYaml } from '../../../../shared/config/yaml/tidemark-yaml-schema.ts';
import { DEFAULT_AUDIT_POLICY } from '../../../../shared/domain/judge/audit-policy.ts';
import { makeKeystore } from '../connection/keytool.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-yaml-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function load(text: string, environment: Record<string, string> = {}, options: LoadOptions = {}) {
  const file = join(folder, 'tidemark.yaml');
  writeFileSync(file, text);
  return loadTidemarkYaml(file, environment, options);
}

function faultsOf(
  text: string,
  environment: Record<string, string> = {},
  options: LoadOptions = {},
): readonly ConfigFault[] {
  try {
    load(text, environment, options);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults;
    throw error;
  }
  return [];
}

const MINIMAL = `clusters:
  A: { bootstrapServers: "a:9092, b:9092" }
  B:
    bootstrapServers: [c:9093]
flows:
  - flow: A->B
`;

describe('a tidemark.yaml', () => {
  test('what it does not say is as MirrorMaker has it by default', () => {
    const { config } = load(MINIMAL);
    expect(config.clusters.get('A')).toEqual({
      alias: 'A',
      bootstrapServers: ['a:9092', 'b:9092'],
      clientId: 'tidemark',
    });
    expect(config.policy).toEqual(DEFAULT_AUDIT_POLICY);
    expect(config.flows).toEqual([
      expect.objectContaining({
        source: 'A',
        target: 'B',
        policy: { kind: 'default', separator: '.', internalSeparator: '.' },
        topics: ['.*'],
        connectOffsets: { cluster: 'target', topic: 'mm2-offsets.A.internal' },
      }),
    ]);
  });

  test('every setting of a flow and the policy can be said', () => {
    const { config } =
      load(`${MINIMAL}    replicationPolicy: { kind: identity, separator: _, internalTopicSeparator: false }
    topics: [t]
    topicsExclude: []
    groups: [g.*]
    groupsExclude: [h]
    offsetSyncsLocation: target
    emitOffsetSyncs: false
    emitCheckpoints: { enabled: false, intervalSeconds: 5 }
    syncGroupOffsets: { enabled: true }
    emitHeartbeats: { intervalSeconds: 0.5 }
    heartbeatsReplication: false
    offsetLagMax: 7
    offsetFlushIntervalSeconds: 2
    refreshTopicsIntervalSeconds: null
    refreshGroupsIntervalSeconds: 3
    isolationLevel: read_committed
    autoOffsetReset: latest
    exactlyOnce: true
    connectOffsets: null
policy:
  heartbeatStaleSeconds: 1
  mirrorStoppedSeconds: 2
  mirrorStalledSeconds: 3
  maxLossRecords: 9007199254740991
  maxGroupReread: 5
  probeBudget: 6
failover: { positions: tidemark }
`);
    expect(config.flows).toEqual([
      {
        source: 'A',
        target: 'B',
        policy: { kind: 'identity', separator: '_', internalSeparator: '.' },
        topics: ['t'],
        topicsExclude: [],
        groups: ['g.*'],
        groupsExclude: ['h'],
        offsetSyncsLocation: 'target',
        emitOffsetSyncs: false,
        emitCheckpoints: { enabled: false, intervalMs: 5_000 },
        syncGroupOffsets: { enabled: true, intervalMs: 60_000 },
        emitHeartbeats: { enabled: true, intervalMs: 500 },
        heartbeatsReplication: false,
        offsetLagMax: 7,
        offsetFlushIntervalMs: 2_000,
        refreshTopicsIntervalMs: Number.POSITIVE_INFINITY,
        refreshGroupsIntervalMs: 3_000,
        isolationLevel: 'read_committed',
        autoOffsetReset: 'latest',
        exactlyOnce: true,
        connectOffsets: null,
      },
    ]);
    expect(config.policy).toEqual({
      heartbeatStaleMs: 1_000,
      mirrorStoppedMs: 2_000,
      mirrorStalledMs: 3_000,
      maxLossRecords: 9_007_199_254_740_991n,
      maxGroupReread: 5n,
      probeBudget: 6,
      positions: 'tidemark',
      rules: [],
    });
  });

  test('secrets come from the environment and from files, and are never printed', () => {
    writeFileSync(join(folder, 'pw'), 'from-file\n');
    const { config } = load(
      `clusters:
  A: { bootstrapServers: a:1, tls: true, sasl: { mechanism: PLAIN, username: u, password: { env: PW } } }
  B: { bootstrapServers: b:1, sasl: { mechanism: SCRAM-SHA-512, username: u, password: { file: pw } } }
flows: [{ flow: A->B }]
`,
      { PW: 'from-env' },
    );
    const passwords = [...config.clusters.values()].map(({ sasl }) =>
      sasl?.kind === 'password' ? sasl.password.reveal() : null,
    );
    expect(passwords).toEqual(['from-env', 'from-file']);
    expect(config.clusters.get('A')?.tls).toEqual({ verifyHostname: true });
    expect(inspect(config, { depth: 9 })).not.toMatch(/from-env|from-file/);
  });

  test('all faults at once, with key path, line and a suggestion, and without any value', () => {
    const faults = faultsOf(`clusters:
  A:
    bootstrapServer: a:1
    sasl: { mechanism: PLAIN, username: u, password: hunter2 }
  B: { bootstrapServers: [b], tls: maybe }
flows:
  - flow: A-B
  - flow: A->B
    offsetLagMax: -1
    isolationLevel: committed
    emitCheckpoints: { interval: 3 }
polcy: {}
`);
    expect(faults.map(({ key, line, remedy }) => [key, line, remedy])).toEqual([
      ['clusters.A.bootstrapServer', 3, 'did you mean bootstrapServers?'],
      ['clusters.A.sasl.password', 4, expect.any(String)],
      ['clusters.B.tls', 5, expect.any(String)],
      ['flows[0].flow', 7, expect.any(String)],
      ['flows[1].offsetLagMax', 9, expect.any(String)],
      ['flows[1].isolationLevel', 10, 'write one of read_uncommitted, read_committed'],
      ['flows[1].emitCheckpoints.interval', 11, 'did you mean intervalSeconds?'],
      ['polcy', 12, 'did you mean policy?'],
    ]);
    expect(JSON.stringify(faults)).not.toContain('hunter2');
  });

  test.each([
    ['clusters: {A: {}, B: {}}\nflows: [{flow: A->B}]', 'clusters.A.bootstrapServers', 'is missing'],
    [MINIMAL.replace('A->B', 'A->C'), 'flows[0].flow', '"C" is not a cluster'],
    [MINIMAL.replace('A->B', 'A->A'), 'flows[0].flow', 'to itself'],
    [`${MINIMAL}  - flow: A->B\n`, 'flows[1].flow', 'is listed twice'],
    [MINIMAL.replace('[c:9093]', '[c]'), 'clusters.B.bootstrapServers', 'not host:port'],
    [
      `${MINIMAL}    topics: ['(']\n`,
      'flows[0].topics',
      '"(" contains a group without ")", at character 1: MirrorMaker does not start',
    ],
    [
      `${MINIMAL}    topics: ['(a)\\1']\n`,
      'flows[0].topics',
      'back reference \\1, at character 4: Tidemark does not know',
    ],
    [`${MINIMAL}    groups: ['\\bbilling']\n`, 'flows[0].groups', 'a word boundary'],
    ['clusters: {}', 'flows', 'is missing'],
    ['', '', 'is empty'],
    ['- a', '', 'is not a map of keys'],
    ['mm2: nowhere.properties', '', 'there is no file'],
  ])('%j is a fault of %s', (text, key, message) => {
    expect(faultsOf(text)).toContainEqual(expect.objectContaining({ key, message: expect.stringContaining(message) }));
  });

  test('broken YAML is a fault with its line, and nothing of its text', () => {
    const faults = faultsOf('clusters:\n  A:\n   password: "hunter2\n  B: }');
    expect(faults.length).toBeGreaterThan(0);
    expect(faults[0]).toMatchObject({ line: expect.any(Number), message: expect.stringContaining('not valid YAML') });
    expect(JSON.stringify(faults)).not.toContain('hunter2');
  });

  test('a missing file is a fault, not a stack trace', () => {
    expect(() => loadTidemarkYaml(join(folder, 'nowhere.yaml'), {})).toThrow(ConfigurationError);
  });
});

describe('the writer of a cluster', () => {
  const PEM = '-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----';
  const writers = { writers: true };
  const cluster = (writer: string): string => `clusters:
  A:
    bootstrapServers: a:1
    clientId: auditor
    tls: { ca: { file: ca.pem }, cert: { file: ca.pem }, key: { env: KEY }, keyPassphrase: { env: PW }, verifyHostname: false }
    sasl: { mechanism: PLAIN, username: auditor, password: { env: PW } }
    writer: ${writer}
  B: { bootstrapServers: b:1 }
flows: [{ flow: A->B }]
`;
  const environment = { PW: 'reads', KEY: 'reads-key', WRITES: 'writes', WRITES_KEY: 'writes-key' };
  const loaded = (writer: string): KafkaConnection => {
    writeFileSync(join(folder, 'ca.pem'), PEM);
    const connection = load(cluster(writer), environment, writers).config.clusters.get('A');
    if (connection === undefined) throw new Error('the cluster is there');
    return connection;
  };

  test('has credentials of its own, and takes from the cluster what it does not say', () => {
    const connection = loaded('{ sasl: { mechanism: SCRAM-SHA-512, username: restorer, password: { env: WRITES } } }');
    const writing = writingConnection(connection);
    expect(writing).toEqual({
      alias: 'A',
      bootstrapServers: ['a:1'],
      clientId: 'auditor',
      tls: connection.tls,
      sasl: {
        kind: 'password',
        mechanism: 'SCRAM-SHA-512',
        username: 'restorer',
        password: expect.anything(),
      },
    });
    expect(passwordOf(writing)).toBe('writes');
    expect(passwordOf(connection)).toBe('reads');
    expect(inspect(connection, { depth: 9 })).not.toMatch(/reads|writes/);
  });

  test('with a client certificate of its own keeps the authorities and the check of the host name, not the passphrase', () => {
    const { writer, sasl } = loaded(
      '{ clientId: restorer, tls: { cert: { file: ca.pem }, key: { env: WRITES_KEY } } }',
    );
    expect(writer?.clientId).toBe('restorer');
    expect(writer?.tls).toMatchObject({ ca: PEM, cert: PEM, verifyHostname: false });
    expect(writer?.tls?.key?.reveal()).toBe('writes-key');
    expect(writer?.tls?.keyPassphrase).toBeUndefined();
    expect(writer?.sasl).toBe(sasl);
  });

  test('Java stores are read, a writer has its own, and what excludes each other is a fault', () => {
    makeKeystore({ file: join(folder, 'own.p12'), type: 'PKCS12', storePassword: 'changeit' });
    makeKeystore({ file: join(folder, 'writer.jks'), type: 'JKS', storePassword: 'changeit', keyPassword: 'key-pass' });
    writeFileSync(join(folder, 'ca.pem'), PEM);
    const own = '{ file: own.p12, password: { env: STORE } }';
    const yaml = (tls: string) => `clusters:
  A:
    bootstrapServers: a:1
    tls: ${tls}
    writer: { tls: { keystore: { file: writer.jks, password: { env: STORE }, keyPassword: { env: KEY } } } }
  B: { bootstrapServers: b:1 }
flows: [{ flow: A->B }]
`;
    const variables = { STORE: 'changeit', KEY: 'key-pass' };
    const good = load(yaml(`{ truststore: ${own}, keystore: ${own} }`), variables, writers);
    const { tls, writer } = good.config.clusters.get('A') ?? {};
    expect(tls?.ca).toBe(tls?.cert);
    expect(tls?.key?.reveal()).toMatch(/^-----BEGIN PRIVATE KEY-----/);
    expect(writer?.tls?.ca).toBe(tls?.ca);
    expect(writer?.tls?.cert).not.toBe(tls?.cert);
    expect(writer?.tls?.key?.reveal()).not.toBe(tls?.key?.reveal());
    const faults = (text: string, environment = variables) =>
      faultsOf(text, environment).map(({ key, message }) => [key, message]);
    expect(faults(yaml(`{ truststore: ${own}, ca: { file: ca.pem } }`))).toEqual([
      ['clusters.A.tls.truststore', 'tls.truststore and tls.ca exclude each other'],
    ]);
    expect(faults(yaml('{ truststore: { file: ca.pem } }'))).toEqual([
      ['clusters.A.tls.truststore.file', 'ca.pem is no Java key store, but PEM'],
    ]);
    expect(faults(yaml(`{ ca: { file: own.p12 } }`))).toEqual([
      ['clusters.A.tls.ca', 'own.p12 is a Java key store, not PEM'],
    ]);
    expect(faults(yaml(`{ keystore: ${own} }`), { ...variables, STORE: 'wrong' })).toEqual([
      ['clusters.A.tls.keystore.file', 'own.p12: its password is wrong, or it is damaged'],
    ]);
  });

  test('where there is none the cluster’s own connection writes', () => {
    const { config } = load(MINIMAL, {}, writers);
    const a = config.clusters.get('A');
    expect(a?.writer).toBeUndefined();
    expect(a === undefined ? null : writingConnection(a)).toEqual(a);
  });

  test('an audit neither needs its secrets nor holds them', () => {
    writeFileSync(join(folder, 'ca.pem'), PEM);
    const text = cluster('{ sasl: { mechanism: PLAIN, username: restorer, password: { env: ABSENT } } }');
    expect(load(text, environment).config.clusters.get('A')?.writer).toBeUndefined();
    expect(faultsOf(text, environment, writers)).toMatchObject([{ key: 'clusters.A.writer.sasl.password', line: 7 }]);
  });

  test('on top of an mm2.properties it writes in place of MM2’s own connection', () => {
    writeFileSync(
      join(folder, 'plain.properties'),
      'clusters=A,B\nA.bootstrap.servers=a:1\nB.bootstrap.servers=b:1\nA->B.enabled=true\n',
    );
    const { config } = load(
      'mm2: plain.properties\nclusters: { B: { writer: { sasl: { mechanism: PLAIN, username: w, password: { env: WRITES } } } } }\n',
      environment,
      writers,
    );
    const b = config.clusters.get('B');
    expect(b?.sasl).toBeUndefined();
    expect(b?.writer?.sasl).toMatchObject({ username: 'w' });
    expect(config.clusters.get('A')?.writer).toBeUndefined();
  });

  test('all its faults at once, with key path and line, and without any value', () => {
    writeFileSync(join(folder, 'ca.pem'), PEM);
    const wrong = `
      bootstrapServers: elsewhere:1
      tls: { cert: { file: nowhere.pem } }
      sasl: { mechanism: PLAIN, username: w, password: hunter2 }
`;
    const faults = faultsOf(cluster(wrong), environment);
    expect(faults.map(({ key, line }) => [key, line])).toEqual([
      ['clusters.A.writer.bootstrapServers', 8],
      ['clusters.A.writer.sasl.password', 10],
    ]);
    const unresolved = cluster('{ tls: { cert: { file: nowhere.pem } }, sasl: { mechanism: OAUTHBEARER } }');
    expect(faultsOf(unresolved, environment, writers).map(({ key, line }) => [key, line])).toEqual([
      ['clusters.A.writer.tls.cert', 7],
      ['clusters.A.writer.tls.cert', 7],
      ['clusters.A.writer.sasl', 7],
    ]);
    expect(JSON.stringify(faults)).not.toContain('hunter2');
  });
});

function passwordOf({ sasl }: KafkaConnection): string | null {
  return sasl?.kind === 'password' ? sasl.password.reveal() : null;
}

describe('the Connect cluster of a flow', () => {
  const PEM = '-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----';
  const withConnect = (connect: string): string => `${MINIMAL}    connect: ${connect}\n`;

  test('has an address, a login whose password is never printed, and TLS', () => {
    writeFileSync(join(folder, 'ca.pem'), PEM);
    const text = withConnect(
      '{ url: "https://connect:8083/api/", username: u, password: { env: PW }, tls: { ca: { file: ca.pem } } }',
    );
    const { config } = load(text, { PW: 'hunter2' });
    const connection = config.connect?.get('A->B');
    expect(connection).toMatchObject({
      url: 'https://connect:8083/api',
      login: { username: 'u' },
      tls: { ca: PEM, verifyHostname: true },
    });
    expect(connection?.login?.password.reveal()).toBe('hunter2');
    expect(inspect(config, { depth: 9 })).not.toContain('hunter2');
  });

  test('may have an address only; blanks around the arrow belong to no alias', () => {
    const { config } = load(withConnect('{ url: "http://c:8083" }').replace('A->B', 'A -> B'));
    expect([...(config.connect ?? [])]).toEqual([['A->B', { url: 'http://c:8083' }]]);
    expect(load(MINIMAL).config).not.toHaveProperty('connect');
  });

  test.each([
    ['{ url: "connect:8083" }', 'url', 'is not the URL of a REST API'],
    ['{ url: "ftp://c" }', 'url', 'is not the URL of a REST API'],
    ['{ url: "http://u:hunter2@c" }', 'url', 'holds a login'],
    ['{ url: "http://c/?token=hunter2" }', 'url', 'has a query'],
    ['{ url: "http://c", username: u }', 'password', 'is missing'],
    ['{ url: "http://c", password: { env: PW } }', 'username', 'is missing'],
    ['{ url: "http://c", username: "u:v", password: { env: PW } }', 'username', 'has a colon'],
    ['{ url: "http://c", username: u, password: hunter2 }', 'password', 'is not a reference'],
    ['{ url: "http://c", username: u, password: { env: ABSENT } }', 'password', 'ABSENT is not set'],
    ['{ url: "http://c", tls: {} }', 'tls', 'has no meaning for an http: URL'],
    ['{ url: "https://c", tls: { ca: { env: PW } } }', 'tls.ca', 'has no PEM block'],
    ['{ url: "http://c", user: u }', 'user', ''],
  ])('%s is a fault of %s', (connect, key, message) => {
    const faults = faultsOf(withConnect(connect), { PW: 'hunter2' });
    const expected = { key: `flows[0].connect.${key}`, message: expect.stringContaining(message) };
    expect(faults).toEqual([expect.objectContaining(expected)]);
    expect(JSON.stringify(faults)).not.toContain('hunter2');
  });
});

describe('the exporters of a flow', () => {
  const withMetrics = (metrics: string): string => `${MINIMAL}    metrics: ${metrics}\n`;

  test('are one page for each worker, with one login', () => {
    const text = withMetrics(
      '{ url: ["http://m1:9404/metrics", "http://m2:9404/metrics"], connector: mirror, username: u, password: { env: PW } }',
    );
    const { config } = load(text, { PW: 'hunter2' });
    expect(config.metrics?.get('A->B')).toMatchObject({
      urls: ['http://m1:9404/metrics', 'http://m2:9404/metrics'],
      connector: 'mirror',
      login: { username: 'u' },
    });
    expect(inspect(config, { depth: 9 })).not.toContain('hunter2');
    expect(load(withMetrics('{ url: "http://m:9404/metrics" }')).config.metrics?.get('A->B')?.urls).toEqual([
      'http://m:9404/metrics',
    ]);
    expect(load(MINIMAL).config).not.toHaveProperty('metrics');
  });

  test.each([
    ['{ url: "m:9404" }', 'url', 'is not the URL of an exporter'],
    ['{ url: [] }', 'url', 'is empty'],
    ['{ url: 9404 }', 'url', 'is neither the URL of an exporter'],
    ['{ url: "http://u:hunter2@m" }', 'url', 'holds a login'],
    ['{ url: ["http://m1", "http://m2/?token=hunter2"] }', 'url', 'has a query'],
    ['{ url: "http://m", username: u }', 'password', 'is missing'],
  ])('%s is a fault of %s', (metrics, key, message) => {
    const faults = faultsOf(withMetrics(metrics));
    const expected = { key: `flows[0].metrics.${key}`, message: expect.stringContaining(message) };
    expect(faults).toEqual([expect.objectContaining(expected)]);
    expect(JSON.stringify(faults)).not.toContain('hunter2');
  });
});

describe('a tidemark.yaml on top of an mm2.properties', () => {
  beforeAll(() => {
    const lines = [
      'clusters=A,B',
      'A.bootstrap.servers=a:1',
      'B.bootstrap.servers=b:1',
      'A->B.enabled=true',
      'A->B.topics=t1,t2',
      'A.security.protocol=SSL',
      'A.ssl.truststore.location=nowhere.jks',
    ];
    writeFileSync(join(folder, 'mm2.properties'), lines.join('\n'));
  });

  test('takes its clusters and flows over; what it says itself wins, also over what cannot be read there', () => {
    const { config } = load(
      'mm2: mm2.properties\nclusters: { A: { tls: true, bootstrapServers: proxy:2 } }\nflows: [{ flow: A->B, groups: [g] }]\n',
    );
    expect(config.clusters.get('A')).toMatchObject({ bootstrapServers: ['proxy:2'], tls: { verifyHostname: true } });
    expect(config.clusters.get('B')).toMatchObject({ bootstrapServers: ['b:1'] });
    expect(config.flows).toEqual([expect.objectContaining({ topics: ['t1', 't2'], groups: ['g'] })]);
  });

  test('faults of both files are reported together, each with its own file', () => {
    const faults = faultsOf('mm2: mm2.properties\nclusters: { AA: {} }\nflows: [{ flow: B->A }]\n');
    expect(faults.map(({ file, key }) => [file.split('/').at(-1), key])).toEqual([
      ['mm2.properties', 'A.ssl.truststore.location'],
      ['tidemark.yaml', 'clusters.AA'],
      ['tidemark.yaml', 'flows[0].flow'],
    ]);
  });
});

test('docs/configuration.md documents every key of the schema', () => {
  const text = readFileSync(new URL('../../../../docs/configuration.md', import.meta.url), 'utf8');
  const keys = new Set<string>();
  const collect = (node: unknown): void => {
    if (node === null || typeof node !== 'object') return;
    for (const [name, child] of Object.entries(node)) {
      if (name === 'properties') for (const key of Object.keys(child as object)) keys.add(key);
      collect(child);
    }
  };
  collect(z.toJSONSchema(tidemarkYaml, { io: 'input' }));
  expect(keys.size).toBeGreaterThan(40);
  expect([...keys].filter((key) => !text.includes(`\`${key}\``) && !text.includes(`{ ${key}:`))).toEqual([]);
});
