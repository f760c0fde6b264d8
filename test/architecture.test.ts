import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';

const ROOT = join(import.meta.dirname, '..');
const made: string[] = [];

afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true });
});

const value = 'export const value = 1;\n';

/** From, to, and the rule that forbids it; null where it is allowed. */
const CASES: readonly (readonly [from: string, to: string, rule: string | null])[] = [
  ['shared/newcomer/reads.ts', 'shared/adapters/sqlite/database.ts', 'only-entry-points-know-adapters'],
  ['shared/newcomer/queries.ts', 'node:sqlite', 'only-adapters-reach-the-machine'],
  ['shared/newcomer/asks.ts', 'node:os', 'only-adapters-reach-the-machine'],
  ['shared/newcomer/neighbour.ts', 'shared/audit/watch-too.ts', 'use-cases-do-not-know-each-other'],
  ['shared/newcomer/dist/hidden.ts', 'shared/adapters/sqlite/hidden.ts', 'only-entry-points-know-adapters'],
  ['shared/adapters/kafka/beside.ts', 'shared/adapters/common.ts', 'adapters-have-folders'],
  ['cli/verbs/newcomer.ts', 'tools/tool.ts', 'product-knows-only-product'],
  ['shared/newcomer/fetches.ts', 'kafkajs', 'only-adapters-reach-the-world'],
  ['shared/newcomer/opens.ts', 'node:fs', 'only-configuration-reads-files'],
  ['shared/domain/model/flow.ts', 'shared/domain/mirror/a.ts', 'domain-model-imports-downward'],
  ['shared/domain/mirror/mapping.ts', 'shared/domain/judge/a.ts', 'domain-mirror-imports-downward'],
  ['shared/domain/compare/align.ts', 'shared/domain/judge/b.ts', 'domain-compare-imports-downward'],
  ['shared/domain/judge/verdict.ts', 'shared/domain/history/a.ts', 'domain-judge-imports-downward'],
  ['shared/domain/history/state.ts', 'shared/domain/restore/a.ts', 'domain-history-imports-downward'],
  ['shared/domain/judge/probes.ts', 'shared/ports-like.ts', 'domain-is-pure'],
  ['shared/domain/newcomer/rule.ts', 'shared/domain/model/a.ts', 'domain-has-storeys'],
  ['shared/history/recorder.ts', 'shared/audit/run-audit.ts', 'foundations-know-no-use-case'],
  ['shared/history/reader.ts', 'shared/newcomer/run.ts', 'foundations-know-no-use-case'],
  ['shared/config/load.ts', 'shared/survey/survey-flow.ts', 'shared-config-imports-downward'],
  ['shared/ports.ts', 'shared/history/store.ts', 'shared-ports-imports-downward'],
  ['shared/audit/watch.ts', 'cli/main.ts', 'shared-knows-no-entry-point'],
  ['shared/adapters/kafka/reader.ts', 'shared/adapters/sqlite/open.ts', 'adapters-do-not-know-each-other'],
  ['functions/audit/handler.ts', 'cli/terminal.ts', 'entry-points-do-not-know-each-other'],
  ['cli/verbs/audit/command.ts', 'lab/cluster.ts', 'product-knows-only-product'],
  ['shared/domain/mirror/allowed.ts', 'shared/domain/model/b.ts', null],
  ['shared/newcomer/allowed.ts', 'shared/domain/mirror/b.ts', null],
  ['shared/adapters/sqlite/store.ts', 'shared/newcomer/port.ts', null],
];

/** Every way to import something from `shared/domain/judge/` into a lower storey. The rules must find each of them. */
const SPELLINGS: readonly (readonly [name: string, text: string])[] = [
  ['type', "import type { value } from '../judge/other.ts';\nexport type Other = typeof value;\n"],
  ['again', "export { value } from '../judge/other.ts';\n"],
  ['all', "export * from '../judge/other.ts';\n"],
  ['later', "export const other = await import('../judge/other.ts');\n"],
];

/** As an import statement spells it. */
function pathTo(from: string, to: string): string {
  const path = relative(dirname(from), to);
  return path.startsWith('.') ? path : `./${path}`;
}

interface Violation {
  readonly from: string;
  readonly to: string;
  readonly rule: { readonly name: string };
}

