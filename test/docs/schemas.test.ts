import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { renderEvidenceJson } from '../../shared/failover/evidence/evidence-json.ts';
import { tidemark } from '../cli/tidemark.ts';
import { completedRun } from '../shared/failover/evidence/recorded-runs.ts';
import { failoverDocuments } from './failover-documents.ts';
import { PRINTED } from './printed-documents.ts';
import { faultsOf, publishedSchema, SCHEMA_NAMES, type SchemaNode } from './published-schema.ts';
import { ENUMS, REFUSAL_CODES } from './schema-enums.ts';
import { partsIn, partsOf } from './schema-parts.ts';
import { storeRestores } from './stored-restores.ts';

const root = join(import.meta.dirname, '../..');
const RESTORE_PLANS = 'restore-plans-1';
const plansShape = z.object({ plans: z.array(z.object({ state: z.string() })) });
const FLOW = 'clusters=A,B\nA.bootstrap.servers=127.0.0.1:1\nB.bootstrap.servers=127.0.0.1:1\nA->B.enabled=true\n';

/** Every part of a schema with its path: `#finding/code`, `/flows[]`. */
function* nodesOf(schema: SchemaNode, path = ''): Generator<readonly [path: string, node: SchemaNode]> {
  yield [path, schema];
  for (const [name, one] of Object.entries(schema.properties ?? {})) yield* nodesOf(one, `${path}/${name}`);
  for (const [index, one] of (schema.anyOf ?? []).entries()) yield* nodesOf(one, `${path}|${index}`);
  if (schema.items !== undefined) yield* nodesOf(schema.items, `${path}[]`);
  if (schema.additionalProperties) yield* nodesOf(schema.additionalProperties, `${path}{}`);
  for (const [name, one] of Object.entries(schema.$defs ?? {})) yield* nodesOf(one, `#${name}`);
}

