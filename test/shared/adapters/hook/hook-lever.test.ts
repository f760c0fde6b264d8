import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { waitUntil } from '../../../../lab/wait-until.ts';
import { createHookFence, createHookLever } from '../../../../shared/adapters/hook/hook-lever.ts';
import type { HookConfig } from '../../../../shared/config/failover/failover-config.ts';

const folder = mkdtempSync(join(tmpdir(), 'tidemark-hook-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const script = (text: string) => [process.execPath, '-e', text];
const lever = (hook: Partial<HookConfig> & Pick<HookConfig, 'apply'>) =>
  createHookLever({ environment: {}, timeoutMs: 20_000, ...hook }, 'A->B', 'switch-name');
const failure = async (work: Promise<void>): Promise<string> =>
  await work.then(
    () => 'it succeeded',
    (error: unknown) => (error instanceof Error ? error.message : ''),
  );

function isRunning(pid: number): boolean {
  try {
    // A process that nobody has waited for is a zombie: it runs no more.
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.[0] !== 'Z';
  } catch {
    return false;
  }
}

describe('a hook', () => {
  test('gets its arguments as they are, the named variables, and what it is for; nothing else', async () => {
    process.env.TIDEMARK_TEST_UNNAMED = 'not for it';
    const file = join(folder, 'seen.json');
    const text = `require('fs').writeFileSync(process.argv[1], JSON.stringify({ env: process.env, args: process.argv.slice(2) }))`;
    await lever({ apply: [...script(text), file, '$HOME; exit 1', '*'], environment: { NAMED: 'yes' } }).apply();
    const seen = JSON.parse(readFileSync(file, 'utf8'));
    expect(seen.args).toEqual(['$HOME; exit 1', '*']);
    const own = Object.keys(seen.env).filter((name) => !name.startsWith('__'));
    expect(own.sort()).toEqual(['NAMED', 'PATH', 'TIDEMARK_ACTION', 'TIDEMARK_FLOW', 'TIDEMARK_STEP']);
    expect(seen.env).toMatchObject({ TIDEMARK_ACTION: 'apply', TIDEMARK_FLOW: 'A->B', TIDEMARK_STEP: 'switch-name' });
    delete process.env.TIDEMARK_TEST_UNNAMED;
  });

  test('that fails is quoted without secrets, hidden characters, or more than its last words', async () => {
    const text = `console.error('x'.repeat(100_000)); console.error('key hunter2-hunter2, password=s3cr3t \\u001b[31m'); process.exit(7)`;
    const message = await failure(lever({ apply: script(text), environment: { KEY: 'hunter2-hunter2' } }).apply());
    expect(message).toContain('exited with 7');
    for (const hidden of ['hunter2', 's3cr3t', '\u001b']) expect(message).not.toContain(hidden);
    expect(message.length).toBeLessThan(6_000);
  });

  test('that does not end is killed, with what it started', async () => {
    const file = join(folder, 'pid');
    const text = `const child = require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
      require('fs').writeFileSync(${JSON.stringify(file)}, String(child.pid)); setInterval(() => {}, 1000)`;
    expect(await failure(lever({ apply: script(text), timeoutMs: 1_500 }).apply())).toContain('killed');
    const pid = Number(readFileSync(file, 'utf8'));
    await waitUntil('the child to end', () => !isRunning(pid), { deadlineMs: 10_000 });
  });

  test('that leaves something behind with its pipes open has ended anyway', async () => {
    const text = `require('child_process').spawn(process.execPath, ['-e', 'setTimeout(() => {}, 5000)'], { detached: true, stdio: 'inherit' }).unref()`;
    const began = Date.now();
    await lever({ apply: script(text) }).apply();
    expect(Date.now() - began).toBeLessThan(4_500);
  });

  test('that is not there says so', async () => {
    expect(await failure(lever({ apply: [join(folder, 'nothing')] }).apply())).toContain('ENOENT');
  });

  test.each([
    [0, true],
    [1, false],
    [2, null],
  ])('whose check exits with %d answers %p', async (code, expected) => {
    expect(await lever({ apply: script(''), check: script(`process.exit(${code})`) }).isInEffect()).toBe(expected);
  });

  test('without a check or a way back says so', async () => {
    const one = lever({ apply: script('') });
    expect(await one.isInEffect()).toBeNull();
    expect(one.putBack).toBeNull();
    const fence = createHookFence({ apply: script(''), environment: {}, timeoutMs: 1_000 }, 'A->B');
    await expect(fence.lift({})).rejects.toThrow(/no hook that lifts/);
  });

  test('describes what it would run without running it', () => {
    const file = join(folder, 'ran');
    const one = lever({ apply: ['touch', file], putBack: ['rm', file] });
    expect(one.describe()).toEqual([`runs touch ${file}`, `to undo it, runs rm ${file}`]);
    expect(existsSync(file)).toBe(false);
  });
});
