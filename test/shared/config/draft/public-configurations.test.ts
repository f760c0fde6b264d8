import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { renderDraft } from '../../../../shared/config/draft/draft-yaml.ts';
import { draftFromMm2Properties } from '../../../../shared/config/draft/mm2-draft.ts';
import { loadMm2Properties } from '../../../../shared/config/mm2/mm2-properties.ts';
import { loadStrimzi } from '../../../../shared/config/strimzi/load-strimzi.ts';
import { draftFromStrimzi } from '../../../../shared/config/strimzi/strimzi.ts';
import { isStrimziFile } from '../../../../shared/config/strimzi/strimzi-kind.ts';
import type { TidemarkConfig } from '../../../../shared/config/tidemark-config.ts';
import { loadTidemarkYaml } from '../../../../shared/config/yaml/tidemark-yaml.ts';

/** Forms that public guides and repositories have, with names of our own. Each was refused, or lost its login. */
const PUBLIC: readonly {
  readonly title: string;
  readonly file: string;
  readonly text: string;
  /** Replaces what only the author knows. */
  readonly completed?: readonly [string, string];
  readonly flows: readonly string[];
  /** Of the cluster whose login it is about. */
  readonly login: Readonly<Record<string, unknown>>;
}[] = [
  {
    title: 'every pair is listed, with flows to itself and to a cluster that is gone',
    file: 'all-pairs.properties',
    text: `clusters = east, west
east.bootstrap.servers = east1:9092, east2:9092
west.bootstrap.servers = west1:9092
east->east.enabled = false
east->west.enabled = true
west->east.enabled = false
west->west.enabled = false
east->north.enabled = false
replication.factor = 3
`,
    flows: ['east->west'],
    login: { east: undefined },
  },
  {
    title: 'MSK with a role of another account',
    file: 'msk-role.properties',
    text: `clusters = onprem, msk
onprem.bootstrap.servers = kafka1:9092
msk.bootstrap.servers = b-1.dr.x1.c2.kafka.eu-central-1.amazonaws.com:9098
msk.security.protocol = SASL_SSL
msk.sasl.mechanism = AWS_MSK_IAM
msk.sasl.jaas.config = software.amazon.msk.auth.iam.IAMLoginModule required awsRoleArn="arn:aws:iam::210987654321:role/msk-access" awsRoleSessionName="mm2" awsStsRegion="eu-central-1";
msk.sasl.client.callback.handler.class = software.amazon.msk.auth.iam.IAMClientCallbackHandler
onprem->msk.enabled = true
`,
    flows: ['onprem->msk'],
    login: { msk: { kind: 'aws-iam', region: 'eu-central-1', identity: { kind: 'role', sessionName: 'mm2' } } },
  },
  {
    title: 'MSK over OAUTHBEARER with a profile',
    file: 'msk-profile.properties',
    text: `clusters=a,b
a.bootstrap.servers=boot-1.c3.kafka-serverless.us-east-1.amazonaws.com:9098
b.bootstrap.servers=b:9092
a.security.protocol=SASL_SSL
a.sasl.mechanism=OAUTHBEARER
a.sasl.jaas.config=org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required awsProfileName="mirror";
a.sasl.login.callback.handler.class=software.amazon.msk.auth.iam.IAMOAuthBearerLoginCallbackHandler
a.sasl.client.callback.handler.class=software.amazon.msk.auth.iam.IAMOAuthBearerLoginCallbackHandler
a->b.enabled=true
`,
    flows: ['a->b'],
    login: { a: { kind: 'aws-iam', region: 'us-east-1', identity: { kind: 'profile', profile: 'mirror' } } },
  },
  {
    title: 'the login is that of the clients of the flow',
    file: 'flow-login.properties',
    text: `clusters = src, dst
src.bootstrap.servers = s:9093
dst.bootstrap.servers = d:9092
src->dst.enabled = true
src->dst.source.admin.security.protocol = SASL_PLAINTEXT
src->dst.source.admin.sasl.mechanism = PLAIN
src->dst.source.admin.sasl.jaas.config = org.apache.kafka.common.security.plain.PlainLoginModule required username="mm2" password="hunter2";
src->dst.source.consumer.security.protocol = SASL_PLAINTEXT
`,
    flows: ['src->dst'],
    login: { src: { kind: 'password', mechanism: 'PLAIN', username: 'mm2' } },
  },
  {
    title: 'a replication policy of its own',
    file: 'own-policy.properties',
    text: `clusters = one, two
one.bootstrap.servers = o:9092
two.bootstrap.servers = t:9092
one->two.enabled = true
replication.policy.class = com.example.mirror.PlainNames
`,
    completed: ['kind: template, topic: CHANGE-ME', 'kind: identity'],
    flows: ['one->two'],
    login: { one: undefined },
  },
  {
    title: 'what kubectl prints: a list of resources with their status',
    file: 'kubectl-list.yaml',
    text: `apiVersion: v1
items:
- apiVersion: kafka.strimzi.io/v1beta2
  kind: KafkaMirrorMaker2
  metadata:
    annotations: { note: "kind: something else" }
    name: mm2
    namespace: messaging
    resourceVersion: "1234"
  spec:
    connectCluster: target
    clusters:
    - alias: source
      bootstrapServers: source-kafka-bootstrap.messaging.svc:9092
      authentication:
        type: scram-sha-512
        username: mm2
        passwordSecret:
          secretName: mm2
          password: password
    - alias: target
      bootstrapServers: target-kafka-bootstrap.messaging.svc:9092
    mirrors:
    - sourceCluster: source
      targetCluster: target
      sourceConnector: {}
      checkpointConnector: {}
  status:
    conditions: []
kind: List
metadata:
  resourceVersion: ""
`,
    flows: ['source->target'],
    login: { source: { kind: 'password', mechanism: 'SCRAM-SHA-512', username: 'mm2' } },
  },
  {
    title: 'a resource as JSON, whose custom login is in a Secret that Connect reads',
    file: 'custom-login.json',
    text: JSON.stringify({
      apiVersion: 'kafka.strimzi.io/v1',
      kind: 'KafkaMirrorMaker2',
      metadata: { name: 'mm2', namespace: 'messaging' },
      spec: {
        target: { alias: 'target', bootstrapServers: 'target.example.com:9092', offsetStorageTopic: 'o' },
        mirrors: [
          {
            source: {
              alias: 'source',
              bootstrapServers: 'source.example.com:9093',
              authentication: {
                type: 'custom',
                sasl: true,
                config: {
                  'sasl.mechanism': 'SCRAM-SHA-512',
                  'sasl.jaas.config':
                    'org.apache.kafka.common.security.scram.ScramLoginModule required username="mm2" password="$'.concat(
                      '{secrets:messaging/mm2:password}";',
                    ),
                },
              },
            },
            sourceConnector: {},
          },
        ],
      },
    }),
    flows: ['source->target'],
    login: { source: { kind: 'password', mechanism: 'SCRAM-SHA-512', username: 'mm2' } },
  },
];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-public-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ENVIRONMENT = { SRC_SASL_PASSWORD: 'hunter2', SOURCE_SASL_PASSWORD: 'hunter2' };

