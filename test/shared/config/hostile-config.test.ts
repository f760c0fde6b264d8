import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { ConfigurationError } from '../../../shared/config/configuration-error.ts';
import { pemBlocks } from '../../../shared/config/connection/pem.ts';
import type { ConfigDraft } from '../../../shared/config/draft/draft.ts';
import { renderDraft } from '../../../shared/config/draft/draft-yaml.ts';
import { draftFromMm2Properties } from '../../../shared/config/draft/mm2-draft.ts';
import { type LoadedConfig, loadMm2Properties } from '../../../shared/config/mm2/mm2-properties.ts';
import { draftFromStrimzi } from '../../../shared/config/strimzi/strimzi.ts';
import { isStrimziMirrorMaker2 } from '../../../shared/config/strimzi/strimzi-kind.ts';
import { loadTidemarkYaml } from '../../../shared/config/yaml/tidemark-yaml.ts';
import { withoutHidden } from '../../../shared/domain/model/hidden-characters.ts';

const GOOD = 'clusters=A,B\nA.bootstrap.servers=a:1\nB.bootstrap.servers=b:1\nA->B.enabled=true\n';
/** The same without servers for A, for what stands behind it. */
const SERVERS = GOOD.replace('A.bootstrap.servers=a:1\n', '').concat('A.bootstrap.servers=');
const YAML = 'clusters:\n  A: { bootstrapServers: "a:1" }\n  B: { bootstrapServers: "b:1" }\nflows:\n  - flow: A->B\n';
const STRIMZI = `kind: KafkaMirrorMaker2
spec:
  clusters: [{ alias: A, bootstrapServers: "a:1" }, { alias: B, bootstrapServers: "b:1" }]
  mirrors: [{ sourceCluster: A, targetCluster: B, sourceConnector: {} }]
`;
/** Each took minutes, the memory, or the process. A loaded machine may take some seconds. */
const SOON_MS = 30_000;

let folder: string;
let files = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-hostile-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function written(text: string | Buffer, suffix: string): string {
  const file = join(folder, `${files++}${suffix}`);
  writeFileSync(file, text);
  return file;
}

const mm2 = (text: string | Buffer, environment = {}): LoadedConfig =>
  loadMm2Properties(written(text, '.properties'), environment);
const yaml = (text: string | Buffer, environment = {}): LoadedConfig =>
  loadTidemarkYaml(written(text, '.yaml'), environment);
const strimzi = (text: string | Buffer): ConfigDraft => draftFromStrimzi(written(text, '.yaml'));

/** What is wrong, told within the time; a configuration that is taken has no faults. */
function faultsOf(
  load: () => unknown,
): readonly { key: string; message: string; remedy: string; line: number | null }[] {
  const began = Date.now();
  try {
    load();
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults;
    throw error;
  } finally {
    expect(Date.now() - began).toBeLessThan(SOON_MS);
  }
}

