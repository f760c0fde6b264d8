import { spawn } from 'node:child_process';
import type { HookConfig } from '../../config/failover/failover-config.ts';
import { withoutHidden } from '../../domain/model/hidden-characters.ts';
import { KnownSecrets } from '../../domain/model/known-secrets.ts';

/** Bytes of a hook's output that are kept: the last ones. */
const KEPT_BYTES = 1_900;
/** How long the pipes of a hook that has ended may stay open, in milliseconds: a child may hold them open. */
const PIPES_MS = 1_000;

export type HookAnswer =
  | { readonly kind: 'ended'; readonly code: number; readonly output: string }
  | { readonly kind: 'failed'; readonly reason: string };

/**
 * Runs a program without a shell. It gets `PATH`, the variables that its configuration names, and `TIDEMARK_…`. After the
 * time-out, it and what it started in its process group are killed. Never throws.
 * @param variables such as `TIDEMARK_FLOW`
 */
export async function runHook(
  argv: readonly string[],
  { environment, timeoutMs }: Pick<HookConfig, 'environment' | 'timeoutMs'>,
  variables: Readonly<Record<string, string>>,
): Promise<HookAnswer> {
  const [program = '', ...args] = argv;
  const secrets = new KnownSecrets();
  for (const value of Object.values(environment)) for (const line of [value, ...value.split('\n')]) secrets.learn(line);
  return await new Promise((resolve) => {
    // Its own process group: a program that a shell script has started ends with it.
    const child = spawn(program, args, {
      shell: false,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH, ...environment, ...variables },
    });
    let output = Buffer.alloc(0);
    let isCut = false;
    const keep = (bytes: Buffer): void => {
      const all = Buffer.concat([output, bytes]);
      isCut ||= all.length > KEPT_BYTES;
      output = all.subarray(-KEPT_BYTES);
    };
    const text = (): string => {
      const all = output.toString('utf8');
      // A secret that was cut in two is not recognised, so its whole line is dropped.
      const whole = isCut ? all.slice(all.indexOf('\n') + 1) : all;
      return withoutHidden(secrets.hideIn(whole.trim()), (code) => (code === 10 ? '\n' : ' '));
    };
    const killAll = (): void => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It has ended in the meantime.
      }
    };
    const timer = setTimeout(() => {
      killAll();
      resolve({ kind: 'failed', reason: `it did not end within ${timeoutMs} ms and was killed` });
    }, timeoutMs);
    const end = (answer: HookAnswer): void => {
      clearTimeout(timer);
      child.stdout.destroy();
      child.stderr.destroy();
      resolve(answer);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error) => end({ kind: 'failed', reason: `it could not be started (${codeOf(error)})` }));
    const ended = (code: number | null, signal: NodeJS.Signals | null): HookAnswer =>
      code === null
        ? { kind: 'failed', reason: `it was ended by ${signal ?? 'a signal'}` }
        : { kind: 'ended', code, output: text() };
    child.on('close', (code, signal) => end(ended(code, signal)));
    child.on('exit', (code, signal) => {
      setTimeout(() => end(ended(code, signal)), PIPES_MS).unref();
    });
  });
}

function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : 'unknown reason';
}
