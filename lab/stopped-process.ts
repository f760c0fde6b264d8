import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { TidemarkError } from '../shared/domain/model/errors.ts';

const DEADLINE_MS = 20_000;
const INTERVAL_MS = 2;

/**
 * Waits, on the spot, until every thread of a process that was sent SIGSTOP stands still. The signal comes back at once,
 * and on a busy machine threads go on for milliseconds: a broker that was already "paused" answered a request.
 */
export function waitUntilStopped(pid: number): void {
  const end = Date.now() + DEADLINE_MS;
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  while (!isStopped(pid)) {
    if (Date.now() > end) {
      throw new TidemarkError('LAB_NOT_STOPPED', `process ${pid} goes on ${DEADLINE_MS} ms after SIGSTOP`);
    }
    Atomics.wait(sleeper, 0, 0, INTERVAL_MS);
  }
}

/** A process that is gone does nothing any more either. */
function isStopped(pid: number): boolean {
  const tasks = `/proc/${pid}/task`;
  if (existsSync('/proc/self/task')) return existsSync(tasks) ? readdirSync(tasks).every(isThreadStopped) : true;
  // Elsewhere than on Linux only the process as a whole tells.
  return execFileSync('ps', ['-o', 'state=', '-p', String(pid)], { encoding: 'utf8' })
    .trim()
    .startsWith('T');

  function isThreadStopped(thread: string): boolean {
    try {
      // "12 (name) T …": the name may hold anything, brackets too.
      const stat = readFileSync(`${tasks}/${thread}/stat`, 'utf8');
      // Stopped, or dead and not yet buried.
      return 'TZX'.includes(stat.charAt(stat.lastIndexOf(')') + 2));
    } catch {
      // It ended between the listing and the look.
      return true;
    }
  }
}
