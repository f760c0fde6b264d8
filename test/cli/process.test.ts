import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openHistoryDatabase } from '../../shared/adapters/sqlite/open-database.ts';
import { createSqliteSnapshotStore } from '../../shared/adapters/sqlite/sqlite-snapshot-store.ts';
import { tidemark } from './tidemark.ts';

const BIN = fileURLToPath(new URL('../../bin/tidemark.js', import.meta.url));

let folder: string;
let silent: Server;
const held = new Set<Socket>();
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-process-'));
  // A port that takes connections and never says a word: a broker that hangs.
  silent = createServer((socket) => {
    held.add(socket.on('error', () => {}));
  });
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const address = silent.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  writeFileSync(
    join(folder, 'hung.properties'),
    `clusters=A,B\nA.bootstrap.servers=127.0.0.1:${port}\nB.bootstrap.servers=127.0.0.1:${port}\nA->B.enabled=true\n`,
  );
  writeFileSync(
    join(folder, 'refused.properties'),
    'clusters=A,B\nA.bootstrap.servers=127.0.0.1:1\nB.bootstrap.servers=127.0.0.1:1\nA->B.enabled=true\n',
  );
});
afterAll(async () => {
  for (const socket of held) socket.destroy();
  await new Promise((resolve) => silent.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

describe('the process', () => {
  test('Ctrl-C in the middle of an audit ends it with 130 and one line', async () => {
    const { code, stdout, stderr } = await tidemark(['audit', '--mm2', 'hung.properties'], {
      cwd: folder,
      // Progress on stderr shows that the audit is under way and waits.
      meanwhile: (child) => void child.stderr?.once('data', () => child.kill('SIGINT')),
    });
    expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
    expect(stderr).toMatch(/tidemark: interrupted\n$/);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  test('brokers that hang: exit 3 within 15 seconds, and progress meanwhile on stderr only', async () => {
    const { code, stdout, stderr, seconds } = await tidemark(['audit', '--mm2', 'hung.properties'], { cwd: folder });
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThan(15);
    expect(stderr).toContain('reading A->B …\n');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: no escape sequence where there is no terminal
    expect(stderr).not.toMatch(/[\u001b\r]/);
  });

  test('--timeout ends an audit of hung brokers early', async () => {
    const hung = ['audit', '--mm2', 'hung.properties', '--timeout', '1.5'];
    const { code, seconds } = await tidemark(hung, { cwd: folder });
    expect(code).toBe(3);
    expect(seconds).toBeGreaterThan(0);
    // Without it, the answer of a broker is waited for six seconds.
    expect(seconds).toBeLessThan(5);
  });

  test('a watch of clusters that refuse goes on, says so each time, and ends with 3 after --count', async () => {
    const watch = ['watch', '--mm2', 'refused.properties', '--interval', '0.2', '--count', '3'];
    const { code, stdout, stderr } = await tidemark(watch, { cwd: folder });
    expect({ code, stderr }).toEqual({ code: 3, stderr: '' });
    expect(stdout).toMatch(/^(\S+Z {2}NOT AUDITED {2}no flow could be audited: .*127\.0\.0\.1:1.*\n){3}$/);
  });

  test('SIGTERM ends a watch with 143, with its history given back', async () => {
    // Clusters that refuse tell no ids, so the audits continue the history that is there.
    const store = createSqliteSnapshotStore(openHistoryDatabase(join(folder, 'watched.db')));
    await store.begin('A->B', { source: 'a', target: 'b', begunAt: 0 });
    await store.close();
    const { code, stderr } = await tidemark(
      ['watch', '--mm2', 'refused.properties', '--history', 'watched.db', '--interval', '0.2'],
      { cwd: folder, meanwhile: (child) => void child.stdout?.once('data', () => child.kill('SIGTERM')) },
    );
    expect({ code, stderr }).toEqual({ code: 143, stderr: '\ntidemark: interrupted\n' });
    const database = openHistoryDatabase(join(folder, 'watched.db'));
    const head = database.prepare('SELECT leased_until FROM head').get();
    database.close();
    expect(head).toEqual({ leased_until: 0 });
  });

  test('a watch ends when nobody reads it any longer', async () => {
    const { code } = await tidemark(['watch', '--mm2', 'refused.properties', '--interval', '0.2'], {
      cwd: folder,
      meanwhile: (child) => void child.stdout?.once('data', () => child.stdout?.destroy()),
    });
    expect(code).toBe(3);
  });

  test('a watch of a wrong configuration ends at once with 2', async () => {
    const { code, stdout, stderr } = await tidemark(['watch', '--mm2', 'nowhere.properties'], { cwd: folder });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('there is no file nowhere.properties');
  });

  test('a reader that goes away is no error', async () => {
    const child = spawn(process.execPath, [BIN, '--help'], { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.destroy();
    const err: string[] = [];
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk.toString()));
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect({ code, err }).toEqual({ code: 0, err: [] });
  });

  // macOS has no such device.
  (existsSync('/dev/full') ? test : test.skip)(
    'a disk that is full is said in one sentence, and is no finding',
    async () => {
      const full = openSync('/dev/full', 'w');
      try {
        for (const [args, code, said] of [
          [['--help'], 3, /^tidemark: the output could not be written: no space is left there\n {2}→ make room/],
          [['init', 'hung.properties'], 3, /^tidemark: the output could not be written/],
          [['restore', 'plna'], 2, /^tidemark: unknown command 'plna'/],
        ] as const) {
          const child = spawn(process.execPath, [BIN, ...args], { stdio: ['ignore', full, 'pipe'], cwd: folder });
          let err = '';
          child.stderr?.on('data', (chunk: Buffer) => {
            err += chunk;
          });
          const ended = await once(child, 'close');
          expect(err).toMatch(said);
          expect(err).not.toContain('    at ');
          expect(ended).toEqual([code, null]);
        }
      } finally {
        closeSync(full);
      }
    },
  );

  test("init writes a file that is not there, and doctor's hint names it", async () => {
    const { code, stdout, stderr } = await tidemark(['init', 'hung.properties', '--output', 'made.yaml'], {
      cwd: folder,
    });
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toContain('doctor --config made.yaml');
    expect(readFileSync(join(folder, 'made.yaml'), 'utf8')).toContain('flow: A->B');
  });
});

/** The machine's own Node, where it is one that cannot run TypeScript by itself. */
const oldNode = ['/usr/local/bin/node', '/usr/bin/node'].find((path) => {
  if (!existsSync(path)) return false;
  const [major = 99] = execFileSync(path, ['-p', 'process.versions.node'], { encoding: 'utf8' }).split('.').map(Number);
  return major < 22;
});

(oldNode === undefined ? describe.skip : describe)('on a machine with an old Node', () => {
  test('it runs on the Node that npm ci brought, with its output and exit codes', async () => {
    const node = oldNode ?? '';
    const help = await tidemark(['--help'], { node });
    expect({ code: help.code, stderr: help.stderr }).toEqual({ code: 0, stderr: '' });
    expect(help.stdout).toContain('Usage: tidemark');
    expect((await tidemark(['audit', '--nope'], { node })).code).toBe(2);
  });
});