describe('an mm2.properties that means harm', () => {
  const open = '$' + '{a:';
  test.each([1_000, 100_000])('%i references without an end', (count) => {
    for (const value of [open.repeat(count), `${open.repeat(count)}}`, open.replace(':', '').repeat(count)]) {
      expect(faultsOf(() => mm2(`${GOOD}A.ssl.truststore.location=${value}\nA.security.protocol=SSL\n`))).toHaveLength(
        1,
      );
    }
  });

  test('references that give more than a value may have, and more of them than a value may have', () => {
    const large = written('x'.repeat(200_000), '.txt');
    const reference = (name: string): string => ['$', `{dir:${folder}:${name}}`].join('');
    const name = large.slice(folder.length + 1);
    const [long] = faultsOf(() => mm2(`${SERVERS}${reference(name).repeat(10)}\n`));
    expect(long).toMatchObject({
      key: 'A.bootstrap.servers',
      message: expect.stringContaining('is longer than'),
      line: 4,
    });
    const short = written('x', '.txt').slice(folder.length + 1);
    const [many] = faultsOf(() => mm2(`${SERVERS}${reference(short).repeat(101)}\n`));
    expect(many).toMatchObject({ key: 'A.bootstrap.servers', message: expect.stringContaining('100 references') });
    expect(faultsOf(() => mm2(`${SERVERS}${reference(short).repeat(100)}:1\n`))).toEqual([]);
  });

  test.each([
    ['3 MiB', `${GOOD}x=${'y'.repeat(3 * 1024 * 1024)}`, 'more than 2 MiB'],
    ['a value of more than 1 MiB', `${GOOD}topics=${'t,'.repeat(600_000)}`, 'characters long'],
    ['a key of 2,000 characters', `${GOOD}${'k'.repeat(2_000)}=v`, 'has 2000 characters'],
    [
      '100,000 keys',
      GOOD + Array.from({ length: 100_000 }, (_, i) => `${i}=\n`).join(''),
      'settings; the limit is 20000',
    ],
    [
      '10,000 clusters',
      GOOD.replace('A,B', Array.from({ length: 10_000 }, (_, i) => `A${i}`).join()),
      '10000 clusters',
    ],
  ])('%s', (_, text, message) => {
    const [first, ...others] = faultsOf(() => mm2(text));
    expect(first).toMatchObject({ message: expect.stringContaining(message), remedy: expect.stringMatching(/./) });
    expect(others).toEqual([]);
  });

  test('a file without end', () => {
    expect(faultsOf(() => loadMm2Properties('/dev/zero', {}))).toMatchObject([
      { message: expect.stringContaining('2 MiB') },
    ]);
    const [fault] = faultsOf(() => mm2(`${SERVERS}$\{file:/dev/zero:x}\n`));
    expect(fault).toMatchObject({ key: 'A.bootstrap.servers', message: expect.stringContaining('2 MiB') });
  });

  test.each([
    ['blanks', `${GOOD}A->B.topics=a${' '.repeat(500_000)}b\n`],
    [
      'a Region nowhere',
      `${GOOD}A.security.protocol=SASL_SSL\nA.sasl.mechanism=OAUTHBEARER\nA.sasl.login.callback.handler.class=${'aws '.repeat(100_000)}\n`,
    ],
    ['a key of arrows', `${GOOD}${'->'.repeat(499)}=x\n`],
    [
      'a URL of percent signs',
      `${GOOD}A.security.protocol=SASL_SSL\nA.sasl.mechanism=OAUTHBEARER\nA.sasl.oauthbearer.token.endpoint.url=file:///%zz\n`,
    ],
    [
      'a line of comments in JAAS',
      `${GOOD}A.security.protocol=SASL_SSL\nA.sasl.mechanism=PLAIN\nA.sasl.jaas.config=${'/* '.repeat(100_000)}\n`,
    ],
  ])('%s without end', (_, text) => {
    expect(faultsOf(() => mm2(text)).length).toBeLessThan(3);
  });

  test('10,000 slips are told up to two hundred, and how many more there are', () => {
    const slips = Array.from({ length: 10_000 }, (_, i) => `A->C${i}.enabled=true\n`).join('');
    const { warnings } = mm2(GOOD + slips);
    expect(warnings).toHaveLength(201);
    expect(warnings.at(-1)?.message).toBe('and 9800 more');
  });

  test('names of JavaScript are names', () => {
    const names = GOOD.replaceAll('A', '__proto__').replaceAll('B', 'constructor');
    const { config } = mm2(`${names}__proto__=x\nconstructor=y\ntoString.x=z\n`);
    expect([...config.clusters.keys()]).toEqual(['__proto__', 'constructor']);
    expect(config.flows.map(({ source, target }) => [source, target])).toEqual([['__proto__', 'constructor']]);
    expect(Object.keys({})).toEqual([]);
    expect(({} as Record<string, unknown>).bootstrapServers).toBeUndefined();
  });

  test('a variable or a provider that only every object has is not there', () => {
    const reference = (text: string): string => `${SERVERS}$\{${text}}\n`;
    for (const name of ['constructor', '__proto__', 'toString']) {
      const [fault] = faultsOf(() => mm2(reference(`env:${name}`)));
      expect(fault).toMatchObject({ message: `the environment variable ${name} is not set` });
      expect(faultsOf(() => mm2(reference(`${name}:/etc:hostname`)))).toMatchObject([
        { message: `"$\{${name}:/etc:hostname}" is not host:port` },
      ]);
    }
  });

  test('NUL, a byte order mark and carriage returns', () => {
    expect(mm2(GOOD.replaceAll('\n', '\r\n')).config.flows).toHaveLength(1);
    expect(faultsOf(() => mm2(GOOD.replace('a:1', 'a\0:1')))).toMatchObject([{ key: 'A.bootstrap.servers' }]);
    expect(faultsOf(() => mm2(`${GOOD}A.ssl.truststore.location=/x\0y\nA.security.protocol=SSL\n`))).toHaveLength(1);
    // Java reads the mark as part of the first key.
    expect(faultsOf(() => mm2(`\ufeff${GOOD}`))).toMatchObject([
      { key: 'clusters', message: expect.stringContaining('is missing: the file is in UTF-8 with a byte order mark') },
    ]);
    expect(mm2(`\ufeff# of another editor\n${GOOD}`).config.flows).toHaveLength(1);
  });

  test.each([
    ['little-endian with a mark', '\ufeff', false, 'UTF-16 (little-endian)'],
    ['big-endian with a mark', '\ufeff', true, 'UTF-16 (big-endian)'],
    ['little-endian', '', false, 'NUL bytes, as in UTF-16'],
    ['big-endian', '', true, 'NUL bytes, as in UTF-16'],
  ])('UTF-16, %s, is named', (_, mark, isBigEndian, named) => {
    for (const comment of ['', '# flows of the shop\r\n']) {
      const bytes = Buffer.from(`${mark}${comment}${GOOD}`, 'utf16le');
      const saved = isBigEndian ? bytes.swap16() : bytes;
      expect(faultsOf(() => mm2(saved))).toMatchObject([
        { key: 'clusters', message: expect.stringContaining(named), remedy: expect.stringContaining('ISO-8859-1') },
      ]);
    }
  });

  test('what is drafted from it is what it says, and nothing of a name becomes a key', () => {
    const name = 'x\\nclusters: {}\\n# \\u001b[2J';
    const text = `${GOOD}A.security.protocol=SSL\nA.ssl.truststore.location=${name}.jks\nA->B.topics=a\\nb: c,\\u202ed\n${name}.enabled=true\nA->C.${name}=1\n`;
    const draft = draftFromMm2Properties(written(text, '.properties'));
    const rendered = renderDraft({ ...draft, from: 'a\nflows: []\n' });
    expect(withoutHidden(rendered.replaceAll('\n', ''))).toBe(rendered.replaceAll('\n', ''));
    expect(parse(rendered)).toMatchObject({
      clusters: { A: { bootstrapServers: ['a:1'] }, B: { bootstrapServers: ['b:1'] } },
      flows: [{ flow: 'A->B', topics: ['a\nb: c', '\u202ed'] }],
    });
  });
});

