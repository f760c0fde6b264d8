import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { TidemarkError } from '../shared/domain/model/errors.ts';

const DEADLINE_MS = 20_000;
const INTERVAL_MS = 2;

/**
 * Blocks until every thread of a process has stopped after SIGSTOP. Sending the signal returns at once, and on a busy
 * machine threads run for up to 80 ms more: a "paused" broker answered a request.
 */
export function waitUntilStopped(pid: number): void {
  const end = Date.now() + DEADLINE_MS;
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  while (!isStopped(pid)) {
    if (Date.now() > end) {
      throw new TidemarkError('LAB_NOT_STOPPED', `process ${pid} still runs ${DEADLINE_MS} ms after SIGSTOP`);
    }
    Atomics.wait(sleeper, 0, 0, INTERVAL_MS);
  }
}

/** A process that has ended counts as stopped. */
function isStopped(pid: number): boolean {
  const tasks = `/proc/${pid}/task`;
  if (existsSync('/proc/self/task')) return existsSync(tasks) ? readdirSync(tasks).every(isThreadStopped) : true;
  // Without /proc (macOS) only the state of the whole process is known.
  return execFileSync('ps', ['-o', 'state=', '-p', String(pid)], { encoding: 'utf8' })
    .trim()
    .startsWith('T');

  function isThreadStopped(thread: string): boolean {
    try {
      // "12 (name) T …": the name can contain brackets.
      const stat = readFileSync(`${tasks}/${thread}/stat`, 'utf8');
      // T: stopped. Z and X: dead.
      return 'TZX'.includes(stat.charAt(stat.lastIndexOf(')') + 2));
    } catch {
      // The thread ended after readdir.
      return true;
    }
  }
}
