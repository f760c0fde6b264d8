import { randomUUID } from 'node:crypto';
import { constants, copyFile, type FileHandle, link, open, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UsageError } from './usage-error.ts';

/** Mode of a file with content of records: for its owner alone. */
export const PRIVATE_FILE = 0o600;
/** For its owner and its group. */
const SHARED_FILE = 0o640;

/**
 * Writes a new file. It appears under its name whole or not at all, and never in place of another one.
 *
 * @param content a text, or what writes it piece by piece
 * @throws UsageError if the name is taken, or the file cannot be written
 */
export async function writeNewFile(
  path: string,
  content: string | ((file: FileHandle) => Promise<void>),
  mode: number = SHARED_FILE,
): Promise<void> {
  const partial = join(dirname(path), `.tidemark-${randomUUID()}.partial`);
  let file: FileHandle | null = null;
  try {
    file = await open(partial, 'wx', mode);
    await (typeof content === 'string' ? file.writeFile(content) : content(file));
    await file.sync();
    await publish(partial, path);
  } catch (error) {
    throw fileError(path, error);
  } finally {
    await file?.close();
    await unlink(partial).catch(() => undefined);
  }
}

/** Unlike a rename, a link and an exclusive copy fail if there is a file of that name. */
async function publish(partial: string, path: string): Promise<void> {
  try {
    await link(partial, path);
  } catch (error) {
    // Some file systems have no links.
    if (!['EPERM', 'ENOTSUP', 'ENOSYS'].includes(systemErrorOf(error) ?? '')) throw error;
    await copyFile(partial, path, constants.COPYFILE_EXCL);
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
