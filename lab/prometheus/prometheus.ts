import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { AlertRule } from '../../infra/prometheus/alert-rules.ts';
import { freePorts } from '../free-port.ts';
import { waitUntil } from '../wait-until.ts';
import { alarmOfAlert } from './alert-comparison.ts';

const BINARY = 'prometheus';

/** A real Prometheus of this machine, which scrapes one server every second. */
export class Prometheus {
  readonly #url: string;
  readonly #child: ChildProcess;

  private constructor(url: string, child: ChildProcess) {
    this.#url = url;
    this.#child = child;
  }

  /** @param target `127.0.0.1:8080` @throws Error if there is no Prometheus on the PATH, or it does not become ready */
  static async start(folder: string, target: string, rules: readonly AlertRule[]): Promise<Prometheus> {
    const [port] = await freePorts(1);
    const interval = { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' };
    const scrape = { job_name: 'tidemark', static_configs: [{ targets: [target] }] };
    const files = {
      'prometheus.yml': { global: interval, rule_files: ['rules.yml'], scrape_configs: [scrape] },
      'rules.yml': { groups: [{ name: 'tidemark', rules }] },
    };
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), stringify(content));
    const args = ['--config.file=prometheus.yml', '--storage.tsdb.path=data', `--web.listen-address=127.0.0.1:${port}`];
    const child = spawn(BINARY, args, { cwd: folder, stdio: 'ignore' });
    await Promise.race([
      once(child, 'spawn'),
      once(child, 'error').then(([error]) => {
        throw new Error(
          `${BINARY} cannot be started (${String(error)}): install it, in Debian apt-get install prometheus`,
        );
      }),
    ]);
    process.once('exit', () => child.kill());
    const prometheus = new Prometheus(`http://127.0.0.1:${port}`, child);
    await waitUntil('Prometheus to be ready', async () => (await fetch(`${prometheus.#url}/-/ready`)).ok);
    return prometheus;
  }

  /** How many series a query has. @throws Error if Prometheus refuses it */
  async series(query: string): Promise<number> {
    const answer = (await this.#get(`/api/v1/query?${new URLSearchParams({ query })}`)) as
      | { readonly status: 'success'; readonly data: { readonly result: readonly unknown[] } }
      | { readonly status: 'error'; readonly error: string };
    if (answer.status === 'error') throw new Error(`${query}: ${answer.error}`);
    return answer.data.result.length;
  }

  /** The alerts that fire, each written as the alarm is. */
  async firing(): Promise<ReadonlySet<string>> {
    const { data } = (await this.#get('/api/v1/alerts')) as {
      readonly data: {
        readonly alerts: readonly { readonly state: string; readonly labels: Record<string, string> }[];
      };
    };
    const firing = data.alerts.filter(({ state }) => state === 'firing');
    return new Set(firing.map(({ labels }) => alarmOfAlert(labels.alertname ?? '', labels.flow)));
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill();
    await ended;
  }

  async #get(path: string): Promise<unknown> {
    return await (await fetch(`${this.#url}${path}`)).json();
  }
}
