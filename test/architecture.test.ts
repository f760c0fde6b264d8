import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { hiddenLoads, impureGlobals } from './reached-world.ts';

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
  ['shared/loose-reexport.ts', 'shared/audit/run-loose.ts', 'only-ports-lie-beside-the-folders-from'],
  ['shared/newcomer/launders.ts', 'shared/loose.ts', 'only-ports-lie-beside-the-folders'],
  ['shared/adapters/sqlite/runs.ts', 'shared/restore/apply-restore.ts', 'adapters-know-only-ports'],
  ['shared/adapters/newcomer/runs.ts', 'shared/newcomer/run-newcomer.ts', 'adapters-know-only-ports'],
  ['shared/adapters/sqlite/surveys.ts', 'shared/survey/survey-a.ts', 'adapters-know-only-ports'],
  ['shared/newcomer/laundering-store.ts', 'shared/newcomer/run-laundered.ts', 'adapters-know-only-ports'],
  ['shared/failover/steps/fence.ts', 'shared/failover/run-failover.ts', 'steps-know-no-run'],
  ['shared/adapters/kafka/reading/writes.ts', 'shared/adapters/kafka/offset-writer.ts', 'auditing-writes-nothing'],
  ['shared/adapters/kafka/reading/fences.ts', 'shared/adapters/kafka/fencing/acl-fence.ts', 'auditing-writes-nothing'],
  ['shared/adapters/kafka/reading/cries.ts', 'shared/adapters/kafka/fencing/canary.ts', 'auditing-writes-nothing'],
  ['shared/adapters/kafka/reading/lanes.ts', 'shared/adapters/kafka/writing/lanes.ts', 'auditing-writes-nothing'],
  ['shared/adapters/kafka/reading/produces.ts', 'shared/adapters/kafka/wire/produce.ts', 'auditing-writes-nothing'],
  ['shared/adapters/kafka/cluster-reader.ts', 'shared/adapters/kafka/newcomer/writes.ts', 'auditing-writes-nothing'],
  ['cli/verbs/audit/writes.ts', 'shared/adapters/kafka/offset-writer.ts', 'auditing-writes-nothing'],
  ['cli/verbs/newcomer/fences.ts', 'shared/adapters/kafka/fencing/acl-fence.ts', 'auditing-writes-nothing'],
  ['cli/connect.ts', 'shared/adapters/kafka/offset-writer.ts', 'auditing-writes-nothing'],
  ['cli/verbs/reconcile/lists.ts', 'shared/adapters/kafka/replaying/record-writer.ts', 'auditing-writes-nothing'],
  ['cli/verbs/restore/replays.ts', 'shared/adapters/kafka/replaying/record-writer.ts', 'only-a-replay-writes-records'],
  [
    'functions/failover-step/replays.ts',
    'shared/adapters/kafka/replaying/record-writer.ts',
    'only-a-replay-writes-records',
  ],
  ['cli/verbs/reconcile/replay-command.ts', 'shared/adapters/kafka/offset-writer.ts', 'a-replay-only-writes-records'],
  ['functions/audit/writes.ts', 'shared/adapters/kafka/offset-writer.ts', 'auditing-writes-nothing'],
  ['shared/audit/writes.ts', 'shared/adapters/kafka/offset-writer.ts', 'only-entry-points-know-adapters'],
  ['shared/adapters/kafka/reading/asks.ts', 'kafkajs', 'only-connections-and-fencing-know-kafkajs'],
  ['cli/verbs/restore/asks.ts', 'kafkajs', 'only-connections-and-fencing-know-kafkajs'],
  ['shared/adapters/kafka/connection/sends.ts', 'kafkajs/src/producer/index.js', 'only-fencing-has-kafkajs-clients'],
  ['cli/verbs/audit/moves.ts', 'cli/verbs/restore/command.ts', 'verbs-do-not-know-each-other'],
  ['cli/verbs/audit/loose.ts', 'cli/verbs/loose.ts', 'verbs-do-not-know-each-other'],
  ['cli/output/prints.ts', 'cli/verbs/audit/table.ts', 'only-main-knows-verbs'],
  ['cli/options/reads.ts', 'cli/verbs/audit/options.ts', 'only-main-knows-verbs'],
  ['cli/newcomer.ts', 'cli/verbs/restore/command.ts', 'only-main-knows-verbs'],
  ['functions/notify/audits.ts', 'functions/audit/auditor.ts', 'functions-do-not-know-each-other'],
  ['functions/runtime/notifies.ts', 'functions/notify/event.ts', 'functions-do-not-know-each-other'],
  ['functions/notify/launders.ts', 'functions/loose.ts', 'functions-do-not-know-each-other'],
  ['shared/newcomer/hides.ts', 'shared/newcomer/hidden.mts', 'sources-are-typescript'],
  ['shared/newcomer/hides-too.ts', 'shared/newcomer/hidden.cts', 'sources-are-typescript'],
  ['cli/hides.ts', 'cli/hidden.mjs', 'sources-are-typescript'],
  ['shared/adapters/kafka/offset-writer.ts', 'shared/adapters/kafka/wire/offset-commit.ts', null],
  ['shared/adapters/kafka/reading/allowed.ts', 'shared/adapters/kafka/wire/list-offsets.ts', null],
  ['shared/adapters/kafka/fencing/allowed.ts', 'kafkajs', null],
  ['cli/verbs/restore/allowed.ts', 'shared/adapters/kafka/offset-writer.ts', null],
  ['shared/adapters/kafka/replaying/allowed.ts', 'kafkajs', null],
  ['cli/verbs/failover/allowed.ts', 'shared/adapters/kafka/fencing/acl-fence.ts', null],
  ['cli/verbs/audit/allowed.ts', 'cli/output/allowed.ts', null],
  ['cli/main.ts', 'cli/verbs/audit/command.ts', null],
  ['functions/notify/allowed.ts', 'functions/runtime/allowed.ts', null],
  ['shared/failover/steps/allowed.ts', 'shared/failover/step.ts', null],
  ['shared/newcomer/run-allowed.ts', 'shared/ports.ts', null],
  ['shared/domain/mirror/allowed.ts', 'shared/domain/model/b.ts', null],
  ['shared/newcomer/allowed.ts', 'shared/domain/mirror/b.ts', null],
  ['shared/adapters/sqlite/store.ts', 'shared/newcomer/newcomer-store.ts', null],
];

