import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { waitUntil } from './wait-until.ts';

const BUILD_DEADLINE_MS = 600_000;

/**
 * Builds a folder once, even if several processes need it at the same time. One process takes the lock, builds in a
 * temporary folder, and renames it; the others wait. A process takes over the lock of a dead owner. A folder that
 * exists is complete.
 */
export async function buildOnce(
  parent: string,
  name: string,
  build: (folder: string) => Promise<void>,
): Promise<string> {
  const folder = join(parent, name);
  if (existsSync(folder)) return folder;
  mkdirSync(parent, { recursive: true });
  const lock = join(parent, `${name}.lock`);
  const mine = await waitUntil(
    `another process to finish ${name}`,
    () => (existsSync(folder) ? 'done' : takeLock(lock) ? 'mine' : undefined),
    { deadlineMs: BUILD_DEADLINE_MS, intervalMs: 200 },
  );
  if (mine === 'done') return folder;
  const aside = join(parent, `${name}.${process.pid}.partial`);
  try {
    // Another process may have finished between the check and the lock.
    if (existsSync(folder)) return folder;
    rmSync(aside, { recursive: true, force: true });
    mkdirSync(aside);
    await build(aside);
    renameSync(aside, folder);
    return folder;
  } finally {
    rmSync(aside, { recursive: true, force: true });
    rmSync(lock, { force: true });
  }
}

function takeLock(lock: string): boolean {
  try {
    const file = openSync(lock, 'wx');
    writeSync(file, String(process.pid));
    closeSync(file);
    return true;
  } catch {
    dropDeadLock(lock);
    return false;
  }
}

function dropDeadLock(lock: string): void {
  let owner: number;
  try {
    owner = Number(readFileSync(lock, 'utf8'));
  } catch {
    return;
  }
  // An empty lock file belongs to an owner that is about to write its process id.
  if (owner === 0 || isAlive(owner)) return;
  rmSync(lock, { force: true });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
