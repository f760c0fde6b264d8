import { closeSync, openSync, readSync } from 'node:fs';
import { MAX_FILE_BYTES } from './config-limits.ts';

const CHUNK_BYTES = 64 * 1024;

/**
 * The bytes of a configuration file or of a file that it names. Reads pipes too (`--mm2 <(sops decrypt …)`). Reads an
 * endless file only up to the limit.
 *
 * @throws an error of node:fs, or one with the code EFBIG
 */
export function readConfigFile(path: string): Buffer {
  const file = openSync(path, 'r');
  try {
    const chunks: Buffer[] = [];
    for (let bytes = 0; ; ) {
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
      const read = readSync(file, chunk);
      if (read === 0) return Buffer.concat(chunks);
      bytes += read;
      if (bytes > MAX_FILE_BYTES) throw Object.assign(new Error('the file is too large'), { code: 'EFBIG' });
      chunks.push(chunk.subarray(0, read));
    }
  } finally {
    closeSync(file);
  }
}
