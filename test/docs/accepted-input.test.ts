import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { ConfigurationError, FaultCollector } from '../../shared/config/configuration-error.ts';
import { renderDraft } from '../../shared/config/draft/draft-yaml.ts';
import { draftFromMm2Properties } from '../../shared/config/draft/mm2-draft.ts';
import { loadConfig } from '../../shared/config/load-config.ts';
import { loadMm2Properties } from '../../shared/config/mm2/mm2-properties.ts';
import { readStrimzi } from '../../shared/config/strimzi/load-strimzi.ts';
import { draftFromStrimzi } from '../../shared/config/strimzi/strimzi.ts';
import { makeKeystore } from '../shared/config/connection/keytool.ts';

const TEXT = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8');
const SECTION = TEXT.slice(TEXT.indexOf('## What is accepted'), TEXT.indexOf('## Limits'));

interface Row {
  readonly written: readonly string[];
  readonly says: string;
  readonly expected: string;
}

/** The rows of the table whose header begins with a word. */
function rowsOf(header: string): readonly Row[] {
  const table = SECTION.slice(SECTION.indexOf(`| ${header} |`)).split('\n\n')[0] ?? '';
  return table
    .split('\n')
    .slice(2)
    .map((line) => {
      const [first = '', says = '', last = ''] = line.replace(/^\| | \|$/g, '').split(/ \| ?/);
      const codes = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
      return { written: codes(first), says: says.split(':')[0]?.trim() ?? '', expected: codes(last)[0] ?? '' };
    });
}

