import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual, promisify } from 'node:util';
import { scriptOptions } from '../script-options.ts';
import { temporaryParent } from '../temporary-folder.ts';
import { buildBinaryOfCopy, copyCheckout, installOffline, packCopy } from './checkout-copy.ts';
import { comparableAudit } from './comparable-audit.ts';
import { fetchNode, type NodeVersion } from './node-versions.ts';
import { startSmallFlow } from './small-flow.ts';
import { type Program, raceOf, timedRun } from './timed-run.ts';

/**
 * `npm run drill:install`: package and executable, as people install them, on several Node versions, beside the checkout on a real
 * flow. It needs a registry, for Node's versions and for `npm ci --omit=dev`. Exits 1 if anything differs or is too slow.
 */
const { 'any-speed': anySpeed } = scriptOptions({
  name: 'drill:install',
  does: 'Installs package and executable on several Node versions, and audits a real flow with each. Needs a registry. Takes minutes.',
  options: {
    'any-speed': {
      type: 'boolean',
      says: 'a slow audit is no fault: for machines that do other work, such as those of CI',
    },
  },
});
const ROOT = join(import.meta.dirname, '../..');
const TOO_OLD = '20';
/** The oldest that runs the package, and the newest of the same line. */
const FETCHED = ['22.18.0', '22'];
/** For an audit of a small flow, of the fastest run: others may slow the machine. */
const LIMIT_MS = 1_000;
const progress = (line: string): void => void process.stderr.write(`${line}\n`);
const faults: string[] = [];
const expectThat = (holds: boolean, fault: string): void => {
  if (!holds) faults.push(fault);
};

