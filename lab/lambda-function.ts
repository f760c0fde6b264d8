import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import * as z from 'zod';

const readyMessage = z.object({ ready: z.string() });
const answerMessage = z.object({
  id: z.number(),
  result: z.unknown().optional(),
  error: z.object({ name: z.string(), message: z.string(), code: z.unknown().optional() }).optional(),
});

export type Answer = z.infer<typeof answerMessage>;

export interface LambdaFunctionOptions {
  /** `index.js` of the asset, as CDK bundles it. */
  readonly bundle: string;
  /** All variables of the function. It does not inherit this process's environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** Timeout of one invocation, as in the stack. */
  readonly timeoutMs: number;
}

/** Characters of output that are kept. */
const MOST_LOG = 1_000_000;

/** A bundled function in its own process, which stays warm between invocations. */
export class LambdaFunction {
  readonly #child: ChildProcess;
  readonly #timeoutMs: number;
  #invocations = 0;
  #log = '';

  private constructor(child: ChildProcess, timeoutMs: number) {
    this.#child = child;
    this.#timeoutMs = timeoutMs;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#log = `${this.#log}${text}`.slice(-MOST_LOG);
      });
    }
  }

  static async start(options: LambdaFunctionOptions): Promise<LambdaFunction> {
    const child = fork(join(import.meta.dirname, 'lambda-runtime.ts'), [options.bundle], {
      env: { ...options.environment },
      execArgv: [],
      silent: true,
    });
    const started = new LambdaFunction(child, options.timeoutMs);
    readyMessage.parse(await started.#nextMessage());
    return started;
  }

  /** The newest output of the function, as its log group would have it. */
  get log(): string {
    return this.#log;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  async invoke(event: unknown): Promise<Answer> {
    const id = ++this.#invocations;
    this.#child.send({ id, event, remainingMs: this.#timeoutMs });
    const answer = answerMessage.parse(await this.#nextMessage());
    if (answer.id !== id) throw new Error(`answer ${answer.id} to invocation ${id}`);
    return answer;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }

  async #nextMessage(): Promise<unknown> {
    const first = new AbortController();
    const options = { signal: first.signal };
    try {
      return await Promise.race([
        once(this.#child, 'message', options).then(([message]) => message),
        once(this.#child, 'exit', options).then(() => {
          throw new Error(`the function ended:\n${this.#log.slice(-4000)}`);
        }),
      ]);
    } finally {
      first.abort();
    }
  }
}