/** What the project's own configuration says of a tree that has all the cases in it. */
function violations(): readonly Violation[] {
  const tree = mkdtempSync(join(tmpdir(), 'tidemark-storeys-'));
  made.push(tree);
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), text);
  };
  for (const [from, to] of CASES) {
    const isFile = to.includes('/');
    write(from, `import * as other from '${isFile ? pathTo(from, to) : to}';\nexport { other };\n`);
    if (isFile) write(to, value);
  }
  for (const [name, text] of SPELLINGS) write(`shared/domain/mirror/spelled-${name}.ts`, text);
  write('shared/domain/judge/other.ts', value);
  write('shared/domain/model/first.ts', "import './second.ts';\nexport const first = 1;\n");
  write('shared/domain/model/second.ts', "import './first.ts';\nexport const second = 2;\n");
  write('package.json', '{ "type": "module", "dependencies": { "kafkajs": "*" } }');
  symlinkSync(join(ROOT, 'node_modules'), join(tree, 'node_modules'));
  const depcruise = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const args = [
    '--config',
    join(ROOT, '.dependency-cruiser.cjs'),
    '--output-type',
    'json',
    'shared',
    'cli',
    'functions',
  ];
  const { stdout } = spawnSync(process.execPath, [depcruise, ...args], { cwd: tree, encoding: 'utf8' });
  return (JSON.parse(stdout) as { summary: { violations: Violation[] } }).summary.violations;
}

describe('imports run downward', () => {
  const found = violations();

  test.each(CASES)('%s importing %s breaks %s', (from, to, rule) => {
    const broken = found.filter((one) => one.from === from && one.rule.name !== 'no-orphans');
    expect(broken.map((one) => one.rule.name)).toEqual(rule === null ? [] : expect.arrayContaining([rule]));
    if (rule !== null && to.includes('/')) expect(broken.map((one) => one.to)).toContain(to);
  });

  test.each(SPELLINGS)('however it is spelled: %s', (name) => {
    const broken = found.filter(({ from }) => from === `shared/domain/mirror/spelled-${name}.ts`);
    expect(broken.map(({ rule }) => rule.name)).toContain('domain-mirror-imports-downward');
  });

  test('and never in a circle', () => {
    const circles = found.filter(({ rule }) => rule.name === 'no-circular').map(({ from }) => from);
    expect(circles.filter((from) => /model\/(first|second)\.ts$/.test(from))).not.toEqual([]);
  });

  // The parser of the rules above does not see it: `let a: import('./a.ts').A`, `typeof import('./a.ts')`.
  test.each(['shared', 'cli', 'functions', 'infra'])('no file of %s imports inside a type', (folder) => {
    const inType = /\btypeof\s+import\(|(?<!\bawait\s)\bimport\([^)]*\)\s*\.(?!then\b|catch\b)|[:|&<]\s*import\(/;
    expect(sources(folder).filter((file) => inType.test(readFileSync(file, 'utf8')))).toEqual([]);
  });
});

test('the domain reads no clock, no environment, no network, and draws no random numbers', () => {
  const impure = /\bDate\.now\b|\bnew Date\(\)|\bprocess\.|\bfetch\(|\bMath\.random\b|\bperformance\./;
  expect(sources('shared/domain').filter((file) => impure.test(readFileSync(file, 'utf8')))).toEqual([]);
});

function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(ROOT, folder, name));
}

test('the tree in CONTRIBUTING names every folder, and no other', () => {
  const text = readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8');
  const [, section = ''] = /## The tree\n([\s\S]*?)\n## /.exec(text) ?? [];
  const named = [...section.matchAll(/^\| `([\w/-]+)\/` \|/gm)].map(([, path]) => path ?? '').sort();
  const folders = (path: string) =>
    readdirSync(join(ROOT, path), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map((entry) => (path === '.' ? entry.name : `${path}/${entry.name}`));
  const top = folders('.').filter((name) => !['node_modules', 'coverage', 'dist', 'reports'].includes(name));
  const shared = folders('shared').filter((name) => name !== 'shared/domain');
  const expected = [...top.filter((name) => name !== 'shared'), ...shared, ...folders('shared/domain')];
  expect(named).toEqual(expected.sort());
  const namedIn = (row: string) => {
    const [, cell = ''] = new RegExp(`^\\| \`${row}/\` \\| (.*) \\|$`, 'm').exec(section) ?? [];
    return folders(row).filter((folder) => !new RegExp(`\\b${folder.slice(row.length + 1)}\\b`).test(cell));
  };
  expect(['cli', 'shared/adapters'].flatMap(namedIn)).toEqual([]);
});
