import type { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startSealEndpoint } from '../../lab/seal-endpoint.ts';
import { openHistoryDatabase } from '../../shared/adapters/sqlite/open-database.ts';
import { createSqliteRunStore } from '../../shared/adapters/sqlite/sqlite-run-store.ts';
import { beginRun } from '../../shared/failover/assess-failover.ts';
import type { StoredRun } from '../../shared/failover/run-entry-schema.ts';
import { faultsOf, publishedSchema } from '../docs/published-schema.ts';
import { begin } from '../shared/failover/begin-run.ts';
import { FakeWorld } from '../shared/failover/failover-world.ts';
import { tidemark } from './tidemark.ts';

describe('tidemark failover evidence', () => {
  let folder: string;
  let stored: StoredRun;
  let head: string;

  /** A history with a run that the engine has carried out. */
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tidemark-drill-'));
    const run = await begin(new FakeWorld());
    await run.run();
    stored = await run.stored();
    head = stored.entries.at(-1)?.hash ?? '';
    const database = openHistoryDatabase(join(folder, 'history.db'));
    const store = createSqliteRunStore(database);
    const [first, ...rest] = stored.entries;
    if (first?.event.kind !== 'assessed') throw new Error('a run begins with its assessment');
    const { subject, hash, figures, by, expiresAt } = first.event;
    const assessment = { subject, hash, figures, gates: [], report: run.fake.report() };
    await beginRun(store, assessment, { by, at: first.at, validForMs: expiresAt - first.at, run: run.id });
    const at = first.at;
    for (const entry of rest) {
      const lock = await store.lockOf(subject.flow);
      const request = { flow: subject.flow, run: run.id, holder: 'test', at, override: true };
      if (lock?.epoch !== entry.epoch) await store.lock(request);
      expect(await store.append(subject.flow, entry)).toBe('added');
    }
    database.close();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const run = (...args: string[]) =>
    tidemark(['failover', 'evidence', ...args], {
      cwd: folder,
      environment: { TIDEMARK_HISTORY: join(folder, 'history.db') },
    });

  test('writes one HTML file, which it does not overwrite, and names the head to keep', async () => {
    const first = await run('--output', 'drill.html');
    expect({ code: first.code, stdout: first.stdout }).toEqual({ code: 0, stdout: '' });
    expect(first.stderr).toBe(`drill.html is written\nkeep its head in another place: ${head}\n`);
    expect(readFileSync(join(folder, 'drill.html'), 'utf8')).toMatch(/^<!doctype html>.*<\/html>\n$/s);
    expect(statSync(join(folder, 'drill.html')).mode & 0o007).toBe(0);
    const again = await run('--output', 'drill.html');
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('exists already')]);
  });

  test('prints JSON as published: exactly the entries of the run, whichever way it is named', async () => {
    const { code, stdout } = await run('--format', 'json');
    expect(code).toBe(0);
    const document = JSON.parse(stdout) as { readonly entries: unknown; readonly head: string };
    expect(faultsOf(document, publishedSchema('failover-evidence-1'))).toEqual([]);
    expect([document.entries, document.head]).toEqual([stored.entries, head]);
    expect((await run(stored.record.run, '--format', 'json')).stdout).toBe(stdout);
  });

  test.each(['html', 'json'])('--check takes the %s file as it was written, and no other', async (format) => {
    const file = join(folder, `checked.${format}`);
    expect((await run('--format', format, '--output', file)).code).toBe(0);
    const whole = await run('--check', file, '--head', head);
    expect({ code: whole.code, stderr: whole.stderr }).toEqual({ code: 0, stderr: '' });
    expect(whole.stdout).toContain(`head ${head}\n  it is the given one: no entry is missing\n`);
    expect((await run('--check', file)).stdout).toContain('no head was given');
    const other = await run('--check', file, '--head', head.replace(/./g, '0'));
    expect([other.code, other.stdout]).toEqual([3, '']);
    expect(other.stderr).toContain('entries are missing at its end');
    writeFileSync(file, readFileSync(file, 'utf8').replace('User:app', 'User:apq'));
    const altered = await run('--check', file);
    expect([altered.code, altered.stdout]).toEqual([3, '']);
    expect(altered.stderr).toMatch(
      /tidemark: the evidence cannot be relied on: .*(entry 0|line \d+ of the file) was changed/,
    );
  });

  test('--seal dies after each of its writes, and the same again seals exactly what is missing', async () => {
    const endpoint = await startSealEndpoint();
    const key = 'arn:aws:kms:eu-central-1:111122223333:key/0123';
    const environment = {
      TIDEMARK_HISTORY: join(folder, 'history.db'),
      AWS_ENDPOINT_URL: endpoint.url,
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'swordfish',
    };
    const seal = (meanwhile = (_: ReturnType<typeof spawn>): void => undefined) =>
      tidemark(['failover', 'evidence', '--seal', 's3://evidence/dr/', '--kms-key', key], {
        cwd: folder,
        environment,
        meanwhile,
      });
    try {
      for (let writes = 1; writes <= 5; writes++) {
        endpoint.objects.clear();
        endpoint.written.length = 0;
        const killed = await seal((child) => {
          endpoint.stored = (nth) => void (nth === writes && child.kill('SIGKILL'));
        });
        expect([killed.code, endpoint.written.length]).toEqual([null, writes]);
        const before = new Map(endpoint.objects);
        const { code, stdout, stderr } = await seal();
        expect([code, stdout]).toEqual([0, '']);
        expect(stderr).toContain(`sealed in s3://evidence/dr/${stored.record.run}/${head}: nobody deletes them before`);
        expect(stderr).toContain(`keep its head in another place: ${head}`);
        expect(endpoint.written).toHaveLength(5);
        for (const [path, bytes] of before) expect(endpoint.objects.get(path)).toEqual(bytes);
      }
      for (const [path, bytes] of endpoint.objects) {
        expect(bytes.includes('swordfish')).toBe(false);
        writeFileSync(join(folder, path.split('/').at(-1) ?? ''), bytes);
      }
      const page =
        [...endpoint.objects.keys()]
          .find((path) => path.endsWith('.html'))
          ?.split('/')
          .at(-1) ?? '';
      for (const file of ['evidence.json', page]) {
        const args = ['--check', file, '--signature', `${file}.sig`, '--public-key', 'public-key.pem'];
        const checked = await run(...args);
        expect([checked.code, checked.stderr]).toEqual([0, '']);
        expect(checked.stdout).toMatch(/signed by the key with the fingerprint [0-9a-f]{64}\n/);
      }
      const args = ['--check', page, '--signature', 'evidence.json.sig', '--public-key', 'public-key.pem'];
      const other = await run(...args);
      expect([other.code, other.stdout]).toEqual([3, '']);
      expect(other.stderr).toContain('evidence.json.sig is no signature of the file');
      endpoint.fail({ service: 'KMS', status: 400, code: 'AccessDeniedException' });
      const refused = await seal();
      expect([refused.code, refused.stdout]).toEqual([3, '']);
      expect(refused.stderr).toContain('Allow kms:Sign');
    } finally {
      await endpoint.close();
    }
  });

  test.each([
    [['--check', 'history.db', '--signature', 'history.db'], '--signature and --public-key belong together'],
    [['--signature', 'history.db', '--output', 'never.html'], '--signature is only for --check'],
    [['--public-key', 'history.db', '--output', 'never.html'], '--public-key is only for --check'],
    [['--seal', 's3://evidence', '--output', 'never.html'], '--seal and --kms-key belong together'],
    [['--seal', 'https://evidence', '--output', 'never.html'], 's3://BUCKET'],
    [['--kms-key', 'alias/evidence', '--output', 'never.html'], 'the ARN of the key'],
    [['--check', 'history.db', '--seal', 's3://evidence'], '--check only reads a file'],
    [['--check', 'nothing.html'], 'nothing.html could not be read (ENOENT)'],
    [['--check', 'history.db', '--output', 'never.html'], '--check only reads a file'],
    [['--check', 'history.db', '--head', 'abc'], 'all 64 characters'],
    [['--head', '0'.repeat(64), '--output', 'never.html'], '--head is only for --check'],
    [['nobody', '--output', 'never.html'], '"nobody"'],
    [['--format', 'pdf'], 'Allowed choices'],
  ])('%j is wrong usage', async (args, message) => {
    const { code, stdout, stderr } = await run(...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
    expect(existsSync(join(folder, 'never.html'))).toBe(false);
  });

  test('what is no evidence at all is said to be altered', async () => {
    const { code, stderr } = await run('--check', 'history.db');
    expect([code, stderr]).toEqual([3, expect.stringContaining('the evidence cannot be relied on')]);
  });
});
