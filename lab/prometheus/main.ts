import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { alertRules } from '../../infra/prometheus/alert-rules.ts';
import { settingsSchema } from '../../infra/settings.ts';
import { LiveStates } from '../page/live-states.ts';
import { scriptOptions } from '../script-options.ts';
import { temporaryParent } from '../temporary-folder.ts';
import { waitUntil } from '../wait-until.ts';
import { Prometheus } from './prometheus.ts';

/**
 * `npm run drill:prometheus`: a real Prometheus scrapes a real `tidemark serve` over real clusters. The alerts of
 * deploy/prometheus/, with periods of seconds, fire when MM2 stops and when the server is gone, and clear when MM2 runs
 * again. Needs `prometheus` on the PATH. Exits 1 if one does not.
 */
scriptOptions({
  name: 'drill:prometheus',
  does: 'A real Prometheus, which has to be on the PATH, scrapes tidemark serve over real clusters: alerts fire and clear.',
  options: {},
});
const PERIOD_SECONDS = 4;
const limits = { ...settingsSchema.parse({ deployment: { name: 'drill' }, configFolder: '.' }), maxLagRecords: 1_000 };
const STOPPED = ['TidemarkNotReady', 'TidemarkReplicationLag'];
const GONE = 'TidemarkAuditNotCompleted';
const said: string[] = [];
const folder = mkdtempSync(join(temporaryParent(), 'tidemark-prometheus-'));
const say = (text: string): void => void process.stderr.write(`${text} …\n`);

say('starting two clusters and MirrorMaker 2');
const live = await LiveStates.start();
let prometheus: Prometheus | null = null;
try {
  const rules = alertRules(limits, PERIOD_SECONDS);
  prometheus = await Prometheus.start(folder, new URL(live.url).host, rules);
  await drill(prometheus);
} finally {
  await prometheus?.stop();
  await live.stop();
  rmSync(folder, { recursive: true, force: true });
}
process.stdout.write(`PROMETHEUS ${said.join(' ')}\n`);
process.exit(0);

async function drill(server: Prometheus): Promise<void> {
  await live.healthy();
  await waitUntil(
    'the verdict in Prometheus',
    async () => (await server.value('tidemark_verdict{verdict="ready"}')) === 1,
  );
  await none(server, 'healthy');
  say('MM2 is stopped');
  await live.mirrorStopped();
  await waitUntil('the alerts to fire', async () => {
    const firing = await server.firing();
    return STOPPED.every((name) => firing.has(name));
  });
  const lag = await server.value('tidemark_lag_records_maximum');
  said.push(`fired=${STOPPED.join(',')} lag=${lag}`);
  say('MM2 is started again');
  await live.mirrorRunning();
  await none(server, 'cleared');
  say('the server is killed');
  await live.serverDead();
  await waitUntil(`${GONE} to fire`, async () => (await server.firing()).has(GONE));
  said.push(`server_gone=${GONE}`);
}

/** Waits until nothing about the flow's state fires. */
async function none(server: Prometheus, state: string): Promise<void> {
  await waitUntil(`no alert while ${state}`, async () => {
    const firing = await server.firing();
    return ![...STOPPED, GONE].some((name) => firing.has(name));
  });
  said.push(`${state}=yes`);
}
