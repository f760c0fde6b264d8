import { generateKeyPairSync, sign } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
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

  test('--check takes a signature of the file by the given key, and no other', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const key = (name: string, of: typeof publicKey) =>
      writeFileSync(join(folder, name), of.export({ format: 'pem', type: 'spki' }));
    key('key.pem', publicKey);
    key('other.pem', other.publicKey);
    for (const format of ['html', 'json']) {
      const file = `signed.${format}`;
      expect((await run('--format', format, '--output', file)).code).toBe(0);
      const bytes = readFileSync(join(folder, file));
      writeFileSync(join(folder, `${file}.sig`), sign('sha256', bytes, privateKey));
      const checked = await run('--check', file, '--signature', `${file}.sig`, '--public-key', 'key.pem');
      expect([checked.code, checked.stderr]).toEqual([0, '']);
      expect(checked.stdout).toMatch(/signed by the key with the fingerprint [0-9a-f]{64}\n/);
    }
    for (const [signature, publicKeyFile] of [
      ['signed.json.sig', 'key.pem'],
      ['signed.html.sig', 'other.pem'],
    ] as const) {
      const refused = await run('--check', 'signed.html', '--signature', signature, '--public-key', publicKeyFile);
      expect([refused.code, refused.stdout]).toEqual([3, '']);
      expect(refused.stderr).toContain(`${signature} is no signature of the file`);
    }
    const noKey = await run('--check', 'signed.html', '--signature', 'signed.html.sig', '--public-key', 'signed.json');
    expect([noKey.code, noKey.stdout]).toEqual([2, '']);
    expect(noKey.stderr).toContain('signed.json is no public key on P-256');
  });

  test.each([
    [['--check', 'history.db', '--signature', 'history.db'], '--signature and --public-key belong together'],
    [['--signature', 'history.db', '--output', 'never.html'], '--signature is only for --check'],
    [['--public-key', 'history.db', '--output', 'never.html'], '--public-key is only for --check'],
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
