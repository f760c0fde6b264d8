import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { TidemarkError } from '../shared/domain/model/errors.ts';
import { JavaProcess } from './java-process.ts';
import type { ProcessSetting } from './process-setting.ts';

const CALL_DEADLINE_MS = 180_000;

const answerSchema = z.object({
  id: z.number(),
  result: z.unknown().optional(),
  error: z.object({ type: z.string(), message: z.string() }).optional(),
});
type Answer = z.infer<typeof answerSchema>;

/** An error that Kafka's own client threw in the agent; `type` is its class, such as `GroupNotEmptyException`. */
export class LabAgentError extends TidemarkError {
  override readonly name = 'LabAgentError';
  readonly type: string;

  constructor(command: string, type: string, message: string) {
    // Nearly all of Kafka's errors are transient (elections, loading coordinators). `waitUntil` continues after those.
    super('LAB_AGENT_ERROR', `${command}: ${type}: ${message}`, { retriable: true });
    this.type = type;
  }
}

/** One JVM with Kafka's own clients, for everything that kafkajs cannot do. See `lab/java/LabAgent.java`. */
export class LabAgent {
  readonly folder: string;
  readonly #process: JavaProcess;
  readonly #waiting = new Map<number, (answer: Answer | Error) => void>();
  #calls = 0;

  constructor(setting: ProcessSetting) {
    this.folder = join(setting.folder, 'agent');
    mkdirSync(this.folder, { recursive: true });
    this.#process = new JavaProcess(
      {
        name: "the lab's agent",
        folder: this.folder,
        classpath: setting.classpath,
        mainClass: 'LabAgent',
        args: [],
        heapMb: 512,
        archive: setting.archive('agent'),
        onLine: (line) => this.#answered(line),
      },
      setting.watchdog,
    );
  }

  start(): void {
    this.#process.start();
    this.#process.exited.then(() => this.#failAll(`the lab's agent ended\n${this.#process.tail()}`));
  }

  /** Sends a command and parses its result. */
  async call<T>(command: string, parameters: Readonly<Record<string, unknown>>, schema: z.ZodType<T>): Promise<T> {
    this.#process.assertRunning();
    const id = ++this.#calls;
    const answer = await new Promise<Answer>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(new TidemarkError('LAB_DEADLINE_PASSED', `${command}: no answer within ${CALL_DEADLINE_MS} ms`));
      }, CALL_DEADLINE_MS);
      this.#waiting.set(id, (outcome) => {
        clearTimeout(timer);
        if (outcome instanceof Error) reject(outcome);
        else resolve(outcome);
      });
      this.#process.send(JSON.stringify({ ...parameters, id, command }));
    });
    if (answer.error !== undefined) throw new LabAgentError(command, answer.error.type, answer.error.message);
    return schema.parse(answer.result);
  }

  async stop(): Promise<void> {
    await this.#process.stop();
  }

  #answered(line: string): void {
    const answer = answerSchema.parse(JSON.parse(line));
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    waiting?.(answer);
  }

  #failAll(message: string): void {
    for (const waiting of this.#waiting.values()) waiting(new TidemarkError('LAB_PROCESS_DIED', message));
    this.#waiting.clear();
  }
}
