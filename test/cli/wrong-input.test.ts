import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Ran } from './tidemark.ts';
import { tidemark } from './tidemark.ts';

let folder: string;
const GOOD = 'clusters=A,B\nA.bootstrap.servers=127.0.0.1:1\nB.bootstrap.servers=127.0.0.1:1\nA->B.enabled=true\n';
const SASL = 'A.security.protocol=SASL_PLAINTEXT\nA.sasl.mechanism=PLAIN\n';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-cli-'));
  const files = {
    'good.properties': GOOD,
    'marked.properties': `\uFEFF${GOOD}`,
    'utf-16.properties': Buffer.from(`\uFEFF${GOOD}`, 'utf16le'),
    'unicode.properties': `${GOOD}x=\\u12`,
    'faults.properties': GOOD.replace('127.0.0.1:1', 'nowhere').concat('A->B.offset.lag.max=x\nA->B.topics=(\n'),
    'secret.properties': `${GOOD}${SASL}A.sasl.jaas.config=PlainLoginModule required password=hunter2`,
    'no-variable.properties': `${GOOD}A.ssl.key.password=x\nA.security.protocol=SSL\nA.ssl.truststore.location=\${env:NOT_SET}`,
    'broken.yaml': 'clusters: { A: { password: "hunter2 }',
    'typo.yaml': 'cluster: {}\n',
    'secret.yaml':
      'clusters:\n  A: { bootstrapServers: a:1, sasl: { mechanism: PLAIN, username: u, password: hunter2 } }\n  B: { bootstrapServers: b:1 }\nflows: [{ flow: A->B }]\n',
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  mkdirSync(join(folder, 'empty'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (...args: string[]): Promise<Ran> => tidemark(args, { cwd: folder });

describe('wrong input', () => {
  test.each([
    [['audti'], "unknown command 'audti'", 'Did you mean audit?'],
    [['audit', '--flwo', 'x'], "unknown option '--flwo'", 'Did you mean --flow?'],
    [['audit', '--format', 'xml'], "'xml' is invalid", 'table, json'],
    [['audit', '--fail-on', 'errors'], "'errors' is invalid", 'critical, warning, info, never'],
    [['audit', '--timeout', 'soon'], "'soon' is invalid", 'number of seconds'],
    [['verify', '--budget', '0'], "'0' is invalid", 'number of bytes'],
    [['verify', '--budget', '32 MB'], 'is invalid', 'such as 32M'],
    [['verify', '--sample', '0'], "'0' is invalid", 'from 1 on'],
    [['audit', '--mm2', 'good.properties', '--budget', '1M'], 'no use without --verify', 'add --verify'],
    [['audit', 'extra'], 'too many arguments', '--help'],
    [['audit', '--mm2'], 'argument missing', '--help'],
    [['translate', '--mm2', 'good.properties', '--offset', '1'], 'required option', '--topic'],
    [['translate', '--mm2', 'good.properties', '--topic', 't', '--offset', '-1'], 'is invalid', 'whole number'],
    [['audit', '--as-of', '2026-11-20T10:00:00'], 'is invalid', 'with its zone'],
    [['audit', '--mm2', 'good.properties', '--as-of', '-2h'], 'the history is off', '--history FILE'],
    [['audit', '--mm2', 'good.properties', '--as-of', '-2h', '--verify'], 'exclude each other', 'as they are now'],
    [['watch', '--interval', '0'], 'is invalid', 'number of seconds'],
    [['watch', '--count', '0'], 'is invalid', 'from 1 on'],
    [['serve', '--listen', 'everywhere'], "'everywhere' is invalid", 'such as 127.0.0.1:8080'],
    [['serve', '--mm2', 'good.properties', '--listen', '0.0.0.0:0'], 'needs a token', 'TIDEMARK_SERVE_TOKEN'],
    [['serve', '--token-file', 'nowhere'], '--token-file nowhere cannot be read: ENOENT', 'check its path'],
    [['serve', '--token-file', 'secret.yaml'], 'fewer than 16 characters', 'openssl rand'],
    [['serve', '--mm2', 'good.properties', '--listen', '192.0.2.1:8080'], 'needs a token', 'listen on 127.0.0.1'],
    [['serve', '--mm2', 'good.properties', '--flow', 'A->C'], 'there is no flow "A->C"', 'did you mean A->B?'],
    [['serve', '--group-metrics', '-1'], 'is invalid', 'whole number'],
    [['snapshots', 'list', '--from', 'yesterday'], 'is invalid', 'with its zone'],
    [['snapshots', 'show', '--mm2', 'good.properties'], 'the history is off', '--history FILE'],
    [['init'], "missing required argument 'file'", '--help'],
    [['audit', '--mm2', 'a', '--config', 'b'], 'exclude each other', 'mm2: a'],
    [['audit', '--mm2', 'nowhere.properties'], 'there is no file nowhere.properties', 'correct the path'],
    [['audit', '--config', 'nowhere.yaml'], 'there is no file nowhere.yaml', 'correct the path'],
    [['audit', '--config', 'empty'], 'is a directory', 'name a file'],
    [['audit', '--mm2', 'empty'], 'is a directory', 'name a file'],
    [['audit', '--mm2', 'utf-16.properties'], 'in UTF-16 (little-endian)', 'some shells write UTF-16'],
    [['audit', '--mm2', 'marked.properties'], 'in UTF-8 with a byte order mark', 'ISO-8859-1'],
    [['audit', '--mm2', 'unicode.properties'], 'unicode.properties:5: x:', 'double the backslash'],
    [['audit', '--config', 'broken.yaml'], 'broken.yaml:1: is not valid YAML', 'correct the line'],
    [['audit', '--config', 'typo.yaml'], 'typo.yaml:1: cluster: is not a known key', 'did you mean clusters?'],
    [['audit', '--mm2', 'good.properties', '--flow', 'A->C'], 'there is no flow "A->C"', 'did you mean A->B?'],
    [['audit', '--mm2', 'secret.properties'], 'cannot be parsed', 'PlainLoginModule'],
    [['audit', '--config', 'secret.yaml'], 'is not a reference', '{ env: NAME }'],
    [['audit', '--mm2', 'no-variable.properties'], 'NOT_SET is not set', 'export NOT_SET='],
    [['doctor', '--mm2', 'faults.properties'], '3 faults', 'a comma always separates two patterns'],
    [['init', 'nowhere.properties'], 'there is no file', 'correct the path'],
    [['init', 'good.properties', '--output', 'typo.yaml'], 'typo.yaml exists already', 'name a new file'],
    [['init', 'good.properties', '--output', 'no/such/dir.yaml'], 'cannot be written: ENOENT', 'folder'],
  ])('%j: exit 2, one message with a remedy, no stack, no secret', async (args, message, remedy) => {
    const { code, stdout, stderr } = await run(...args);
    expect(stdout).toBe('');
    expect(stderr).toContain(message);
    expect(stderr).toContain(remedy);
    expect(stderr.match(/^tidemark: /gm)).toHaveLength(1);
    expect(stderr).not.toMatch(/\n\s+at .*[:(]|hunter2/);
    expect(code).toBe(2);
  });

  test('all faults of a file stand in one message, in its order', async () => {
    const { stderr } = await run('audit', '--mm2', 'faults.properties');
    const at = ['faults.properties:2:', 'faults.properties:5:', 'faults.properties:6:'].map((p) => stderr.indexOf(p));
    expect(at).not.toContain(-1);
    expect(at).toEqual(at.toSorted((a, b) => a - b));
  });

  test('without a configuration it says how to get one', async () => {
    const { code, stderr } = await tidemark(['audit'], { cwd: join(folder, 'empty') });
    expect(stderr).toMatch(/`\S*node \S*tidemark\.js init mm2\.properties --output tidemark\.yaml`/);
    expect(code).toBe(2);
  });

  test('--debug adds where it happened', async () => {
    const { stderr } = await run('audit', '--mm2', 'nowhere.properties', '--debug');
    expect(stderr).toMatch(/\n\s+at .*mm2-properties/);
  });

  test('brokers that refuse connections: exit 3, one message', async () => {
    const { code, stdout, stderr } = await run('audit', '--mm2', 'good.properties');
    expect(stderr).toMatch(
      /^tidemark: no flow could be audited: .*127\.0\.0\.1:1.*\n {2}→ .*tidemark\.js doctor --mm2 good\.properties`$/m,
    );
    expect(stderr).not.toMatch(/\n\s+at /);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
  });

  test('a translation without a source to ask: exit 3, and not that the topic is not mirrored', async () => {
    const args = ['translate', '--mm2', 'good.properties', '--topic', 't', '--offset', '5', '--history', 'off'];
    const { code, stderr } = await run(...args);
    expect(stderr).toContain('cluster A cannot be reached');
    expect(stderr).not.toContain('mirror a topic');
    expect(code).toBe(3);
  });

  test('unknown hosts: exit 3 and the name that is not known', async () => {
    writeFileSync(join(folder, 'hosts.properties'), GOOD.replaceAll('127.0.0.1:1', 'no-such-host.invalid:9092'));
    const { code, stderr } = await run('audit', '--mm2', 'hosts.properties');
    expect(stderr).toContain('no-such-host.invalid');
    expect(code).toBe(3);
  });
});

describe('help and version', () => {
  test('--help lists the commands that there are, with examples, on stdout', async () => {
    const { code, stdout, stderr } = await run('--help');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const command of ['audit', 'doctor', 'translate', 'verify', 'failover', 'failback', 'init'])
      expect(stdout).toMatch(new RegExp(`^ {2}${command} `, 'm'));
    expect(stdout).not.toMatch(/^ {2}drill /m);
    expect(stdout).toContain('Examples:');
    expect(stdout.split('\n').filter((line) => line.length > 90)).toEqual([]);
  });

  test('every command has examples and exit codes or says what it does not do', async () => {
    for (const command of ['audit', 'doctor', 'translate', 'verify', 'failover', 'failback', 'init']) {
      const { code, stdout } = await run(command, '--help');
      expect(code).toBe(0);
      expect(stdout).toMatch(/Examples?:/);
    }
  });

  test('without a command it prints the help to stderr and exits 2', async () => {
    const { code, stdout, stderr } = await run();
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('Usage: tidemark');
  });

  test('--version is that of the package', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    expect((await run('--version')).stdout).toBe(`${version}\n`);
  });

  test('what only prints loads no library but that of the command line', async () => {
    const tell = `import { registerHooks } from 'node:module';
      registerHooks({ load(url, context, next) { process.stderr.write(url + '\\n'); return next(url, context); } });`;
    const environment = { NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(tell)}` };
    const { stderr } = await tidemark(['--version'], { environment });
    const libraries = stderr.split('\n').flatMap((url) => /\/node_modules\/([^/]+)/.exec(url)?.[1] ?? []);
    expect([...new Set(libraries)]).toEqual(['commander']);
  });
});
