import { setTimeout as sleep } from 'node:timers/promises';
import { LambdaFunction } from '../lambda-function.ts';
import type { StackFunction } from './stack-template.ts';

export interface Invocation {
  readonly durationMs: number;
  /** What the function threw, or why it ended; null if it returned. */
  readonly error: string | null;
}

/** A function of a stack. Its process stays warm; after it has ended, the next invocation starts another one. */
export class LocalFunction {
  readonly definition: StackFunction;
  readonly #environment: Readonly<Record<string, string>>;
  #process: LambdaFunction | undefined;
  #isKilled = false;

  /** @param environment what Lambda sets, besides the variables of the template */
  constructor(definition: StackFunction, environment: Readonly<Record<string, string>>) {
    this.definition = definition;
    this.#environment = environment;
  }

  /** The process of the function, if it runs. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** The newest output of the present process. */
  get log(): string {
    return this.#process?.log ?? '';
  }

  /** From now on: kills the process (SIGKILL) during each invocation, as Lambda does with one that takes too much memory. */
  killDuringInvocations(isKilled: boolean): void {
    this.#isKilled = isKilled;
  }

  /** Never throws: Lambda's caller does not wait, and gets no error. */
  async invoke(event: unknown): Promise<Invocation> {
    const begun = performance.now();
    const error = await this.#attempt(event).then(
      (text) => text,
      (cause: unknown) => (cause instanceof Error ? cause.message : String(cause)),
    );
    return { durationMs: performance.now() - begun, error };
  }

  async stop(): Promise<void> {
    const running = this.#process;
    this.#process = undefined;
    await running?.stop();
  }

  async #attempt(event: unknown): Promise<string | null> {
    const { bundle, variables, timeoutMs } = this.definition;
    this.#process ??= await LambdaFunction.start({
      bundle,
      timeoutMs,
      environment: { ...variables, ...this.#environment },
    });
    const late = new AbortController();
    try {
      const answer = this.#process.invoke(event);
      if (this.#isKilled) void this.#process.stop();
      const inTime = await Promise.race([answer, sleep(timeoutMs, null, { signal: late.signal })]);
      if (inTime === null) {
        answer.catch(() => undefined);
        throw new Error(`the function did not end within ${timeoutMs} ms`);
      }
      return inTime.error === undefined ? null : `${inTime.error.name}: ${inTime.error.message}`;
    } catch (error) {
      await this.stop();
      throw error;
    } finally {
      late.abort();
    }
  }
}
