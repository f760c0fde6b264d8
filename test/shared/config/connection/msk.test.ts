import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ConfigurationError } from '../../../../shared/config/configuration-error.ts';
import { renderDraft } from '../../../../shared/config/draft/draft-yaml.ts';
import { draftFromMm2Properties } from '../../../../shared/config/draft/mm2-draft.ts';
import { type LoadedConfig, loadMm2Properties } from '../../../../shared/config/mm2/mm2-properties.ts';
import { loadTidemarkYaml } from '../../../../shared/config/yaml/tidemark-yaml.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-msk-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ROLE = 'arn:aws:iam::123456789012:role/mm2/reader';

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** A login of aws-msk-iam-auth: its own mechanism, or its callback handler of OAUTHBEARER. */
function properties(kind: 'own' | 'callback', options: string): string {
  const lines = [
    'clusters=A, B',
    'A.bootstrap.servers=b-1.x.c2.kafka.eu-west-1.amazonaws.com:9098',
    'B.bootstrap.servers=b:9092',
    'A->B.enabled=true',
    'A.security.protocol=SASL_SSL',
  ];
  const login =
    kind === 'own'
      ? [
          'A.sasl.mechanism=AWS_MSK_IAM',
          `A.sasl.jaas.config=software.amazon.msk.auth.iam.IAMLoginModule required ${options};`,
          'A.sasl.client.callback.handler.class=software.amazon.msk.auth.iam.IAMClientCallbackHandler',
        ]
      : [
          'A.sasl.mechanism=OAUTHBEARER',
          `A.sasl.jaas.config=org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required ${options};`,
          'A.sasl.login.callback.handler.class=software.amazon.msk.auth.iam.IAMOAuthBearerLoginCallbackHandler',
        ];
  return [...lines, ...login].join('\n');
}

const fromYaml = (sasl: string): LoadedConfig =>
  loadTidemarkYaml(
    file(
      'tidemark.yaml',
      `clusters:\n  A: { bootstrapServers: a:9098, sasl: { mechanism: AWS_MSK_IAM, region: eu-west-1, ${sasl} } }\n  B: { bootstrapServers: b:9092 }\nflows: [{ flow: A->B }]\n`,
    ),
    {},
  );

const identityIn = ({ config }: LoadedConfig): unknown => {
  const sasl = config.clusters.get('A')?.sasl;
  return sasl?.kind === 'aws-iam' ? sasl.identity : 'no MSK login';
};

function faultsOf(load: () => unknown) {
  try {
    load();
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults;
    throw error;
  }
  throw new Error('it loaded');
}

describe('the AWS identity that signs in to MSK', () => {
  const cases = [
    ['', '', undefined],
    [`awsRoleArn="${ROLE}"`, `roleArn: "${ROLE}"`, { kind: 'role', roleArn: ROLE }],
    [
      `awsRoleArn="${ROLE}" awsRoleSessionName="dr" awsRoleExternalId="x-1" awsStsRegion="eu-west-3"`,
      `roleArn: "${ROLE}", roleSessionName: dr, roleExternalId: x-1, stsRegion: eu-west-3`,
      { kind: 'role', roleArn: ROLE, sessionName: 'dr', externalId: 'x-1', stsRegion: 'eu-west-3' },
    ],
    ['awsProfileName="dr-reader"', 'profile: dr-reader', { kind: 'profile', profile: 'dr-reader' }],
  ] as const;

  test.each(cases)(
    'JAAS options %s are used, in both forms of the login, without a warning',
    (options, _, identity) => {
      for (const kind of ['own', 'callback'] as const) {
        const loaded = loadMm2Properties(file('mm2.properties', properties(kind, options)), {});
        expect(identityIn(loaded)).toEqual(identity);
        expect(loaded.warnings).toEqual([]);
      }
    },
  );

  test.each(cases)('of JAAS options %s, tidemark.yaml has { %s }', (_, sasl, identity) => {
    expect(identityIn(fromYaml(sasl))).toEqual(identity);
  });

  test.each(cases)('init copies JAAS options %s, in both forms of the login', (options, _, identity) => {
    for (const kind of ['own', 'callback'] as const) {
      const draft = draftFromMm2Properties(file('mm2.properties', properties(kind, options)));
      expect(draft.notes).toEqual([]);
      const loaded = loadTidemarkYaml(file('drafted.yaml', renderDraft(draft)), {});
      expect(identityIn(loaded)).toEqual(identity);
      expect(loaded.config.clusters.get('A')?.sasl).toMatchObject({ region: 'eu-west-1' });
    }
  });

  test.each([
    [
      `awsRoleArn="${ROLE}" awsRoleAccessKeyId="hunter1" awsRoleSecretAccessKey="hunter2"`,
      { kind: 'role' },
      'awsRoleAccessKeyId, awsRoleSecretAccessKey is not used',
    ],
    [`awsProfileName="p" awsRoleArn="${ROLE}"`, { kind: 'profile' }, 'takes awsProfileName first'],
  ])('GIVEN %s THEN what is not used is a warning, in init a note, without its value', (options, identity, message) => {
    const path = file('mm2.properties', properties('own', options));
    const loaded = loadMm2Properties(path, {});
    expect(identityIn(loaded)).toMatchObject(identity);
    expect(loaded.warnings).toEqual([expect.objectContaining({ message: expect.stringContaining(message), line: 7 })]);
    const draft = draftFromMm2Properties(path);
    expect(draft.notes).toEqual([expect.objectContaining({ message: expect.stringContaining('is not copied') })]);
    expect(JSON.stringify([loaded.warnings, draft.notes]) + renderDraft(draft)).not.toContain('hunter');
  });

  test.each([
    ['awsRoleArn="hunter2"', 'is not the ARN of a role'],
    [`awsRoleArn=${ROLE}`, 'cannot be parsed'],
  ])('JAAS options %s are a fault', (options, message) => {
    const faults = faultsOf(() => loadMm2Properties(file('mm2.properties', properties('own', options)), {}));
    expect(faults).toEqual([expect.objectContaining({ line: 7, message: expect.stringContaining(message) })]);
    expect(JSON.stringify(faults)).not.toContain('hunter2');
  });

  test.each([
    ['roleArn: reader', 'clusters.A.sasl.roleArn', 'is not the ARN of a role'],
    [`profile: p, roleArn: "${ROLE}"`, 'clusters.A.sasl.profile', 'exclude each other'],
    ['roleSessionName: dr', 'clusters.A.sasl.roleSessionName', 'no effect without roleArn'],
    ['profile: p, stsRegion: eu-west-3', 'clusters.A.sasl.stsRegion', 'no effect without roleArn'],
  ])('in tidemark.yaml, { %s } is a fault of %s', (sasl, key, message) => {
    expect(faultsOf(() => fromYaml(sasl))).toEqual([
      expect.objectContaining({ key, line: 2, message: expect.stringContaining(message) }),
    ]);
  });
});
