import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The lab's connection to its watchdog: registered processes end with this process, however it ends. */
export class WatchdogLink {
  readonly #child: ChildProcess;

  constructor() {
    // Detached: Ctrl-C reaches the whole foreground process group, and the watchdog must survive it.
    this.#child = spawn(process.execPath, [fileURLToPath(new URL('watchdog.ts', import.meta.url))], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    this.#child.stdin?.on('error', () => undefined);
    this.#child.unref();
  }

  watchProcess(pid: number): void {
    this.#send(`+${pid}`);
  }

  forgetProcess(pid: number): void {
    this.#send(`-${pid}`);
  }

  watchFolder(folder: string): void {
    this.#send(`dir ${folder}`);
  }

  /** Ends the watchdog; resolves when it has removed everything that is still registered. */
  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = new Promise<void>((resolve) => this.#child.once('exit', () => resolve()));
    this.#child.ref();
    this.#child.stdin?.end();
    await exited;
  }

  #send(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }
}
