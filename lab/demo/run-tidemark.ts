import { spawn } from 'node:child_process';
import { join } from 'node:path';

const BIN = join(import.meta.dirname, '..', '..', 'bin', 'tidemark.js');

export interface Ran {
  readonly code: number;
  readonly stdout: string;
}

/**
 * Runs the command line like a user: in a separate process.
 * @param variables more environment variables
 */
export async function runTidemark(
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  // The demo's clusters exist for a minute: leave no history of them in the user's home.
  const env = { ...process.env, TIDEMARK_HISTORY: 'off', ...variables };
  const child = spawn(process.execPath, [BIN, ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  const code = await new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve(status ?? -1));
  });
  return { code, stdout };
}
