import { randomUUID } from 'node:crypto';
import { type FileHandle, link, open, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UsageError } from '../../output/usage-error.ts';

/**
 * Writes a new file that only its owner can read. It appears under its name whole or not at all, and never in place of
 * another one.
 *
 * @throws UsageError if the name is taken, or the file cannot be written
 */
export async function writeNewFile(path: string, fill: (file: FileHandle) => Promise<void>): Promise<void> {
  const partial = join(dirname(path), `.tidemark-${randomUUID()}.partial`);
  let file: FileHandle | null = null;
  try {
    file = await open(partial, 'wx', 0o600);
    await fill(file);
    await file.sync();
    // Unlike a rename, a link fails if there is a file of that name.
    await link(partial, path);
  } catch (error) {
    throw fileError(path, error);
  } finally {
    await file?.close();
    await unlink(partial).catch(() => undefined);
  }
}

/** Whether nothing has the name, asked before long work. @throws UsageError */
export async function requireFree(path: string): Promise<void> {
  const { access } = await import('node:fs/promises');
  const isTaken = await access(path).then(
    () => true,
    () => false,
  );
  if (isTaken) throw taken(path);
}

function fileError(path: string, error: unknown): unknown {
  const code = systemErrorOf(error);
  if (code === null) return error;
  if (code === 'EEXIST') return taken(path);
  return new UsageError(`${path} cannot be written: ${code}`, 'name a file in a folder that can be written to');
}

function taken(path: string): UsageError {
  return new UsageError(`${path} exists already`, 'name a new file: nothing is overwritten');
}

/** The code of an error that the operating system gave, such as `EEXIST`; null for any other error. */
export function systemErrorOf(error: unknown): string | null {
  if (typeof error !== 'object' || error === null || !('syscall' in error) || !('code' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}
