import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { TidemarkError } from '../shared/domain/model/errors.ts';
import { type LogFiles, writeLogSettings } from './log-settings.ts';
import { waitUntilStopped } from './stopped-process.ts';
import type { WatchdogLink } from './watchdog-link.ts';

/** Long, because an MM2 that is killed instead of stopped writes records twice. */
const STOP_DEADLINE_MS = 60_000;
const TAIL_LINES = 30;

export interface JavaCommand {
  readonly name: string;
  readonly classpath: string;
  readonly mainClass: string;
  readonly args: readonly string[];
  /** The process's own folder, with its logs. */
  readonly folder: string;
  readonly heapMb: number;
  /** JVM options for a shared class archive; see `class-archive.ts`. */
  readonly archive: readonly string[];
  /** Uses the JVM's default compilers and collector, as in production: for measurements. */
  readonly optimised?: boolean;
  /** More options of the JVM, such as an agent. */
  readonly jvm?: readonly string[];
  /** Called with every line of standard output, which then is not part of the log. Also opens standard input. */
  readonly onLine?: (line: string) => void;
}

/** One JVM of the lab: can be started, stopped, killed and paused. The watchdog knows it while it runs. */
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
    const { classpath, mainClass, args, heapMb, folder, archive, optimised = false, jvm = [], onLine } = this.#command;
    this.#output = '';
    const child = spawn(
      'java',
      [
        `-Xmx${heapMb}m`,
        // A lab runs for minutes: on two cores, C2 and G1 cost more than they gain.
        ...(optimised ? [] : ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1']),
        ...archive,
        ...jvm,
        // JVM warnings would go to standard output, between the agent's answers.
        '-Xlog:disable',
        '-XX:-UsePerfData',
        // Java 17 takes the encoding from LANG, which is not set on every machine.
        '-Dfile.encoding=UTF-8',
        `-Dlog4j2.configurationFile=${this.logs.settings}`,
        '-cp',
        classpath,
        mainClass,
        ...args,
      ],
      // Detached: Ctrl-C in a terminal must shut the lab down in order, not kill every JVM at once.
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

  /** SIGTERM, and SIGKILL if the process does not end in time. */
  async stop(withinMs = STOP_DEADLINE_MS): Promise<void> {
    this.signal('SIGCONT');
    this.signal('SIGTERM');
    const timer = setTimeout(() => this.signal('SIGKILL'), withinMs);
    await this.#exited;
    clearTimeout(timer);
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.#exited;
  }

  /** SIGSTOP. When this returns, all threads have stopped. Connections stay open. */
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

  /** Ends standard input: the sign for the process to end in order. */
  endInput(): void {
    this.#child?.stdin?.end();
  }

  /** Resolves when the process has ended; at once if it never ran. */
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

  /** The end of the process's output, for error messages, and the errors before it: a broker that fails shuts down at length. */
  tail(): string {
    const lines = `${this.log()}${this.#output}`.trimEnd().split('\n');
    const errors = lines.slice(0, -TAIL_LINES).filter((line) => /\b(ERROR|FATAL)\b|Exception/.test(line));
    return [
      ...(errors.length === 0 ? [] : [`--- last errors of ${this.#command.name} ---`, ...errors.slice(-TAIL_LINES)]),
      `--- end of the log of ${this.#command.name} ---`,
      ...lines.slice(-TAIL_LINES),
    ].join('\n');
  }

  /** Throws if the process has ended, so that nothing keeps waiting for it. */
  assertRunning(): void {
    if (this.#child !== undefined) return;
    throw new TidemarkError('LAB_PROCESS_DIED', `${this.#command.name} is not running\n${this.tail()}`);
  }
}

function readIfThere(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}
