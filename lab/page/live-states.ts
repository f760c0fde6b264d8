import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LabCluster } from '../cluster.ts';
import { type Lab, startLab } from '../lab.ts';
import { waitUntilGroupSynced, waitUntilSettled } from '../mirroring.ts';
import type { LabMm2 } from '../mm2.ts';
import { mm2Properties } from '../mm2-properties.ts';
import { waitUntil } from '../wait-until.ts';
import { RecordWriter } from '../workload/record-writer.ts';

const BIN = join(import.meta.dirname, '../../bin/tidemark.js');
/** Group names that a careless page runs, hides behind, or is torn by. */
const HOSTILE = [
  '<script>document.title="ran"</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '</style></title></textarea><svg onload=alert(1)>',
  '&lt;b&gt; and &amp;',
  'bidi \u202egnp.exe\u202c end',
  `long-${'x'.repeat(200)}`,
];

/** `tidemark serve` over real clusters with a real MM2 between them. */
export class LiveStates {
  readonly url: string;
  readonly #server: ChildProcess;
  readonly #lab: Lab;
  readonly #source: LabCluster;
  readonly #target: LabCluster;
  readonly #mm2: LabMm2;
  readonly #began = new Date().toISOString();

  private constructor(server: ServeProcess, lab: Lab, source: LabCluster, target: LabCluster, mm2: LabMm2) {
    this.url = server.url;
    this.#server = server.child;
    this.#lab = lab;
    this.#source = source;
    this.#target = target;
    this.#mm2 = mm2;
  }

  static async start(): Promise<LiveStates> {
    const lab = await startLab();
    const [source, target] = await Promise.all([lab.startCluster({ alias: 'A' }), lab.startCluster({ alias: 'B' })]);
    await source.admin.createTopics({ orders: {}, payments: {} });
    const writer = new RecordWriter(source.admin);
    await writer.write('orders', 12_000);
    await writer.write('payments', 900);
    await source.admin.commitOffsets('billing', 'orders', { 0: 11_800n });
    await source.admin.commitOffsets('shipping', 'payments', { 0: 450n });
    await source.admin.commitOffsets('reports', 'orders', { 0: 6_000n });
    const mm2 = await lab.startMm2({ properties: mm2Properties(source, target) });
    for (const topic of ['orders', 'payments']) await waitUntilSettled({ source, target, topic, mm2 });
    await waitUntilGroupSynced({ source, target, topic: 'orders', mm2 }, 'billing');
    const policy = 'policy: { heartbeatStaleSeconds: 5, mirrorStoppedSeconds: 8 }';
    writeFileSync(join(lab.folder, 'tidemark.yaml'), `mm2: ${mm2.propertiesFile}\n${policy}\n`);
    return new LiveStates(await serve(lab), lab, source, target, mm2);
  }

  async healthy(): Promise<void> {
    await this.#until('the verdict ready', ({ verdict }) => verdict === 'ready');
  }

  async hostileNames(): Promise<void> {
    for (const group of HOSTILE) await this.#source.admin.commitOffsets(group, 'orders', { 0: 5_000n });
    await this.#until('the hostile groups', ({ groups }) =>
      HOSTILE.every((name) => groups.some((one) => one.group === name)),
    );
  }

  /** Transactions on the source, whose markers MM2 does not mirror: each makes the mapping of `orders-0` begin another stretch. */
  async transactions(): Promise<void> {
    const writer = new RecordWriter(this.#source.admin);
    const mirroring = { source: this.#source, target: this.#target, topic: 'orders', mm2: this.#mm2 };
    for (const records of [40, 700, 5]) {
      await writer.writeTransaction('orders', records, 'commit');
      await waitUntilSettled(mirroring);
    }
    await waitUntil('the page to have the stretches', async () => {
      const page = await (await fetch(`${this.url}/?partition=orders-0`)).text();
      const [, mapping = ''] = page.split('id="mapping"');
      return (mapping.split('</table>')[0]?.match(/<tr>/g)?.length ?? 0) > 3;
    });
  }

  async mirrorStopped(): Promise<void> {
    await this.#mm2.kill();
    await new RecordWriter(this.#source.admin).write('orders', 4_500);
    await this.#until('MIRROR_STOPPED', ({ reasons }) => reasons.includes('MIRROR_STOPPED'));
  }

  async sourceDead(): Promise<void> {
    await this.#source.kill(1);
    await this.#until('CLUSTER_UNREACHABLE', ({ reasons }) => reasons.includes('CLUSTER_UNREACHABLE'));
  }

  /** When the last audit of the present began, as ISO 8601. */
  async now(): Promise<string> {
    const { at } = (await (await fetch(`${this.url}/api/audit`)).json()) as { readonly at: string };
    return at;
  }

  /** `tidemark report` of all that happened, as a file; it reads the history beside the server. */
  async report(file: string): Promise<void> {
    const args = [BIN, 'report', '--from', this.#began, '--output', file];
    const child = spawn(process.execPath, args, { ...inLab(this.#lab), stdio: ['ignore', 'inherit', 'inherit'] });
    const [code] = (await once(child, 'exit')) as [number | null];
    if (code !== 0) throw new Error(`tidemark report ended with ${code}`);
  }

  async stop(): Promise<void> {
    const ended = once(this.#server, 'exit');
    if (this.#server.exitCode === null && this.#server.signalCode === null && this.#server.kill('SIGKILL')) await ended;
    await this.#lab.stop();
  }

  async #until(what: string, holds: (flow: ServedFlow) => boolean): Promise<void> {
    await waitUntil(what, async () => {
      const answer = await fetch(`${this.url}/api/audit`);
      if (answer.status !== 200) return false;
      const { flows } = (await answer.json()) as { readonly flows: readonly ServedFlow[] };
      return flows.some(holds);
    });
  }
}

interface ServedFlow {
  readonly verdict: string;
  readonly reasons: readonly string[];
  readonly groups: readonly { readonly group: string }[];
}

interface ServeProcess {
  readonly url: string;
  readonly child: ChildProcess;
}

function inLab({ folder }: Lab) {
  return { cwd: folder, env: { ...process.env, TIDEMARK_HISTORY: join(folder, 'history.db') } };
}

/** Starts the real command, which ends with this process. */
async function serve(lab: Lab): Promise<ServeProcess> {
  const child = spawn(
    process.execPath,
    [BIN, 'serve', '--listen', '127.0.0.1:0', '--interval', '2', '--timeout', '15'],
    {
      ...inLab(lab),
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  process.once('exit', () => child.kill());
  return await new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`tidemark serve ended with ${code}`)));
    child.stdout.on('data', (chunk: Buffer) => {
      const [, url] = /^serving (http:\/\/\S+)\/$/m.exec(chunk.toString()) ?? [];
      if (url !== undefined) resolve({ url, child });
    });
  });
}
