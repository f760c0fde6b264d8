import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { tidemark } from './tidemark.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-strimzi-'));
  mkdirSync(join(folder, 'bin'));
  // Says what it was asked for, in base64 as a Secret has it; certificates where the key says so.
  const kubectl = `#!/bin/sh
case "$*" in
  *.crt*) printf -- '-----BEGIN CERTIFICATE-----\\n%s\\n-----END CERTIFICATE-----\\n' "$*" ;;
  *.key*) printf -- '-----BEGIN PRIVATE KEY-----\\n%s\\n-----END PRIVATE KEY-----\\n' "$*" ;;
  *) printf '%s' "$*" ;;
esac | base64
`;
  writeFileSync(join(folder, 'bin/kubectl'), kubectl);
  chmodSync(join(folder, 'bin/kubectl'), 0o755);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const OPEN = `apiVersion: kafka.strimzi.io/v1
kind: KafkaMirrorMaker2
metadata: { name: dr, namespace: kafka-dr }
spec:
  target: { alias: B, bootstrapServers: "127.0.0.1:1" }
  mirrors:
    - source: { alias: A, bootstrapServers: "127.0.0.1:1" }
      sourceConnector: {}
`;

const GUARDED = `apiVersion: kafka.strimzi.io/v1
kind: KafkaMirrorMaker2
metadata: { name: dr, namespace: kafka-dr }
spec:
  target:
    alias: B
    bootstrapServers: 127.0.0.1:1
    tls:
      trustedCertificates:
        - { secretName: b-ca, certificate: ca.crt }
        - { secretName: b-old-ca, certificate: ca.crt }
    authentication: { type: scram-sha-512, username: bob, passwordSecret: { secretName: bob-secret, password: pw } }
  mirrors:
    - source:
        alias: A
        bootstrapServers: 127.0.0.1:1
        tls: {}
        authentication: { type: tls, certificateAndKey: { secretName: mm2-user, certificate: user.crt, key: user.key } }
      sourceConnector: {}
`;

const list = (resource: string): string => JSON.stringify({ kind: 'List', items: [parse(resource)] }, null, 2);

describe('a KafkaMirrorMaker2 as the configuration', () => {
  test.each([
    ['audit', '--mm2', 'dr.yaml', OPEN],
    ['doctor', '--mm2', 'dr.yml', OPEN],
    ['translate', '--mm2', 'dr.json', JSON.stringify(parse(OPEN))],
    ['verify', '--mm2', 'list.json', list(OPEN)],
    ['watch', '--mm2', 'without-a-suffix', OPEN],
    ['audit', '--config', 'given-as-ours.yaml', OPEN],
  ])('%s %s %s needs no other file: it goes as far as the brokers', async (verb, option, name, text) => {
    writeFileSync(join(folder, name), text);
    const more = { translate: ['--topic', 't', '--offset', '1'], watch: ['--count', '1'] }[verb] ?? [];
    const { stdout, stderr } = await tidemark([verb, option, name, ...more], { cwd: folder });
    expect(stdout + stderr).toContain('127.0.0.1:1');
    expect(stdout + stderr).toContain('nothing listens');
    expect(stderr).not.toMatch(/faults?$/m);
  });

  test('GIVEN Secrets are missing THEN each fault has the line and a command, and the commands are enough', async () => {
    writeFileSync(join(folder, 'guarded.yaml'), GUARDED);
    const before = await tidemark(['audit', '--mm2', 'guarded.yaml'], { cwd: folder });
    expect(before.code).toBe(2);
    expect(before.stderr.match(/guarded\.yaml:\d+: .*/g)).toEqual([
      'guarded.yaml:10: spec.target.tls.trustedCertificates[0]: there is no file B-ca.pem',
      'guarded.yaml:12: spec.target.authentication.passwordSecret: the environment variable B_SASL_PASSWORD is not set',
      'guarded.yaml:18: spec.mirrors[0].source.authentication.certificateAndKey: there is no file A-client.crt',
      'guarded.yaml:18: spec.mirrors[0].source.authentication.certificateAndKey: there is no file A-client.key',
    ]);
    const commands = before.stderr
      .split('\n')
      .filter((line) => line.startsWith('    → '))
      .flatMap((line) => line.split('; then '))
      .map((line) => line.replace(/^.*?: (?:set .*?: )?(?=kubectl|export)/, ''));
    expect(commands).toHaveLength(5);
    const password = execFileSync('sh', ['-c', `${commands.join('\n')}\nprintf %s "$B_SASL_PASSWORD"`], {
      cwd: folder,
      env: { PATH: [join(folder, 'bin'), process.env.PATH].join(delimiter) },
      encoding: 'utf8',
    });
    expect(password).toBe('get --namespace kafka-dr secret bob-secret -o jsonpath={.data.pw}');
    const authorities = readFileSync(join(folder, 'B-ca.pem'), 'utf8');
    for (const secret of ['b-ca', 'b-old-ca']) {
      expect(authorities).toContain(`get --namespace kafka-dr secret ${secret} -o jsonpath={.data.ca\\.crt}`);
    }
    const after = await tidemark(['audit', '--mm2', 'guarded.yaml'], {
      cwd: folder,
      environment: { B_SASL_PASSWORD: password },
    });
    expect(after.stderr).not.toContain('guarded.yaml: ');
    expect(after.code).toBe(3);
  });

  test('GIVEN it is included by a tidemark.yaml THEN what that sets needs no Secret', async () => {
    writeFileSync(join(folder, 'included.yaml'), GUARDED);
    const ours =
      'mm2: included.yaml\nclusters:\n  A: { tls: false }\n  B: { tls: false, sasl: { mechanism: PLAIN, username: u, password: { env: PW } } }\n';
    writeFileSync(join(folder, 'tidemark.yaml'), ours);
    const ran = await tidemark(['audit'], { cwd: folder, environment: { PW: 'x' } });
    expect(ran.stderr).toContain('nothing listens');
    expect(ran.code).toBe(3);
  });

  test.each([
    [
      OPEN.replace(
        'bootstrapServers: "127.0.0.1:1" }\n      source',
        'bootstrapServers: "127.0.0.1:1", authentication: { type: kerberos } }\n      source',
      ),
      'odd.yaml:7: spec.mirrors[0].source.authentication: authentication type kerberos is not supported',
      'tidemark.js init`, and complete it there',
    ],
    [`${OPEN}---\n${OPEN}`, 'A->B is in this file twice', 'save one resource at a time'],
    [
      `${OPEN}---\n${OPEN.replaceAll('127.0.0.1:1', '127.0.0.1:2').replace('alias: B', 'alias: C')}`,
      'cluster A has other bootstrap servers here',
      'save one resource at a time',
    ],
  ])('case %#: what a tidemark.yaml would have to say is a fault, not a guess', async (text, message, remedy) => {
    writeFileSync(join(folder, 'odd.yaml'), text);
    const { code, stderr } = await tidemark(['audit', '--mm2', 'odd.yaml'], { cwd: folder });
    expect(stderr).toContain(message);
    expect(stderr).toContain(remedy);
    expect(code).toBe(2);
  });
});