let folder: string;
const PEM = ['CERTIFICATE', 'PRIVATE KEY'].map((label) => `-----BEGIN ${label}-----\nAA==\n-----END ${label}-----\n`);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-accepted-'));
  mkdirSync(join(folder, 'secrets'));
  const files = {
    'secrets/pw': 'hunter2',
    token: 'a.b.c',
    'ca.pem': PEM[0] ?? '',
    'client.pem': PEM.join(''),
    'A-ca.pem': PEM[0] ?? '',
    'A-client.crt': PEM[0] ?? '',
    'A-client.key': PEM[1] ?? '',
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  for (const [name, type] of [
    ['store.jks', 'JKS'],
    ['store.p12', 'PKCS12'],
    ['store.jceks', 'JCEKS'],
  ] as const)
    makeKeystore({ file: join(folder, name), type, storePassword: 'changeit' });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const ENVIRONMENT = { PW: 'hunter2', AWS_REGION: 'eu-west-1', A_SASL_PASSWORD: 'hunter2', A_CLIENT_SECRET: 'hunter2' };

/** What the last column says has to be in the tidemark.yaml that `init` makes, in cluster A or the flow. */
function expectDrafted(draft: Parameters<typeof renderDraft>[0], expected: string): void {
  const drafted = parse(renderDraft(draft).replaceAll(`${folder}/`, ''));
  expect({ ...drafted.flows[0], ...drafted.clusters.A }).toMatchObject(parse(expected));
}

function faultsOf(load: () => unknown): ConfigurationError['faults'] {
  try {
    load();
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults;
    throw error;
  }
  return [];
}

describe('in an mm2.properties', () => {
  const rows = rowsOf('lines');
  const base = ['clusters=A, B', 'A.bootstrap.servers=a:9092', 'B.bootstrap.servers=b:9092', 'A->B.enabled=true'];
  const load = (lines: readonly string[]) => loadMm2Properties(file('mm2.properties', lines.join('\n')), ENVIRONMENT);
  const linesOf = ({ written }: Row) => {
    const login = written.some((line) => line.startsWith('A.sasl.'));
    return [...base, ...(login ? ['A.security.protocol=SASL_SSL'] : []), ...written];
  };

  test('has rows of each kind', () => {
    expect(rows.length).toBeGreaterThan(20);
    expect(new Set(rows.map(({ says }) => says))).toEqual(new Set(['used', 'ignored', 'refused']));
  });

  test.each(rows.filter(({ says }) => says === 'used'))('$written: used', (row) => {
    const path = file('mm2.properties', linesOf(row).join('\n'));
    expect(loadMm2Properties(path, ENVIRONMENT).warnings).toEqual([]);
    expectDrafted(draftFromMm2Properties(path), row.expected);
  });

  test.each(rows.filter(({ says }) => says === 'ignored'))('$written: ignored', (row) => {
    const { config, warnings } = load(linesOf(row));
    expect(warnings).toEqual([expect.objectContaining({ key: row.written[0]?.split('=')[0] })]);
    expect(config).toEqual(load(base).config);
  });

  test.each(rows.filter(({ says }) => says === 'refused'))('$written: refused', (row) => {
    const faults = faultsOf(() => load(linesOf(row)));
    expect(faults).toEqual([expect.objectContaining({ key: row.written.at(-1)?.split('=')[0] })]);
    // The remedy names files as the configuration does.
    expect(faults[0]?.remedy).toContain(row.expected);
  });
});

const RESOURCE = {
  apiVersion: 'kafka.strimzi.io/v1',
  kind: 'KafkaMirrorMaker2',
  metadata: { name: 'dr', namespace: 'apps' },
  spec: {
    target: { alias: 'B', bootstrapServers: 'b.example.com:9092' },
    mirrors: [{ source: { alias: 'A', bootstrapServers: 'a.example.com:9092' }, sourceConnector: {} }],
  },
};

describe('in a KafkaMirrorMaker2', () => {
  const rows = rowsOf('YAML');
  const resourceWith = ({ written }: Row): string => {
    const parts = written.map((text) => parse(text) as object);
    const [mirror] = RESOURCE.spec.mirrors;
    const source = Object.assign({}, mirror?.source, ...parts);
    return stringify({ ...RESOURCE, spec: { ...RESOURCE.spec, mirrors: [{ ...mirror, source }] } });
  };
  const faultsIn = (path: string) =>
    faultsOf(() => {
      const faults = new FaultCollector();
      readStrimzi(path, { faults, environment: ENVIRONMENT, base: folder });
      faults.throwIfAny();
    });

  test('has rows of each kind', () => {
    expect(rows.length).toBeGreaterThan(8);
    expect(new Set(rows.map(({ says }) => says))).toEqual(new Set(['used', 'refused']));
  });

  test.each(rows.filter(({ says }) => says === 'used'))('$written: used', (row) => {
    const path = file('mirror.yaml', resourceWith(row));
    expect(faultsIn(path)).toEqual([]);
    expectDrafted(draftFromStrimzi(path), row.expected);
  });

  test.each(rows.filter(({ says }) => says === 'refused'))('$written: refused', (row) => {
    const faults = faultsIn(file('mirror.yaml', resourceWith(row)));
    expect(faults).toEqual([expect.objectContaining({ remedy: expect.stringContaining(row.expected) })]);
  });
});

describe('given as', () => {
  const back = {
    ...RESOURCE,
    spec: {
      target: RESOURCE.spec.mirrors[0]?.source,
      mirrors: [{ source: RESOURCE.spec.target, sourceConnector: {} }],
    },
  };
  const both = ['A->B', 'B->A'];
  const properties = 'clusters=A,B\nA.bootstrap.servers=a:1\nB.bootstrap.servers=b:1\nA->B.enabled=true\n';
  const forms: Readonly<Record<string, readonly [content: string, flows: readonly string[]]>> = {
    '--mm2 mm2.properties': [properties, ['A->B']],
    '--mm2 mirror.yaml': [`${stringify(RESOURCE)}---\n${stringify(back)}`, both],
    '--mm2 mirror.json': [JSON.stringify(RESOURCE), ['A->B']],
    '--mm2 list.yaml': [stringify({ apiVersion: 'v1', kind: 'List', items: [RESOURCE, back] }), both],
    '--config mirror.yaml': [stringify(RESOURCE), ['A->B']],
    '--config tidemark.yaml': ['mm2: list.yaml\n', both],
  };

  test('every row has an example here, and every example a row', () => {
    expect(rowsOf('given as').flatMap(({ written }) => written[0] ?? [])).toEqual(Object.keys(forms));
  });

  test.each(Object.entries(forms))('%s', async (given, [content, flows]) => {
    const [option = '', name = ''] = given.split(' ');
    file('list.yaml', forms['--mm2 list.yaml']?.[0] ?? '');
    const source = { kind: option === '--mm2' ? 'mm2' : 'tidemark-yaml', file: file(name, content) } as const;
    const { config } = await loadConfig(source, {});
    expect(config.flows.map((flow) => `${flow.source}->${flow.target}`)).toEqual(flows);
    expect([...config.clusters.keys()].toSorted()).toEqual(['A', 'B']);
  });
});
