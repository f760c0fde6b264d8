import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { COMPILE_CACHE } from '../compile-cache.ts';

const BIN = fileURLToPath(new URL('../../bin/tidemark.js', import.meta.url));

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** From its first word on, of progress for instance: until then it only starts, as fast as the machine lets it. */
  readonly seconds: number;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** What it reads from standard input: nothing by default. */
  readonly input?: string;
  /** The Node to start it with: the one of this test by default. */
  readonly node?: string;
  /** Called with the process once it runs. */
  readonly meanwhile?: (child: ReturnType<typeof spawn>) => void;
}

/** Runs the real command line as a process of its own. */
export function tidemark(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(options.node ?? process.execPath, [BIN, ...args], {
      cwd: options.cwd,
      env: {
        PATH: process.env.PATH ?? '',
        HOME: process.env.HOME ?? '',
        // No test leaves a history in the home of whoever runs it: those that keep one name its file.
        TIDEMARK_HISTORY: 'off',
        ...COMPILE_CACHE,
        ...options.environment,
      },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    // Most commands end without reading it.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
    let began: number | null = null;
    const speaks = () => {
      began ??= performance.now();
    };
    child.stdout.once('data', speaks);
    child.stderr.once('data', speaks);
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      const seconds = began === null ? 0 : (performance.now() - began) / 1_000;
      resolve({ code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString(), seconds });
    });
    options.meanwhile?.(child);
  });
}
