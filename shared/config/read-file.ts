import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { MAX_FILE_BYTES } from './config-limits.ts';

const CHUNK_BYTES = 64 * 1024;

/** As a configuration's name on the command line: standard input. */
export const STANDARD_INPUT = '-';
const STANDARD_INPUT_FILE = 0;
/** How long to wait for a writer that keeps a non-blocking standard input open and writes nothing yet. */
const WAIT_MS = 20;

/** A command looks at a configuration more than once. Pipes and standard input give their text once. */
const readOnce = new Map<string, Buffer>();

/**
 * The bytes of a configuration file or of a file that it names. Reads standard input and pipes too
 * (`--mm2 <(sops decrypt …)`), and keeps their bytes. Reads an endless file only up to the limit.
 *
 * @throws an error of node:fs, or one with the code EFBIG
 */
export function readConfigFile(path: string): Buffer {
  const kept = readOnce.get(path);
  if (kept !== undefined) return kept;
  const file = path === STANDARD_INPUT ? STANDARD_INPUT_FILE : openSync(path, 'r');
  try {
    const bytes = bytesOf(file);
    if (path === STANDARD_INPUT || !fstatSync(file).isFile()) readOnce.set(path, bytes);
    return bytes;
  } finally {
    if (file !== STANDARD_INPUT_FILE) closeSync(file);
  }
}

/** Whether the name says nothing of the content: it is standard input, or a pipe such as `/dev/fd/63`. */
export function isPiped(path: string): boolean {
  if (path === STANDARD_INPUT) return true;
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat !== undefined && !stat.isFile() && !stat.isDirectory();
}

function bytesOf(file: number): Buffer {
  const chunks: Buffer[] = [];
  for (let bytes = 0; ; ) {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    const read = readChunk(file, chunk);
    if (read === 0) return Buffer.concat(chunks);
    bytes += read;
    if (bytes > MAX_FILE_BYTES) throw Object.assign(new Error('the file is too large'), { code: 'EFBIG' });
    chunks.push(chunk.subarray(0, read));
  }
}

function readChunk(file: number, chunk: Buffer): number {
  for (;;) {
    try {
      return readSync(file, chunk);
    } catch (error) {
      // A parent may have made the pipe non-blocking.
      if (!(error instanceof Error) || !('code' in error) || error.code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, WAIT_MS);
    }
  }
}
