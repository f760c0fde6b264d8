import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { TidemarkError } from '../shared/domain/model/errors.ts';
import { type LogFiles, writeLogSettings } from './log-settings.ts';
import { waitUntilStopped } from './stopped-process.ts';
import type { WatchdogLink } from './watchdog-link.ts';

/** Who is stopped in order must not be killed because the machine is busy: an MM2 would write records twice. */
const STOP_DEADLINE_MS = 60_000;
const TAIL_LINES = 30;

export interface JavaCommand {
  readonly name: string;
  readonly classpath: string;
  readonly mainClass: string;
  readonly args: readonly string[];
  /** The process's own folder; its logs go there. */
  readonly folder: string;
  readonly heapMb: number;
  /** JVM options of a shared class archive; see `class-archive.ts`. */
  readonly archive: readonly string[];
  /** The JVM's own choice of compilers and collector, as in production: for what is measured. */
  readonly optimised?: boolean;
  /** Called with every line of standard output, which then does not count as log; opens standard input too. */
  readonly onLine?: (line: string) => void;
}

/** One JVM of the lab: started, stopped, killed, paused, and registered with the watchdog while it lives. */
export class JavaProcess {
  readonly #command: JavaCommand;
  readonly #watchdog: WatchdogLink;
  readonly logs: LogFiles;
  #child: ChildProcess | undefined;
  #exited: Promise<void> = Promise.resolve();
  #output = '';

  constructor(command: JavaCommand, watchdog: WatchdogLink) {
    this.#command = command;
    this.#watchdog = watchdog;
    this.logs = writeLogSettings(command.folder);
  }

  get running(): boolean {
    return this.#child !== undefined;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  start(): void {
    if (this.#child !== undefined) return;
    const { classpath, mainClass, args, heapMb, folder, archive, optimised = false, onLine } = this.#command;
    this.#output = '';
    const child = spawn(
      'java',
      [
        `-Xmx${heapMb}m`,
        // A lab lives for minutes: what C2 and G1 would gain never pays for what they cost on two cores.
        ...(optimised ? [] : ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1']),
        ...archive,
        // The JVM's own warnings go to standard output, where the agent's answers are.
        '-Xlog:disable',
        '-XX:-UsePerfData',
        // Java 17 takes it from LANG, which not every machine has.
        '-Dfile.encoding=UTF-8',
        `-Dlog4j2.configurationFile=${this.logs.settings}`,
        '-cp',
        classpath,
        mainClass,
        ...args,
      ],
      // Detached, so that Ctrl-C in a terminal ends the lab in order instead of every JVM at once.
      { cwd: folder, stdio: [onLine === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'], detached: true },
    );
    this.#child = child;
    const { pid } = child;
    if (pid !== undefined) this.#watchdog.watchProcess(pid);
    const keep = (chunk: Buffer): void => {
      this.#output = `${this.#output}${chunk}`.slice(-8_000);
    };
    if (onLine !== undefined && child.stdout !== null) createInterface({ input: child.stdout }).on('line', onLine);
    else child.stdout?.on('data', keep);
    child.stdin?.on('error', () => undefined);
    child.stderr?.on('data', keep);
    this.#exited = new Promise((resolve) => {
      const gone = (): void => {
        if (pid !== undefined) this.#watchdog.forgetProcess(pid);
        if (this.#child === child) this.#child = undefined;
        resolve();
      };
      child.once('exit', gone);
      child.once('error', (error) => {
        this.#output += `\n${error.message}`;
        gone();
      });
    });
  }

  /** SIGTERM, and SIGKILL where that does not end it in time. */
  async stop(): Promise<void> {
    this.signal('SIGCONT');
    this.signal('SIGTERM');
    const timer = setTimeout(() => this.signal('SIGKILL'), STOP_DEADLINE_MS);
    await this.#exited;
    clearTimeout(timer);
  }

  /** SIGKILL: no goodbye to anybody. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.#exited;
  }

  /** SIGSTOP: when this returns it does nothing any more, and its connections stay open. */
  pause(): void {
    this.signal('SIGSTOP');
    if (this.pid !== undefined) waitUntilStopped(this.pid);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  /** Writes a line to standard input. */
  send(line: string): void {
    this.#child?.stdin?.write(`${line}\n`);
  }

  /** Resolves when the process is gone; at once where it never ran. */
  get exited(): Promise<void> {
    return this.#exited;
  }

  /** The whole log so far. */
  log(): string {
    return readIfThere(this.logs.main);
  }

  authorizerLog(): string {
    return readIfThere(this.logs.authorizer);
  }

  /** The end of what the process said, for error messages. */
  tail(): string {
    const lines = `${this.log()}${this.#output}`.trimEnd().split('\n').slice(-TAIL_LINES);
    return [`--- end of the log of ${this.#command.name} ---`, ...lines].join('\n');
  }

  /** Throws when the process is gone, so that nobody waits for it in vain. */
  assertRunning(): void {
    if (this.#child !== undefined) return;
    throw new TidemarkError('LAB_PROCESS_DIED', `${this.#command.name} is not running\n${this.tail()}`);
  }
}

function readIfThere(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}
