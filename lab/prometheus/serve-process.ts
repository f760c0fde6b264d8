import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { freePorts } from '../free-port.ts';

const BIN = join(import.meta.dirname, '../../bin/tidemark.js');

/** How much of what it says is kept. */
const TAIL = 1_000;

/** A real `tidemark serve` that can be killed, and started again at the same address. */
export class ServeProcess {
  readonly address: string;
  /** The history that it writes. */
  readonly history: string;
  readonly #args: readonly string[];
  #child: ChildProcess | null = null;

  private constructor(address: string, args: readonly string[], history: string) {
    this.address = address;
    this.#args = args;
    this.history = history;
    process.once('exit', () => this.#child?.kill());
  }

  /** @param seconds from the start of one audit to that of the next */
  static async at(config: string, seconds: number, history: string): Promise<ServeProcess> {
    const [port] = await freePorts(1);
    const address = `127.0.0.1:${port}`;
    const args = ['--config', config, '--listen', address, '--interval', String(seconds), '--history', history];
    return new ServeProcess(address, args, history);
  }

  /** Starts it, and waits until it listens. */
  async start(environment: Readonly<Record<string, string>> = {}): Promise<void> {
    const child = spawn(process.execPath, [BIN, 'serve', ...this.#args], {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said = `${said}${chunk}`.slice(-TAIL);
    });
    child.once('exit', (code) => {
      if (this.#child === child) process.stderr.write(`  tidemark serve ended by itself with ${code}: ${said}\n`);
    });
    await new Promise<void>((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`tidemark serve ended with ${code}`)));
      child.stdout.on('data', (chunk: Buffer) => {
        if (chunk.includes('serving http://')) resolve();
      });
    });
  }

  /** As a crash does. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    if (child.kill('SIGKILL')) await ended;
  }
}