describe('a YAML file that means harm', () => {
  const laughs = (levels: number): string => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x]'];
    for (let i = 1; i < levels; i++)
      lines.push(
        `a${i}: &a${i} [${Array<string>(9)
          .fill(`*a${i - 1}`)
          .join()}]`,
      );
    return `${lines.join('\n')}\n`;
  };
  const deep: readonly (readonly [string, string])[] = [
    ['lists in lists', `a: ${'['.repeat(100_000)}`],
    ['lists in lists that close', `a: ${'['.repeat(5_000)}${']'.repeat(5_000)}`],
    ['maps in maps', '{a: '.repeat(50_000)],
    ['dashes', `${'- '.repeat(100_000)}a`],
    ['question marks', `${'? '.repeat(50_000)}a`],
    ['indentation', Array.from({ length: 1_500 }, (_, i) => `${' '.repeat(i)}a:\n`).join('')],
    ['documents', '---\na: 1\n'.repeat(50_000)],
    ['lines', 'a:\n  - b\n'.repeat(200_000)],
  ];

  test.each(deep)('%s without end', (_, text) => {
    for (const load of [yaml, strimzi]) {
      const [first, ...others] = faultsOf(() => load(text));
      expect(first).toMatchObject({
        message: expect.stringMatching(/^(has|nests) more than/),
        remedy: expect.any(String),
      });
      expect(others).toEqual([]);
    }
  });

  test.each([
    ['aliases of aliases', laughs(12)],
    ['an alias of nothing', 'clusters: *nowhere\n'],
  ])('%s', (_, text) => {
    for (const load of [yaml, strimzi]) {
      expect(faultsOf(() => load(text))).toMatchObject([{ message: expect.stringMatching(/alias/i) }]);
    }
  });

  test('a map that is a part of itself is a wrong map', () => {
    for (const load of [yaml, strimzi]) expect(faultsOf(() => load('clusters: &a { A: *a }\n'))).toHaveLength(1);
  });

  test('aliases as people write them are fine', () => {
    const flows = Array.from({ length: 200 }, () => '  - { flow: A->B, topics: *t }\n').join('');
    const faults = faultsOf(() =>
      yaml(YAML.replace('flows:\n', `flows:\n  - { flow: A->B, topics: &t [a, b] }\n${flows}`)),
    );
    expect(new Set(faults.map(({ message }) => message))).toEqual(new Set(['A->B is listed twice', 'and 1 more']));
  });

  test.each([
    ['3 MiB', YAML + '# '.repeat(1_600_000), 'more than 2 MiB'],
    ['UTF-16, as some shells write it', Buffer.from(`\ufeff${YAML}`, 'utf16le'), 'is not UTF-8 text'],
    ['bytes of no text', Buffer.concat([Buffer.from(YAML), Buffer.from([0xc3, 0x28])]), 'is not UTF-8 text'],
  ])('%s', (_, text, message) => {
    for (const load of [yaml, strimzi]) {
      expect(faultsOf(() => load(text))).toMatchObject([{ message: expect.stringContaining(message) }]);
    }
  });

  test('10,000 unknown keys, and as many wrong clusters, are told up to two hundred', () => {
    const unknown = Array.from({ length: 10_000 }, (_, i) => `k${i}: 1\n`).join('');
    const wrong = Array.from({ length: 10_000 }, (_, i) => `  C${i}: 1\n`).join('');
    for (const text of [YAML + unknown, YAML.replace('flows:', `${wrong}flows:`)]) {
      const faults = faultsOf(() => yaml(text));
      expect(faults.length).toBeGreaterThanOrEqual(200);
      expect(faults.length).toBeLessThanOrEqual(201);
    }
  });

  test('a key twice is a fault with its line, and quick to find', () => {
    const many = Array.from({ length: 20_000 }, (_, i) => `k${i}: 1\n`).join('');
    expect(faultsOf(() => yaml(`${many}k7: 2\n`))).toMatchObject([
      { line: 20_001, message: expect.stringContaining('unique') },
    ]);
  });

  test('a byte order mark, carriage returns and NUL', () => {
    expect(yaml(`\ufeff${YAML}`).config.flows).toHaveLength(1);
    expect(yaml(YAML.replaceAll('\n', '\r\n')).config.flows).toHaveLength(1);
    expect(strimzi(STRIMZI.replaceAll('\n', '\r\n')).flows).toHaveLength(1);
    expect(faultsOf(() => yaml(YAML.replace('a:1', 'a\\0:1')))).toHaveLength(1);
    expect(faultsOf(() => yaml(`${YAML}mm2: "x\\0y"\n`)).length).toBeGreaterThan(0);
  });

  test('names of JavaScript are names, and change no object', () => {
    for (const name of ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty']) {
      const named = YAML.replaceAll('A', name);
      const faults = faultsOf(() => yaml(named));
      // zod leaves out a cluster of the first name: the flow says that there is none.
      expect(faults.map(({ message }) => message)).toEqual(
        name === '__proto__' ? [expect.stringContaining('"__proto__" is not a cluster')] : [],
      );
      expect(faultsOf(() => yaml(`${YAML}${name}: { polluted: 1 }\n`))).toMatchObject([{ key: name }]);
      const flow = STRIMZI.replaceAll('A,', `${name},`);
      expect(strimzi(flow).flows.map(({ source }) => source)).toEqual([name]);
      const configured = STRIMZI.replace('sourceConnector: {}', `sourceConnector: { ${name}: { config: 1 } }`);
      expect(strimzi(configured).flows).toHaveLength(1);
    }
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(({} as Record<string, unknown>).config).toBeUndefined();
  });

  test('a line of blanks is looked through once', () => {
    const began = Date.now();
    expect(isStrimziMirrorMaker2('\n'.repeat(500_000))).toBe(false);
    expect(isStrimziMirrorMaker2(`${'\n'.repeat(500_000)} kind: "KafkaMirrorMaker2" # v1\r\n`)).toBe(true);
    expect(Date.now() - began).toBeLessThan(SOON_MS);
  });

  test('names of Secrets are quoted in the commands that fetch them', () => {
    const name = "x'; touch f; echo '";
    const text = STRIMZI.replace(
      'bootstrapServers: "a:1" }',
      `bootstrapServers: "a:1", authentication: { type: plain, username: u, passwordSecret: { secretName: "${name}", password: "${name}" } } }`,
    );
    const note = strimzi(text)
      .notes.map(({ message }) => message)
      .find((message) => message.includes('kubectl'));
    expect(note).toContain(
      "kubectl get secret 'x'\\''; touch f; echo '\\''' -o 'jsonpath={.data.x'\\''; touch f; echo '\\''}'",
    );
  });
});

test('PEM marks without end are looked through once', () => {
  const began = Date.now();
  const begins = '-----BEGIN CERTIFICATE-----\n'.repeat(70_000);
  expect(pemBlocks(begins)).toEqual({ certificates: null, key: null });
  const block = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----';
  const key = '-----BEGIN EC PRIVATE KEY-----\nBBBB\n-----END EC PRIVATE KEY-----';
  expect(pemBlocks(`${begins}${block}\n${key}\n${block}`)).toEqual({
    certificates: `${block}\n${block}\n`,
    key: `${key}\n`,
  });
  expect(Date.now() - began).toBeLessThan(SOON_MS);
});
