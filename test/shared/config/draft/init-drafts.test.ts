import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ConfigurationError } from '../../../../shared/config/configuration-error.ts';
import { renderDraft } from '../../../../shared/config/draft/draft-yaml.ts';
import { draftFromMm2Properties } from '../../../../shared/config/draft/mm2-draft.ts';
import { loadMm2Properties } from '../../../../shared/config/mm2/mm2-properties.ts';
import { draftFromStrimzi } from '../../../../shared/config/strimzi/strimzi.ts';
import { loadTidemarkYaml } from '../../../../shared/config/yaml/tidemark-yaml.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-init-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const MM2 = `clusters = A, B
A.bootstrap.servers = a:9092
B.bootstrap.servers = b1:9092, b2:9092
A.security.protocol = SASL_PLAINTEXT
A.sasl.mechanism = PLAIN
A.sasl.jaas.config = org.apache.kafka.common.security.plain.PlainLoginModule required username="bob" password="hunter2";
B.security.protocol = SSL
B.ssl.endpoint.identification.algorithm =
B.offset.flush.interval.ms = 2000
B.exactly.once.source.support = enabled
A.consumer.isolation.level = read_committed
A->B.enabled = true
A->B.topics = orders.*, it's \\"odd\\": [x]
A->B.replication.policy.class = org.apache.kafka.connect.mirror.IdentityReplicationPolicy
A->B.refresh.topics.enabled = false
B->A.enabled = true
replication.policy.separator = _
sync.group.offsets.enabled = true
`;

describe('tidemark init from an mm2.properties', () => {
  test('the printed tidemark.yaml means the same as the file it was made from', () => {
    const source = file('mm2.properties', MM2);
    const written = file('drafted.yaml', renderDraft(draftFromMm2Properties(source)));
    const { config } = loadTidemarkYaml(written, { A_SASL_PASSWORD: 'hunter2' });
    const original = loadMm2Properties(source, {}).config;
    expect(config.flows).toEqual(original.flows);
    expect(config.policy).toEqual(original.policy);
    expect([...config.clusters]).toEqual([...original.clusters]);
  });

  test('no secret is copied: a reference stands in its place, and a note says so', () => {
    const draft = draftFromMm2Properties(file('mm2.properties', MM2));
    const text = renderDraft(draft);
    expect(text).not.toContain('hunter2');
    expect(text).toContain('env: A_SASL_PASSWORD');
    expect(draft.notes).toEqual([expect.objectContaining({ key: 'A.sasl.jaas.config', line: 6 })]);
    expect(text).toContain('# ');
  });

  test('a reference to the environment stays one; so does a Java store, and its password becomes one', () => {
    const reference = (to: string): string => `\${${to}}`;
    const lines = MM2.replace('"hunter2"', `"${reference('env:PW')}"`).concat(
      'B.ssl.truststore.location=/x/trust.jks\nB.ssl.truststore.password=hunter2\n',
    );
    const draft = draftFromMm2Properties(file('mm2.properties', lines));
    expect(draft.clusters.get('A')?.sasl).toMatchObject({ password: { env: 'PW' } });
    const password = { env: 'B_TLS_TRUSTSTORE_PASSWORD' };
    expect(draft.clusters.get('B')?.tls).toEqual({
      truststore: { file: '/x/trust.jks', password },
      verifyHostname: false,
    });
    expect(draft.notes).toEqual([
      expect.objectContaining({ key: 'B.ssl.truststore.password', message: expect.stringContaining(password.env) }),
    ]);
  });
});

test('a draft is written without anchors, although certificate and key are in one file', () => {
  const text = renderDraft(
    draftFromMm2Properties(file('mm2.properties', `${MM2}B.ssl.keystore.location=/x/client.pem\n`)),
  );
  expect(text.match(/file: \/x\/client\.pem/g)).toHaveLength(2);
  expect(text).not.toMatch(/: [&*]\w/);
});

const V1 = `apiVersion: kafka.strimzi.io/v1
kind: KafkaMirrorMaker2
metadata: { name: dr }
spec:
  target:
    alias: cluster-b
    bootstrapServers: b.example.com:9093
    groupId: g
    configStorageTopic: c
    offsetStorageTopic: dr-offsets
    statusStorageTopic: s
    tls:
      trustedCertificates:
        - { secretName: b-ca, pattern: "*.crt" }
    authentication: { type: scram-sha-512, username: bob, passwordSecret: { secretName: bob-secret, password: pw } }
    config: { offset.flush.interval.ms: 5000 }
  mirrors:
    - source:
        alias: cluster-a
        bootstrapServers: a-kafka-bootstrap:9092
      sourceConnector:
        config:
          replication.policy.class: org.apache.kafka.connect.mirror.IdentityReplicationPolicy
          offset-syncs.topic.location: target
          consumer.isolation.level: read_committed
          offset.lag.max: 10
      checkpointConnector:
        config:
          sync.group.offsets.enabled: "true"
          refresh.groups.interval.seconds: 30
      topicsPattern: "orders, pay.*"
      groupsExcludePattern: "x"
