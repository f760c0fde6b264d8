import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import type { Search } from './property.ts';

/** The work that a worker gets at once. */
export const batchSchema = z.object({
  property: z.string(),
  /** Null: check the known counterexamples. */
  seed: z.int().nullable(),
  timeLimitMs: z.number(),
});
export type Batch = z.infer<typeof batchSchema>;

const searchSchema = z.object({
  runs: z.int(),
  found: z.object({ seed: z.int(), path: z.string().nullable(), literal: z.string(), error: z.string() }).nullable(),
});

/** How long after its time limit a worker counts as hung. Judging one value takes milliseconds. */
const GRACE_MS = 120_000;

/** One process that searches batches, one after the other. */
export class WorkerProcess {
  #child: ChildProcess | null = null;

  /** A value that crashes or hangs the process counts as found too. */
  async search(batch: Batch): Promise<Search> {
    this.#child ??= fork(fileURLToPath(new URL('worker.ts', import.meta.url)));
    const child = this.#child;
    return new Promise((resolve) => {
      const ended = (how: string) => {
        this.stop();
        finish({ runs: 0, found: { seed: batch.seed ?? 0, path: null, literal: 'unknown', error: how } });
      };
      const died = (code: number | null, signal: string | null) => ended(`the process exited with ${code ?? signal}`);
      const answered = (message: unknown) => finish(searchSchema.parse(message));
      const late = setTimeout(() => ended('the process hangs'), batch.timeLimitMs + GRACE_MS);
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
