import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { waitUntil } from '../../../lab/wait-until.ts';

const ROOT = join(import.meta.dirname, '../../..');

/** `npm run local` itself: real clusters and MM2, the bundles, DynamoDB Local, the alarms of the template. */
describe('a deployment on a laptop', () => {
  const started: ChildProcess[] = [];
  afterAll(() => {
    for (const child of started) child.kill('SIGKILL');
  });

  function run(...args: string[]) {
    const child = spawn(process.execPath, [join(ROOT, 'lab/local/main.ts'), ...args], { cwd: ROOT, stdio: 'pipe' });
    started.push(child);
    const printed = { out: '', err: '', child };
    child.stdout.on('data', (chunk: Buffer) => {
      printed.out += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      printed.err += chunk.toString();
    });
    return printed;
  }

  test('--help and a wrong usage start nothing', async () => {
    const help = run('--help');
    expect((await once(help.child, 'close'))[0]).toBe(0);
    expect(help.out).toContain('--minute SECONDS');
    const wrong = run('--minute', '0');
    expect((await once(wrong.child, 'close'))[0]).toBe(2);
    expect(wrong.err).toContain('--minute must be from 5 to 60');
  });

  test('pages for MM2 that was killed, and leaves nothing behind when it is interrupted', async () => {
    const local = run('--minute', '5');
    const seen = (what: string, where: () => string, text: string | RegExp) =>
      waitUntil(what, () => where().search(text) >= 0, {
        deadlineMs: 150_000,
        explain: () => `${local.out}\n${local.err}`,
      });
    await seen('the first audit', () => local.err, 'minute 1: audited in');
    await seen('its alarm', () => local.out, /Tidemark-local\/A->B\/not-ready: INSUFFICIENT_DATA -> OK/);
    const pids = [...local.out.matchAll(/^ {2}kill -\w+ (\d+)/gm)].map(([, pid]) => Number(pid));
    expect(pids).toHaveLength(3);
    process.kill(pids[0] ?? 0, 'SIGKILL');
    await seen(
      'a page',
      () => local.out,
      /to "Tidemark alarms": CRITICAL MIRROR_STOPPED: flow A->B, cluster B \[local\]/,
    );
    await seen('the alarm', () => local.out, /to "Tidemark alarms": ALARM: "Tidemark-local\/A->B\/mirror-not-running"/);
    const interrupted = performance.now();
    local.child.kill('SIGINT');
    expect((await once(local.child, 'close'))[0]).toBe(130);
    expect(performance.now() - interrupted).toBeLessThan(5_000);
    await waitUntil('the brokers to be gone', () => !pids.some(isAlive), { deadlineMs: 20_000 });
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
