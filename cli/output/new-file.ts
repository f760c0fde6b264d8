import { writeFileSync } from 'node:fs';
import { UsageError } from './usage-error.ts';

/** Writes a file that does not exist yet, for its owner and its group. @throws UsageError */
export function writeNewFile(file: string, text: string): void {
  try {
    writeFileSync(file, text, { flag: 'wx', mode: 0o640 });
  } catch (error) {
    const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : 'unknown reason';
    throw new UsageError(`${file} could not be written (${String(code)})`, 'name a new file in a folder that exists');
  }
}
