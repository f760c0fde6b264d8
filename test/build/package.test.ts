import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { isBuiltin } from 'node:module';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { buildBinaryOfCopy, copyCheckout, installOffline, packCopy } from '../../lab/install/checkout-copy.ts';
import { serving } from '../cli/serving.ts';
import { COMPILE_CACHE } from '../compile-cache.ts';

const ROOT = join(import.meta.dirname, '../..');
const MAX_BYTES = 5_000_000;
const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };

/** Work that takes long shows progress, and on a busy machine all work does. */
const PROGRESS = /^.* …\n/gm;
/** Printed next steps begin with how each was started. */
const AS_STARTED = /(`|→ )\S*(?:node \S*tidemark\.js|\/tidemark)(?= )/g;

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Packs a copy of the checkout and installs the tarball below a node_modules folder, with no network and no cache. */
describe('the package', () => {
  let folder: string;
  let tarball: string;
  /** The installed package. */
  let installed: string;
  let executable: string;

  /** Runs a program in the folder, with nothing on its path. */
  const run = (file: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}) =>
    new Promise<Ran>((resolve) => {
      const env = { PATH: '', HOME: folder, TIDEMARK_HISTORY: 'off', ...COMPILE_CACHE, ...environment };
      execFile(file, args, { cwd: folder, env }, (error, stdout, stderr) => {
        resolve({
          code: error === null ? 0 : Number(error.code),
          stdout,
          stderr: stderr.replace(PROGRESS, '').replace(AS_STARTED, '$1tidemark'),
        });
      });
    });
  const ofPackage = (args: readonly string[], environment?: Readonly<Record<string, string>>) =>
    run(process.execPath, [join(folder, 'node_modules/.bin/tidemark'), ...args], environment);
  const ofExecutable = (args: readonly string[], environment?: Readonly<Record<string, string>>) =>
    run(executable, args, environment);
  const ofCheckout = (args: readonly string[], environment?: Readonly<Record<string, string>>) =>
    run(process.execPath, [join(ROOT, 'bin/tidemark.js'), ...args], environment);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tidemark-package-'));
    const copy = join(folder, 'copy');
    copyCheckout(copy, { libraries: true });
    tarball = await packCopy(copy);
    await installOffline(tarball, folder);
    executable = await buildBinaryOfCopy(copy);
    installed = join(folder, 'node_modules/tidemark');
    const refused =
      'clusters=A,B\nA.bootstrap.servers=127.0.0.1:1\nB.bootstrap.servers=127.0.0.1:1\nA->B.enabled=true\n';
    writeFileSync(join(folder, 'refused.properties'), refused);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const files = () => globSync('**/*', { cwd: installed, withFileTypes: true }).filter((entry) => entry.isFile());

  test('takes at most 5 MB, packed and installed', () => {
    expect(statSync(tarball).size).toBeLessThan(MAX_BYTES / 2);
    const bytes = files().map((entry) => statSync(join(entry.parentPath, entry.name)).size);
    expect(bytes.length).toBeGreaterThan(50);
    expect(bytes.reduce((total, size) => total + size, 0)).toBeLessThan(MAX_BYTES);
  });

  test('has compiled code, documents and licences, and neither sources nor tests nor the lab', () => {
    const names = globSync('**/*', { cwd: installed }).filter((name) => statSync(join(installed, name)).isFile());
    const expected =
      /^(bin\/tidemark\.js|dist\/cli\/.+\.(js|js\.map|txt)|docs\/.+\.(md|json)|[A-Z]+\.md|LICENSE|package\.json)$/;
    expect(names.filter((name) => !expected.test(name))).toEqual([]);
    expect(names).toEqual(
      expect.arrayContaining(['bin/tidemark.js', 'dist/cli/main.js', 'docs/runbook.md', 'LICENSE']),
    );
    const notices = readFileSync(join(installed, 'dist/cli/THIRD-PARTY-NOTICES.txt'), 'utf8');
    for (const name of ['kafkajs', 'zod', 'commander', 'yaml', '@aws-sdk/client-dynamodb'])
      expect(notices).toMatch(new RegExp(`^${name} \\d`, 'm'));
    expect(notices.split('2. Grant of Copyright License.')).toHaveLength(2);
    const ofBinary = readFileSync(join(dirname(executable), 'THIRD-PARTY-NOTICES.txt'), 'utf8');
    expect(ofBinary).toContain(`contains Node ${process.versions.node}.`);
    expect(ofBinary).toMatch(/^kafkajs \d/m);
  });

  test('names no folder of the machine that made it, and holds no key', () => {
    const secret = /-----BEGIN [A-Z ]*PRIVATE KEY-----\s*[A-Za-z0-9+/]{40}|\bAKIA[0-9A-Z]{16}\b/;
    const places = [ROOT, folder, tmpdir(), `${homedir()}/`];
    const found = files().flatMap((entry) => {
      const text = readFileSync(join(entry.parentPath, entry.name), 'utf8');
      return [...places.filter((place) => text.includes(place)), ...(secret.exec(text) ?? [])].map(
        (what) => `${entry.name}: ${what}`,
      );
    });
    expect(found).toEqual([]);
  });

  test('needs no other package, runs nothing when it is installed, and says which Node it needs', () => {
    const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as Record<string, unknown>;
    expect(Object.keys(manifest).filter((key) => /dependencies|scripts/i.test(key))).toEqual([]);
    expect(manifest).toMatchObject({ version, engines: { node: '^22.18.0 || >=23.6.0' } });
    const imported = files()
      .filter(({ name }) => name.endsWith('.js'))
      .flatMap((entry) => {
        const text = readFileSync(join(entry.parentPath, entry.name), 'utf8');
        const names = text.matchAll(/(?:^|[;}\s])(?:import|from|import\(|require\()\s?"([\w@][\w@:/.-]*)"/g);
        return [...names].map(([, name = '']) => name);
      });
    expect(imported).toContain('node:sqlite');
    expect([...new Set(imported)].filter((name) => !isBuiltin(name))).toEqual([]);
  });

  test('prints version and help as the checkout does', async () => {
    expect(await ofPackage(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
    expect(await ofExecutable(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
    for (const args of [['--help'], ['audit', '--help'], ['restore', '--help'], ['adit']]) {
      const [expected, packed, executed] = await Promise.all([ofCheckout(args), ofPackage(args), ofExecutable(args)]);
      expect(packed).toEqual(expected);
      expect(executed).toEqual(expected);
    }
  });

  test('can be installed for every user of a machine, as the image recipe does', async () => {
    const prefix = join(folder, 'global');
    await installOffline(tarball, prefix, ['--global', '--prefix', prefix]);
    expect(await run(process.execPath, [join(prefix, 'bin/tidemark'), '--version'])).toMatchObject({
      stdout: `${version}\n`,
    });
  });

  test.each([
    ['drafts a configuration', ['init', 'refused.properties']],
    ['reports what is wrong with a configuration', ['audit', '--mm2', 'nowhere.properties']],
    ['audits clusters that refuse', ['audit', '--mm2', 'refused.properties', '--history', 'HISTORY.db']],
    ['asks DynamoDB', ['snapshots', 'list', '--mm2', 'refused.properties', '--history', 'dynamodb:tidemark']],
  ])('%s as the checkout does', async (_, args) => {
    const aws = {
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'id',
      AWS_SECRET_ACCESS_KEY: 'key',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
    };
    const named = (by: string) => args.map((word) => word.replace('HISTORY', by));
    const [expected, packed, executed] = await Promise.all([
      ofCheckout(named('checkout'), aws),
      ofPackage(named('package'), aws),
      ofExecutable(named('executable'), aws),
    ]);
    expect(expected.stdout + expected.stderr).not.toBe('');
    expect(packed).toEqual(expected);
    expect(executed).toEqual(expected);
    if (args.includes('HISTORY.db')) {
      expect(expected.code).toBe(3);
      for (const by of ['checkout', 'package', 'executable']) expect(existsSync(join(folder, `${by}.db`))).toBe(true);
    }
  });

  test('on an older Node it says so in one sentence, and ends with 2', async () => {
    const older = 'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "22.17.1" } })';
    const bin = join(installed, 'bin/tidemark.js');
    const ran = await run(process.execPath, ['--import', `data:text/javascript,${older}`, bin, '--version']);
    const stderr =
      'tidemark: Node 22.17.1 is too old: install Node 22.18 or later, or use the executable that needs none\n';
    expect(ran).toEqual({ code: 2, stdout: '', stderr });
  });

  test('a checkout that lies below node_modules says what to install instead', async () => {
    const below = join(folder, 'node_modules/checkout');
    for (const part of ['bin', 'cli', 'package.json']) cpSync(join(ROOT, part), join(below, part), { recursive: true });
    const ran = await run(process.execPath, [join(below, 'bin/tidemark.js'), '--version']);
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expect(ran.stderr).toMatch(/^tidemark: this is a checkout, .* install the package that npm pack makes\n$/);
  });

  test('serves the page, and the runbook to which it leads, with nothing beside the executable', async () => {
    const alone = join(folder, 'alone');
    mkdirSync(alone);
    cpSync(executable, join(alone, 'tidemark'));
    const programs: readonly [string, ...string[]][] = [
      [process.execPath, join(folder, 'node_modules/.bin/tidemark')],
      [join(alone, 'tidemark')],
    ];
    for (const program of programs) {
      const server = await serving(['--mm2', 'refused.properties'], { cwd: folder, program });
      try {
        const [page, runbook] = await Promise.all(['/', '/runbook'].map((path) => fetch(`${server.url}${path}`)));
        expect([page?.status, runbook?.status]).toEqual([200, 200]);
        expect(await page?.text()).toContain('<h1><a href="/">Tidemark</a></h1>');
        expect(await runbook?.text()).toContain('<h2 id="mirror-stopped">');
      } finally {
        await server.stop();
      }
    }
  });

  test('signs in to MSK', async () => {
    const [piece] = globSync('dist/cli/parts/msk-token-*.js', { cwd: installed });
    const code = `const { mskToken } = await import(process.argv[1]); console.log(await mskToken('eu-west-1'));`;
    const aws = { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'key' };
    const args = ['--input-type=module', '--eval', code, join(installed, piece ?? 'no piece')];
    const { stdout, stderr } = await run(process.execPath, args, aws);
    expect(stderr).toBe('');
    expect(Buffer.from(stdout, 'base64url').toString()).toContain('kafka.eu-west-1.amazonaws.com');
  });

  test('--debug names the sources in a stack trace', async () => {
    const { stderr } = await ofPackage(['audit', '--mm2', 'refused.properties', '--debug']);
    expect(stderr).toMatch(/at runAudit \(.*shared\/audit\/run-audit\.ts:\d+:\d+\)/);
  });
});