`;

const V1BETA2 = `apiVersion: kafka.strimzi.io/v1beta2
kind: KafkaMirrorMaker2
metadata: { name: dr }
spec:
  connectCluster: B
  clusters:
    - { alias: A, bootstrapServers: "a.example.com:9092" }
    - { alias: B, bootstrapServers: "b.example.com:9092", config: { offset.storage.topic: given } }
  mirrors:
    - { sourceCluster: A, targetCluster: B, sourceConnector: {}, topicsBlacklistPattern: no.* }
---
apiVersion: kafka.strimzi.io/v1beta2
kind: KafkaMirrorMaker2
metadata: { name: back }
spec:
  connectCluster: A
  clusters:
    - { alias: A, bootstrapServers: "a.example.com:9092" }
    - { alias: B, bootstrapServers: "b.example.com:9092" }
  mirrors:
    - sourceCluster: B
      targetCluster: A
      sourceConnector: {}
      checkpointConnector: {}
      heartbeatConnector: { config: { emit.heartbeats.interval.seconds: 4 } }
`;

describe("tidemark init from Strimzi's KafkaMirrorMaker2", () => {
  test('v1: patterns, connectors and the Connect cluster of the target become a flow', () => {
    const [flow] = draftFromStrimzi(file('v1.yaml', V1)).flows;
    expect(flow).toMatchObject({
      source: 'cluster-a',
      target: 'cluster-b',
      policy: { kind: 'identity' },
      topics: ['orders', 'pay.*'],
      groupsExclude: ['x'],
      offsetSyncsLocation: 'target',
      offsetLagMax: 10,
      offsetFlushIntervalMs: 5_000,
      isolationLevel: 'read_committed',
      syncGroupOffsets: { enabled: true },
      refreshGroupsIntervalMs: 30_000,
      emitHeartbeats: { enabled: false },
      connectOffsets: { cluster: 'target', topic: 'dr-offsets' },
    });
  });

  test('v1: secrets become references, each with the command that fetches it, and disagreements are noted', () => {
    const draft = draftFromStrimzi(file('v1.yaml', V1));
    expect(draft.clusters.get('cluster-b')).toEqual({
      bootstrapServers: ['b.example.com:9093'],
      tls: { ca: { file: 'cluster-b-ca.pem' } },
      sasl: { mechanism: 'SCRAM-SHA-512', username: 'bob', password: { env: 'CLUSTER_B_SASL_PASSWORD' } },
    });
    const notes = draft.notes.map((note) => `${note.key}: ${note.message}`).join('\n');
    expect(notes).toContain('kubectl get secret bob-secret');
    expect(notes).toContain('kubectl get secret b-ca');
    expect(notes).toContain('a-kafka-bootstrap:9092 resolves only inside');
    expect(notes).toContain('its replication policy differs from the source connector’s');
    expect(notes).toContain('offset-syncs.topic.location is source here and target');
    for (const note of draft.notes) expect(note.line).toEqual(expect.any(Number));
  });

  test('type custom: a reference of Strimzi’s provider of Secrets becomes the command that fetches it', () => {
    const login = (password: string): string =>
      `org.apache.kafka.common.security.plain.PlainLoginModule required username=u password="${password}";`;
    const custom = `{ type: custom, sasl: true, config: { sasl.mechanism: PLAIN, sasl.jaas.config: '${login('$'.concat('{secrets:apps/login:pass.word}'))}' } }`;
    const text = V1.replace(/authentication: \{.*\}/, `authentication: ${custom}`);
    const draft = draftFromStrimzi(file('custom.yaml', text));
    expect(draft.clusters.get('cluster-b')?.sasl).toEqual({
      mechanism: 'PLAIN',
      username: 'u',
      password: { env: 'CLUSTER_B_SASL_PASSWORD' },
    });
    expect(draft.notes.map(({ message }) => message)).toContain(
      'secrets are not copied: set the environment variable CLUSTER_B_SASL_PASSWORD: export CLUSTER_B_SASL_PASSWORD=' +
        `"$(kubectl get --namespace apps secret login -o 'jsonpath={.data.pass\\.word}' | base64 -d)"`,
    );
  });

  test.each(['source.admin.security.protocol', 'target.admin.sasl.mechanism', 'admin.ssl.truststore.location'])(
    'GIVEN a connector has %s of its own THEN a note says which cluster it belongs to',
    (name) => {
      const draft = draftFromStrimzi(file('own.yaml', V1.replace('offset.lag.max: 10', `${name}: x`)));
      const alias = name.startsWith('target') ? 'cluster-b' : 'cluster-a';
      expect(draft.notes).toContainEqual(
        expect.objectContaining({ message: expect.stringContaining(`set clusters.${alias}`), line: 26 }),
      );
    },
  );

  test('v1beta2: several resources, the Connect cluster’s offset topic given or by default, and heartbeats', () => {
    const { flows } = draftFromStrimzi(file('beta.yaml', V1BETA2));
    expect(flows).toEqual([
      expect.objectContaining({
        source: 'A',
        target: 'B',
        topicsExclude: ['no.*'],
        emitCheckpoints: { enabled: false, intervalMs: 60_000 },
        connectOffsets: { cluster: 'target', topic: 'given' },
        // B->A's heartbeat connector writes them on A.
        emitHeartbeats: { enabled: true, intervalMs: 4_000 },
      }),
      expect.objectContaining({
        source: 'B',
        target: 'A',
        emitCheckpoints: { enabled: true, intervalMs: 60_000 },
        connectOffsets: { cluster: 'target', topic: 'mirrormaker2-cluster-offsets' },
        emitHeartbeats: { enabled: false, intervalMs: 1_000 },
      }),
    ]);
  });

  test('the printed tidemark.yaml loads once its secrets are there', () => {
    const draft = draftFromStrimzi(file('v1.yaml', V1));
    file('cluster-b-ca.pem', '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n');
    const written = file('strimzi-drafted.yaml', renderDraft(draft));
    const { config } = loadTidemarkYaml(written, { CLUSTER_B_SASL_PASSWORD: 'x' });
    expect(config.flows).toEqual(draft.flows);
  });

  test.each([
    ['kind: Kafka\n', 'no KafkaMirrorMaker2'],
    [V1.replace('alias: cluster-a\n', 'name: cluster-a\n'), 'is missing'],
    [V1BETA2.replace('sourceCluster: A', 'sourceCluster: C'), '"C" is not a cluster'],
    [V1.replace('offset.lag.max: 10', 'offset.lag.max: ten'), 'is not a whole number'],
    ['kind: KafkaMirrorMaker2\n  x: {', 'not valid YAML'],
  ])('case %#: a fault, not a guess', (text, message) => {
    expect(() => draftFromStrimzi(file('bad.yaml', text))).toThrow(ConfigurationError);
    try {
      draftFromStrimzi(file('bad.yaml', text));
    } catch (error) {
      expect(error).toMatchObject({
        faults: expect.arrayContaining([expect.objectContaining({ message: expect.stringContaining(message) })]),
      });
    }
  });
});
