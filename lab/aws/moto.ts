import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { TidemarkError } from '../../shared/domain/model/errors.ts';
import { freePorts } from '../free-port.ts';
import { waitUntil } from '../wait-until.ts';
import { WatchdogLink } from '../watchdog-link.ts';

/** The version that the list of gaps beside this file is about. */
const VERSION = '5.2.5';
const ENVIRONMENT = join(import.meta.dirname, `../../.lab/moto-${VERSION}`);
const SERVER = join(ENVIRONMENT, 'bin/moto_server');

export const REGION = 'eu-central-1';
/** The account that moto is. */
export const ACCOUNT = '123456789012';
export const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'test' } as const;

/**
 * moto (Apache-2.0), an implementation of AWS's APIs that others wrote, as a child process. It is installed from PyPI once, into
 * a virtual environment of its own.
 */
export class Moto {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #watchdog: WatchdogLink;

  private constructor(port: number, awsAt: number) {
    this.url = `http://127.0.0.1:${port}`;
    this.#watchdog = new WatchdogLink();
    const env = { ...process.env, MOTO_PORT: String(awsAt) };
    this.#child = spawn(SERVER, ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore', env });
    if (this.#child.pid !== undefined) this.#watchdog.watchProcess(this.#child.pid);
  }

  /**
   * @param awsAt the port at which its state machines look for AWS; its own if absent
   * @throws TidemarkError without Python 3, or where PyPI cannot be reached for the first installation
   */
  static async start(progress: (line: string) => void, awsAt?: number): Promise<Moto> {
    if (!existsSync(SERVER)) {
      progress(`installing moto ${VERSION} into .lab`);
      await install();
    }
    const [port = 0] = await freePorts(1);
    const moto = new Moto(port, awsAt ?? port);
    try {
      await waitUntil('moto to answer', async () => (await fetch(`${moto.url}/moto-api/data.json`)).ok);
    } catch (error) {
      await moto.stop();
      throw error;
    }
    return moto;
  }

  /** Settings of an AWS client that asks moto. */
  get client() {
    return { endpoint: this.url, region: REGION, credentials: CREDENTIALS, maxAttempts: 1 };
  }

  /** From now on executions run. By default moto only keeps them. */
  async runStateMachines(): Promise<void> {
    const body = JSON.stringify({ stepfunctions: { execute_state_machine: true } });
    const { ok, status } = await fetch(`${this.url}/moto-api/config`, { method: 'POST', body });
    if (!ok) throw new Error(`moto answered ${status}`);
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.pid !== undefined) {
      const ended = once(this.#child, 'exit');
      this.#child.kill();
      await ended;
    }
    await this.#watchdog.close();
  }
}

async function install(): Promise<void> {
  const run = promisify(execFile);
  rmSync(ENVIRONMENT, { recursive: true, force: true });
  try {
    await run('python3', ['-m', 'venv', ENVIRONMENT]);
    await run(join(ENVIRONMENT, 'bin/pip'), ['install', '--quiet', `moto[server]==${VERSION}`]);
  } catch (cause) {
    rmSync(ENVIRONMENT, { recursive: true, force: true });
    throw new TidemarkError('LAB_TOOL_MISSING', `moto ${VERSION} cannot be installed`, {
      cause,
      remedy: 'Install Python 3 with its module venv, and make PyPI reachable for pip.',
    });
  }
}
