import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Search } from './property.ts';

/** What a worker does at once. */
export const batchSchema = z.object({
  property: z.string(),
  /** Null for the known counterexamples. */
  seed: z.int().nullable(),
  timeLimitMs: z.number(),
});
export type Batch = z.infer<typeof batchSchema>;

const searchSchema = z.object({
  runs: z.int(),
  found: z.object({ seed: z.int(), path: z.string().nullable(), literal: z.string(), error: z.string() }).nullable(),
});

/** A worker that does not come back so long after its time limit never will: one value takes milliseconds to judge. */
const GRACE_MS = 120_000;

/** One process that searches, a batch at a time. */
export class WorkerProcess {
  #child: ChildProcess | null = null;

  /** A value that the process dies of, or never comes back from, is found as well. */
  async search(batch: Batch): Promise<Search> {
    this.#child ??= fork(fileURLToPath(new URL('worker.ts', import.meta.url)));
    const child = this.#child;
    return new Promise((resolve) => {
      const ended = (how: string) => {
        this.stop();
        finish({ runs: 0, found: { seed: batch.seed ?? 0, path: null, literal: 'unknown', error: how } });
      };
      const died = (code: number | null, signal: string | null) => ended(`the process ended with ${code ?? signal}`);
      const answered = (message: unknown) => finish(searchSchema.parse(message));
      const late = setTimeout(() => ended('the process did not come back'), batch.timeLimitMs + GRACE_MS);
      const finish = (search: Search) => {
        clearTimeout(late);
        child.off('exit', died);
        child.off('message', answered);
        resolve(search);
      };
      child.once('exit', died);
      child.once('message', answered);
      child.send(batch);
    });
  }

  stop(): void {
    this.#child?.removeAllListeners('exit');
    this.#child?.kill('SIGKILL');
    this.#child = null;
  }
}
