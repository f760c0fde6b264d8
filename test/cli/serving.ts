import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { COMPILE_CACHE } from '../compile-cache.ts';

const BIN = fileURLToPath(new URL('../../bin/tidemark.js', import.meta.url));
const DEADLINE_MS = 60_000;

/** A `tidemark serve` that runs as a process of its own, on a port that the system chose. */
export interface Serving {
  /** `http://127.0.0.1:1234` */
  readonly url: string;
  readonly child: ChildProcess;
  /** What it has printed so far. */
  readonly stderr: () => string;
  stop(): Promise<number | null>;
}

/** Starts it, and waits until it listens. @throws Error if it ends before that, with what it printed */
export async function serving(
  args: readonly string[],
  options: {
    readonly cwd?: string;
    readonly environment?: Readonly<Record<string, string>>;
    /** The program with its first words: the checkout's by default. */
    readonly program?: readonly [string, ...string[]];
  } = {},
): Promise<Serving> {
  const [file, ...words] = options.program ?? [process.execPath, BIN];
  const child = spawn(file, [...words, 'serve', '--listen', '127.0.0.1:0', ...args], {
    cwd: options.cwd,
    env: {
      PATH: process.env.PATH ?? '',
      HOME: process.env.HOME ?? '',
      TIDEMARK_HISTORY: 'off',
      ...COMPILE_CACHE,
      ...options.environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const url = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`tidemark serve does not listen: ${errors}`)), DEADLINE_MS);
    let printed = '';
    child.stdout.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
      const [, found] = /^serving (http:\/\/\S+)\/$/m.exec(printed) ?? [];
      if (found === undefined) return;
      clearTimeout(timer);
      resolve(found);
    });
    child.once('close', (code) => {
      clearTimeout(timer);
      reject(new Error(`tidemark serve ended with ${code}: ${errors}`));
    });
  });
  const stop = async () => {
    child.kill('SIGTERM');
    return await ended;
  };
  return { url, child, stderr: () => errors, stop };
}