describe('the published schemas', () => {
  let folder: string;
  const documents = new Map<string, readonly unknown[]>();

  beforeAll(async () => {
    for (const [name, printed] of Object.entries(PRINTED)) {
      documents.set(
        name,
        printed.map((text): unknown => JSON.parse([...text].join(''))),
      );
    }
    folder = mkdtempSync(join(tmpdir(), 'tidemark-schemas-'));
    writeFileSync(join(folder, 'mm2.properties'), FLOW);
    const history = join(folder, 'history.db');
    await storeRestores(history);
    const args = ['restore', 'show', '--mm2', 'mm2.properties', '--history', history, '--format', 'json'];
    const { code, stdout, stderr } = await tidemark(args, { cwd: folder });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    documents.set(RESTORE_PLANS, [JSON.parse(stdout)]);
    documents.set('failover-1', await failoverDocuments());
    documents.set('failover-evidence-1', [JSON.parse(renderEvidenceJson(await completedRun()))]);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('there is one for every document that the command line prints, and none is left over', () => {
    const sources = globSync('{cli,shared/failover/evidence}/**/*.ts', { cwd: root }).map((file) =>
      readFileSync(join(root, file), 'utf8'),
    );
    const named = sources.flatMap((text) => [...text.matchAll(/tidemark\.([a-z-]+)\/(\d+)/g)]);
    expect([...new Set(named.map(([, name, version]) => `${name}-${version}`))].sort()).toEqual(SCHEMA_NAMES);
    expect([...documents.keys()].sort()).toEqual(SCHEMA_NAMES);
  });

  test('docs/schema/README.md lists each of them, with its name and its command', () => {
    const text = readFileSync(join(root, 'docs/schema/README.md'), 'utf8');
    const rows = [...text.matchAll(/^\| \[`([^`]+)`\]\(([^)]+)\) \| `([^`]+)` \|/gm)].map((row) =>
      row.slice(1).map((cell) => cell.replaceAll('\\|', '|')),
    );
    const wanted = SCHEMA_NAMES.map((name) => {
      const { $id, title } = publishedSchema(name);
      return [$id, `${name}.json`, title?.replace(' --format json', '').replace('tidemark ', '')];
    });
    expect(rows.sort()).toEqual(wanted.sort());
  });

  test('docs/restore.md lists every refusal', () => {
    const text = readFileSync(join(root, 'docs/restore.md'), 'utf8');
    expect(REFUSAL_CODES.filter((code) => !text.includes(`\`${code}\``))).toEqual([]);
  });

  describe.each(SCHEMA_NAMES)('%s', (name) => {
    const schema = publishedSchema(name);
    const nodes = [...nodesOf(schema)];

    test('names itself, and is closed', () => {
      expect(schema.$id).toBe(`tidemark.${name.replace(/-(?=\d+$)/, '/')}`);
      expect(schema.title).toMatch(/^tidemark .* --format json$/);
      const ids = nodes.filter(([path]) => /^(?:\|\d)?\/schema$/.test(path)).map(([, { const: id }]) => id);
      expect(new Set(ids)).toEqual(new Set([schema.$id]));
      for (const [path, { properties, required, additionalProperties }] of nodes) {
        if (properties === undefined) continue;
        expect([path, additionalProperties]).toEqual([path, false]);
        expect(required?.filter((key) => !(key in properties)) ?? []).toEqual([]);
      }
      const refs = nodes.flatMap(([, { $ref }]) => $ref?.replace('#/$defs/', '') ?? []);
      expect([...new Set(refs)].sort()).toEqual(Object.keys(schema.$defs ?? {}).sort());
    });

    test('its enums are those of the code', () => {
      for (const [path, { enum: values }] of nodes) {
        if (values === undefined || `${name}${path}` === `${RESTORE_PLANS}#plan|0/state`) continue;
        const known = ENUMS.find(([end]) => path.endsWith(end));
        expect([path, [...values].sort()]).toEqual([path, [...(known?.[1] ?? ['no such enum'])].sort()]);
      }
    });

    test('is what is printed, and every part of it is printed', () => {
      const seen = new Set<string>();
      for (const document of documents.get(name) ?? []) {
        expect(faultsOf(document, schema)).toEqual([]);
        for (const part of partsIn(document, schema)) seen.add(part);
      }
      expect([...partsOf(schema)].filter((part) => !seen.has(part))).toEqual([]);
    });

    test('refuses what the contract excludes', () => {
      const [document] = documents.get(name) ?? [];
      const whole = z.record(z.string(), z.unknown()).parse(document);
      const [, ...others] = Object.keys(whole);
      const broken = [
        { ...whole, extra: 1 },
        { ...whole, schema: 'tidemark.other/1' },
        { ...whole, schema: `${schema.$id}0` },
        ...others.map((key) => ({ ...whole, [key]: 0.5 })),
      ];
      expect(broken.map((one) => faultsOf(one, schema).length > 0)).toEqual(broken.map(() => true));
    });
  });

  test('a definition says the same in every schema that has it', () => {
    const first = new Map<string, readonly [name: string, definition: SchemaNode]>();
    // The others are of one document alone.
    const shared = ['time', 'offset', 'count', 'whole', 'name', 'finding', 'unread', 'refusal', 'snapshot', 'tidemark'];
    for (const name of SCHEMA_NAMES) {
      for (const [key, definition] of Object.entries(publishedSchema(name).$defs ?? {})) {
        const before = first.get(key);
        if (before === undefined) first.set(key, [name, definition]);
        else if (shared.includes(key)) expect([name, definition]).toEqual([name, before[1]]);
      }
    }
    expect(shared.filter((key) => !first.has(key))).toEqual([]);
  });

  test('restore show tells every state of a plan that its schema knows', () => {
    const states = documents
      .get(RESTORE_PLANS)
      ?.flatMap((one) => plansShape.parse(one).plans.map(({ state }) => state));
    const known = [...nodesOf(publishedSchema(RESTORE_PLANS))].find(([path]) => path === '#plan|0/state')?.[1].enum;
    expect([...new Set(states)].sort()).toEqual(known?.toSorted());
  });
});