/** Every way to import something from `shared/domain/judge/` into a lower storey. The rules must find each of them. */
const SPELLINGS: readonly (readonly [name: string, text: string])[] = [
  ['type', "import type { value } from '../judge/other.ts';\nexport type Other = typeof value;\n"],
  ['again', "export { value } from '../judge/other.ts';\n"],
  ['all', "export * from '../judge/other.ts';\n"],
  ['later', "export const other = await import('../judge/other.ts');\n"],
];

/** Others are modules of Node or of packages. */
function isFile(to: string): boolean {
  return to.includes('/') && !to.startsWith('kafkajs/');
}

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
  for (const [, to] of CASES) if (isFile(to)) write(to, value);
  for (const [from, to] of CASES) {
    write(from, `import * as other from '${isFile(to) ? pathTo(from, to) : to}';\nexport { other };\n`);
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
    if (rule !== null && isFile(to)) expect(broken.map((one) => one.to)).toContain(to);
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

/** Of one line of code: whether the domain may have it. */
const LINES: readonly (readonly [line: string, isPure: boolean])[] = [
  ['const { now } = Date;', false],
  ['const at = Date();', false],
  ['const at = new Date();', false],
  ['const at = new Date(...[]);', false],
  ['const at = Date.now();', false],
  ['const at = Temporal.Now.instant();', false],
  ['const { env } = process;', false],
  ['const region = globalThis.process.env.REGION;', false],
  ['declare const process: { env: object };', false],
  ['const id = crypto.randomUUID();', false],
  ['const { random } = Math;', false],
  ['const some = Math.random();', false],
  ["const some = Math['random']();", false],
  ['setTimeout(() => {}, 1);', false],
  ['setInterval(() => {}, 1);', false],
  ['setImmediate(() => {});', false],
  ['const took = performance.now();', false],
  ['const got = fetch;', false],
  ['const socket = new WebSocket(url as string);', false],
  ['const here = import.meta.url;', false],
  ["const now = Function('return Date.now()');", false],
  ['const text = new Date(1).toISOString();', true],
  ['const at = (time: Date) => time.getTime();', true],
  ['const most = Math.max(...[1, 2]);', true],
  ["const said = { process: 'process', fetch: 1 }.process; // Date.now()", true],
  ['const kept = new Map<string, bigint>();', true],
];

describe('the domain reads no clock, no environment, no network, and draws no random numbers', () => {
  test.each(LINES)('%s', (line, isPure) => {
    expect(impureGlobals(line).length === 0).toBe(isPure);
  });

  test('in any of its files', () => {
    const impure = sources('shared/domain').flatMap((file) =>
      impureGlobals(readFileSync(file, 'utf8')).map((name) => `${relative(ROOT, file)}: ${name}`),
    );
    expect(impure).toEqual([]);
  });
});

describe('shared/ loads nothing that the rules for imports do not see', () => {
  test.each([
    "const url = new URL('../../cli/main.ts', import.meta.url);",
    "const fs = process.getBuiltinModule('node:fs');",
    "const fs = process['getBuiltinModule']('node:fs');",
    "import { createRequire } from 'node:module';",
    "const kafkajs = require('kafkajs');",
    'const other = await import(name);',
    'const other = await import(`./other.ts`);',
    'const other = eval(text);',
  ])('%s', (line) => {
    expect(hiddenLoads(line)).not.toEqual([]);
  });

  test("not: const other = await import('./other.ts'); topology.require(topics);", () => {
    expect(hiddenLoads("const other = await import('./other.ts'); topology.require(topics);")).toEqual([]);
  });

  test('in any of its files', () => {
    expect(sources('shared').filter((file) => hiddenLoads(readFileSync(file, 'utf8')).length > 0)).toEqual([]);
  });
});

test("the connection to brokers has only types of kafkajs's main entry, which has its producers and admins", () => {
  const loads = (text: string) =>
    /['"`]kafkajs['"`]/.test(text.replace(/^\s*import type [^;]* from 'kafkajs';$/gm, ''));
  expect(loads("import type { Mechanism } from 'kafkajs';\n")).toBe(false);
  expect(loads("import { Kafka } from 'kafkajs';\n")).toBe(true);
  expect(loads("import kafkajs, { type Kafka } from 'kafkajs';\n")).toBe(true);
  expect(loads("const { Kafka } = await import('kafkajs');\n")).toBe(true);
  expect(sources('shared/adapters/kafka/connection').filter((file) => loads(readFileSync(file, 'utf8')))).toEqual([]);
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
