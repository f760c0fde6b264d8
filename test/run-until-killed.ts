import { spawn } from 'node:child_process';
import { flushCompileCache } from 'node:module';
import { COMPILE_CACHE } from './compile-cache.ts';

/** Runs a script in a process of its own that may kill itself on the way; answers the lines that it printed until then. */
export function runUntilKilled(
  script: string,
  args: readonly string[],
): Promise<{ readonly lines: readonly string[]; readonly killed: boolean }> {
  const child = spawn(process.execPath, [script, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...COMPILE_CACHE, NODE_OPTIONS: '' },
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (signal !== 'SIGKILL' && code !== 0) reject(new Error(`${script} ended with ${code ?? signal}`));
      else resolve({ lines: output.split('\n').slice(0, -1), killed: signal === 'SIGKILL' });
    });
  });
}

/** Ends this process, as power does. The next one starts with what this one has compiled, and with nothing else of it. */
export function killMyself(): void {
  flushCompileCache();
  process.kill(process.pid, 'SIGKILL');
}