const folder = mkdtempSync(join(temporaryParent(), 'tidemark-install-'));
try {
  process.stdout.write(`${await drill()}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
for (const fault of faults) process.stdout.write(`FAULT ${fault}\n`);
process.exitCode = faults.length === 0 ? 0 : 1;

async function drill(): Promise<string> {
  progress('npm pack, npm run build:binary …');
  const copy = join(folder, 'copy');
  copyCheckout(copy, { libraries: true });
  const tarball = await packCopy(copy);
  const executable = await buildBinaryOfCopy(copy);
  progress('npm ci --omit=dev in a checkout …');
  const lean = join(folder, 'lean');
  copyCheckout(lean, { libraries: false });
  await promisify(execFile)('npm', ['ci', '--omit=dev', '--no-audit', '--no-fund'], { cwd: lean });

  progress('fetching Node …');
  const old = await fetchNode(TOO_OLD, folder);
  const own: NodeVersion = { version: process.versions.node, bin: dirname(process.execPath) };
  const versions = [...(await Promise.all(FETCHED.map((version) => fetchNode(version, folder)))), own];
  progress('installing the tarball without network …');
  const installed = new Map<string, Program>();
  for (const node of [old, ...versions]) installed.set(node.version, await install(tarball, node));
  await refusesOldNode(old, installed);
  installed.delete(old.version);

  progress('starting two clusters and MirrorMaker 2 …');
  const { lab, mm2File } = await startSmallFlow();
  try {
    const checkout = program([process.execPath, join(ROOT, 'bin/tidemark.js')], own);
    const leanCheckout = program([process.execPath, join(lean, 'bin/tidemark.js')], own);
    const binary: Program = { ...program([executable], own), environment: { PATH: '', HOME: folder } };
    const first = await firstAudit(tarball, own, mm2File);
    progress('auditing with each, and comparing …');
    const all = new Map([...installed].map(([version, one]) => [`the package on Node ${version}`, one]));
    all.set('the executable', binary).set('npm ci --omit=dev', leanCheckout);
    for (const [name, one] of all) await compare(name, one, checkout, mm2File);
    progress('measuring, in turns …');
    const packaged = installed.get(own.version);
    if (packaged === undefined) throw new Error('the package was not installed on this Node');
    const npx: Program = { ...packaged, words: ['npx', 'tidemark'] };
    const racers = new Map([
      ['checkout', checkout],
      ['package', packaged],
      ['npx', npx],
      ['binary', binary],
    ]);
    const rounds = { unmeasured: 2, measured: 9 };
    const help = await raceOf(racers, () => ['--help'], rounds);
    const audit = await raceOf(racers, (name) => auditOf(mm2File, `${name}.db`), rounds);
    for (const [name, { best }] of audit)
      expectThat(anySpeed || best < LIMIT_MS, `${name}: an audit takes at least ${best.toFixed(0)} ms`);
    for (const [what, times] of [
      ['--help', help],
      ['audit', audit],
    ] as const) {
      const each = [...times].map(([name, { median, best }]) => `${name} ${median.toFixed(0)} (${best.toFixed(0)})`);
      process.stdout.write(`${what}, median of ${rounds.measured} and best in ms: ${each.join(', ')}\n`);
    }
    const [load = 0] = loadavg();
    process.stdout.write(`${cpus().length} × ${cpus()[0]?.model.trim()}, load ${load.toFixed(1)}\n`);
    const ms = (name: string) => audit.get(name)?.median ?? Number.NaN;
    return (
      `INSTALL node=${versions.map(({ version }) => version).join(',')} refused=${old.version} ` +
      `package_bytes=${statSync(tarball).size} binary_bytes=${statSync(executable).size} ` +
      `first_audit_ms=${first.toFixed(0)} audit_ms=${ms('package').toFixed(0)} npx_ms=${ms('npx').toFixed(0)} ` +
      `executable_ms=${ms('binary').toFixed(0)} checkout_ms=${ms('checkout').toFixed(0)} ` +
      `ratio=${(ms('package') / ms('checkout')).toFixed(2)} faults=${faults.length}`
    );
  } finally {
    await lab.stop();
  }
}

function auditOf(mm2File: string, history: string): string[] {
  return ['audit', '--mm2', mm2File, '--format', 'json', '--history', join(folder, history)];
}

function program(words: Program['words'], node: NodeVersion): Program {
  const environment = { PATH: `${node.bin}:${process.env.PATH ?? ''}`, HOME: folder };
  return { words, cwd: folder, environment };
}

/** `npm i` in a fresh folder and `npm i -g` with the same Node. Returns what runs the former. */
async function install(tarball: string, node: NodeVersion): Promise<Program> {
  const fresh = join(folder, `fresh-${node.version}`);
  await installOffline(tarball, fresh);
  const everywhere = join(folder, `global-${node.version}`);
  await installOffline(tarball, everywhere, ['--global', '--prefix', everywhere]);
  const bin = 'node_modules/.bin/tidemark';
  const local = { ...program([join(fresh, bin)], node), cwd: fresh };
  const global = program([join(everywhere, 'bin/tidemark')], node);
  const [one, other] = await Promise.all([timedRun(local, ['--version']), timedRun(global, ['--version'])]);
  expectThat(one.stdout === other.stdout && one.code === other.code, `Node ${node.version}: npm i and npm i -g differ`);
  return local;
}

async function refusesOldNode({ version }: NodeVersion, installed: ReadonlyMap<string, Program>): Promise<void> {
  const local = installed.get(version);
  if (local === undefined) throw new Error(`the package was not installed on Node ${version}`);
  const { code, stdout, stderr } = await timedRun(local, ['--version']);
  process.stdout.write(stderr);
  const isOneLine = /^tidemark: Node 20\.[\d.]+ is too old: .*\n$/.test(stderr);
  expectThat(code === 2 && stdout === '' && isOneLine, `Node ${version}: exit ${code}, ${stdout}${stderr}`);
}

/** The very first run after an installation: nothing is in any cache of Node. */
async function firstAudit(tarball: string, node: NodeVersion, mm2File: string): Promise<number> {
  const fresh = join(folder, 'first');
  await installOffline(tarball, fresh);
  const local = program([join(fresh, 'node_modules/.bin/tidemark')], node);
  const cold = { ...local, environment: { ...local.environment, NODE_COMPILE_CACHE: join(folder, 'cold') } };
  const { took } = await timedRun(cold, auditOf(mm2File, 'first.db'));
  return took;
}

async function compare(name: string, one: Program, checkout: Program, mm2File: string): Promise<void> {
  for (const args of [['--version'], ['--help'], ['init', mm2File]]) {
    const [here, there] = [await timedRun(checkout, args), await timedRun(one, args)];
    const same = here.stdout === there.stdout && here.stderr === there.stderr && here.code === there.code;
    expectThat(same, `${name}: tidemark ${args[0]} differs: ${there.stdout}${there.stderr}`);
  }
  const off = ['audit', '--mm2', mm2File, '--format', 'json', '--history', 'off'];
  const [here, there] = [await timedRun(checkout, off), await timedRun(one, off)];
  const same = isDeepStrictEqual(comparableAudit(here.stdout), comparableAudit(there.stdout));
  expectThat(same && here.code === there.code, `${name}: the audit differs:\n${here.stdout}\n${there.stdout}`);
  // The history adds what it knows; SQLite works, and nothing but progress is on stderr.
  const kept = auditOf(mm2File, `${name.replaceAll(/\W/g, '-')}.db`);
  for (const _ of [1, 2]) {
    const { code, stderr } = await timedRun(one, kept);
    expectThat(code === here.code && /^(.* …\n)*$/.test(stderr), `${name}: exit ${code}, ${stderr}`);
  }
  const listed = await timedRun(one, [
    'snapshots',
    'list',
    '--mm2',
    mm2File,
    '--history',
    kept.at(-1) ?? '',
    '--format',
    'json',
  ]);
  const snapshots = listed.stdout.match(/"takenAt":/g)?.length ?? 0;
  expectThat(snapshots >= 1, `${name}: the history is empty: ${listed.stdout}${listed.stderr}`);
  process.stdout.write(`${name}: as the checkout\n`);
}
