import { type ChildProcess, fork } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';

const answerSchema = z.object({ result: z.unknown().optional(), error: z.string().optional() });

/** A fresh Node process for one task, so that its time and memory are those of the task alone. */
export class MeasuredChild {
  readonly #child: ChildProcess;

  /**
   * @param script file name in this folder, which calls `answerCalls`
   * @param nodeOptions as in the variable of that name: limits of the heap
   */
  constructor(script: string, nodeOptions = '') {
    // Use a compile cache, like `bin/tidemark.js`.
    const env = { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache') };
    const execArgv = nodeOptions.split(' ').filter((option) => option !== '');
    this.#child = fork(fileURLToPath(new URL(script, import.meta.url)), { env, execArgv });
  }

  /** Calls the child. Only one call at a time is allowed. */
  async call<T>(argument: string, schema: z.ZodType<T>): Promise<T> {
    const answer = await new Promise<unknown>((resolve, reject) => {
      const died = (code: number | null): void => reject(new Error(`the measured process ended with ${code}`));
      this.#child.once('exit', died);
      this.#child.once('message', (message) => {
        this.#child.off('exit', died);
        resolve(message);
      });
      this.#child.send(argument);
    });
    const { result, error } = answerSchema.parse(answer);
    if (error !== undefined) throw new Error(error);
    return schema.parse(result);
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const exited = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.disconnect();
    await exited;
  }
}

/** The child's side: answers every call with the result of `work`, and exits with its parent. */
export function answerCalls(work: (argument: string) => Promise<object>): void {
  process.on('message', async (argument) => {
    try {
      process.send?.({ result: await work(String(argument)) });
    } catch (error) {
      process.send?.({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
  });
  process.on('disconnect', () => process.exit());
}
