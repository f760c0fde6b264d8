import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { configuredFlows } from '../../infra/configuration.ts';
import { secretsInFolder } from '../../infra/deployed-secrets.ts';

const LOGIN = 'org.apache.kafka.common.security.plain.PlainLoginModule required';
const YAML = `clusters: { a: { bootstrapServers: 'a:1' }, b: { bootstrapServers: 'b:1' } }\nflows: [{ flow: a->b }]\n`;

describe('secrets in the folder that is deployed', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tidemark-secrets-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function write(file: string, text: string): void {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }

  test.each([
    ['mm2.properties', 'clusters=a, b\na.ssl.key.password=hunter2\n', 'mm2.properties:2'],
    ['mm2.properties', 'a.ssl.truststore.password: hunter2', 'mm2.properties:1'],
    ['mm2.properties', '# a.ssl.key.password=hunter2\n', 'mm2.properties:1'],
    ['mm2.properties', 'x=1\r\na.producer.sasl.oauthbearer.client.credentials=hunter2', 'mm2.properties:2'],
    ['mm2.properties', `a.producer.sasl.jaas.config=${LOGIN} username="u" password="hunter2";`, 'mm2.properties:1'],
    ['mm2.properties', `a.sasl.jaas.config=${LOGIN} \\\n username="u" \\\n password="hunter2";`, 'mm2.properties:3'],
    ['mm2.properties', "a.sasl.jaas.config=x required clientSecret='hunter2';", 'mm2.properties:1'],
    ['old/kafka_client.jaas', `KafkaClient { ${LOGIN}\n password="hunter2"; };`, 'old/kafka_client.jaas:2'],
    ['notes.md', `sasl.jaas.config=${LOGIN} username="u" password="hunter2";`, 'notes.md (a login'],
    ['key.pem', '-----BEGIN PRIVATE KEY-----\nhunter2\n', 'key.pem (a private key)'],
    ['old.txt', 'x\n-----BEGIN ENCRYPTED PRIVATE KEY-----\nhunter2', 'old.txt (a private key)'],
    ['id', '-----BEGIN OPENSSH PRIVATE KEY-----\nhunter2', 'id (a private key)'],
    ['hook.js', "const key = 'AKIAIOSFODNN7EXAMPLE'; // hunter2", 'hook.js (an access key'],
    ['.env', 'A=hunter2', '.env (a file'],
    ['deep/.env.prod', 'A=hunter2', 'deep/.env.prod (a file'],
    ['keystore.jks', 'hunter2', 'keystore.jks (a key store)'],
    ['client.P12', 'hunter2', 'client.P12 (a key store)'],
  ])('GIVEN %s with %j THEN synthesis refuses it, names the place, and shows no secret', (file, text, place) => {
    write('tidemark.yaml', YAML);
    write(file, text);
    const load = () => configuredFlows({ configFolder: folder, secrets: {} });
    expect(load).toThrow(
      expect.objectContaining({ code: 'SECRET_IN_CONFIGURATION', message: expect.stringContaining(place) }),
    );
    expect(load).not.toThrow(/hunter2|AKIA/);
  });

  test.each([
    ['mm2.properties', `a.ssl.key.password=\${env:KEY_PASSWORD}\na.ssl.truststore.password=\n`],
    ['mm2.properties', `a.sasl.jaas.config=${LOGIN} username="u" password="\${env:PASSWORD}";`],
    ['mm2.properties', 'sasl.oauthbearer.token.endpoint.url=https://idp\nbasic.auth.credentials.source=USER_INFO\n'],
    ['ca.pem', '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n'],
    ['truststore.jks', 'binary'],
    ['hook.js', 'const password = process.env.PASSWORD;\n'],
    ['mirror.yaml', 'authentication: { passwordSecret: { secretName: user, password: user.password } }\n'],
  ])('GIVEN %s with %j THEN there is none', (file, text) => {
    write(file, text);
    expect(secretsInFolder(folder)).toEqual([]);
  });
});