function written(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const essence = ({ clusters, flows }: TidemarkConfig) => ({
  clusters: Object.fromEntries(
    [...clusters].map(([alias, { bootstrapServers, tls, sasl }]) => [
      alias,
      { bootstrapServers, tls, sasl, password: sasl?.kind === 'password' ? sasl.password.reveal() : null },
    ]),
  ),
  flows,
});

describe('public configurations', () => {
  test.each(PUBLIC)(
    '$title: init converts it, with its login',
    ({ file, text, completed = ['', ''], flows, login }) => {
      const path = written(file, text);
      const draft = isStrimziFile(path) ? draftFromStrimzi(path) : draftFromMm2Properties(path);
      const yaml = renderDraft(draft);
      expect(yaml).toContain(completed[0]);
      expect(yaml).not.toContain('hunter2');
      const { config } = loadTidemarkYaml(written('tidemark.yaml', yaml.replace(...completed)), ENVIRONMENT);
      expect(config.flows.map(({ source, target }) => `${source}->${target}`)).toEqual(flows);
      for (const [alias, sasl] of Object.entries(login)) {
        if (sasl === undefined) expect(config.clusters.get(alias)?.sasl).toBeUndefined();
        else expect(config.clusters.get(alias)?.sasl).toMatchObject(sasl as object);
      }
    },
  );

  test.each(PUBLIC.filter(({ completed }) => completed === undefined))(
    '$title: an audit runs on it directly, with what init would make of it',
    ({ file, text }) => {
      const path = written(file, text);
      const [draft, direct] = isStrimziFile(path)
        ? [draftFromStrimzi(path), loadStrimzi(path, ENVIRONMENT)]
        : [draftFromMm2Properties(path), loadMm2Properties(path, ENVIRONMENT)];
      const converted = loadTidemarkYaml(written('tidemark.yaml', renderDraft(draft)), ENVIRONMENT);
      expect(essence(direct.config)).toEqual(essence(converted.config));
    },
  );
});
