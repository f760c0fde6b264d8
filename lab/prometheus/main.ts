import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DASHBOARD_PANELS } from '../../infra/dashboard-panels.ts';
import { alertRules } from '../../infra/prometheus/alert-rules.ts';
import { queryOf } from '../../infra/prometheus/grafana-dashboard.ts';
import { settingsSchema } from '../../infra/settings.ts';
import type { Fault } from '../drill/alarms/fault.ts';
import { isCleared, isPaged } from '../drill/alarms/fault-result.ts';
import { playFault, waitUntilQuiet } from '../drill/alarms/play-fault.ts';
import { alarmNames, runbookAlarms } from '../drill/alarms/runbook-alarms.ts';
import { DEPLOYMENT, MINUTE_MS, World } from '../drill/alarms/world.ts';
import { WORLDS } from '../drill/alarms/worlds.ts';
import type { Minute } from '../local/local-cloud.ts';
import { scriptOptions } from '../script-options.ts';
import { temporaryParent } from '../temporary-folder.ts';
import { waitUntil } from '../wait-until.ts';
import { compareAlerts } from './alert-comparison.ts';
import { AlertWatch } from './alert-watch.ts';
import { auditorFaults, PASSWORDS } from './auditor-faults.ts';
import { Prometheus } from './prometheus.ts';
import { ServeProcess } from './serve-process.ts';

/**
 * `npm run drill:prometheus`: the faults of `drill:alarms`, on the same clusters and in the same minutes also audited by a real
 * `tidemark serve`, which a real Prometheus scrapes. The alerts of deploy/prometheus/ have to fire where the alarms of the stack do, and clear.
 * Each query of the dashboard has to have an answer. Exits 1 otherwise.
 */
const STACK = `Tidemark-${DEPLOYMENT}`;
const PERIOD_SECONDS = MINUTE_MS / 1_000;
/** Audits and scrapes are at least as frequent as the minutes. */
const AUDIT_SECONDS = 3;
const CLEAR_MS = 120_000;

const values = scriptOptions({
  name: 'drill:prometheus',
  does: 'A real Prometheus, which has to be on the PATH, scrapes tidemark serve during the faults of drill:alarms: the same alerts fire and clear. Takes most of an hour.',
  options: { only: { type: 'string', value: 'NAMES', says: "parts of faults' names, several with commas" } },
});
const only = values.only?.split(',');
const named = runbookAlarms(readFileSync(join(import.meta.dirname, '../../docs/runbook.md'), 'utf8'));
const progress = (line: string): void => void process.stderr.write(`${line}\n`);
const tally = { faults: 0, fired: 0, cleared: 0, extra: 0, queries: 0, answered: 0 };
const auditors = auditorFaults();

for (const { options, faults } of WORLDS) {
  const wanted = faults.filter(({ name }) => only === undefined || only.some((one) => name.includes(one)));
  if (wanted.length === 0) continue;
  progress(
    `starting clusters, MM2, the deployment, serve and Prometheus for: ${wanted.map(({ name }) => name).join(', ')}`,
  );
  const world = await World.open(options);
  const folder = mkdtempSync(join(temporaryParent(), 'tidemark-prometheus-'));
  const serve = await ServeProcess.at(world.configFile, AUDIT_SECONDS, join(folder, 'history.db'));
  let prometheus: Prometheus | null = null;
  try {
    world.alsoAcknowledgeIn(serve.history);
    await serve.start(PASSWORDS);
    const limits = settingsSchema.parse({ configFolder: '.', ...world.settings });
    prometheus = await Prometheus.start(folder, serve.address, alertRules(limits, PERIOD_SECONDS));
    await waitUntilQuiet(world, progress);
    if (tally.queries === 0) await askDashboard(prometheus);
    for (const fault of wanted) await play(world, fault, serve, prometheus);
  } finally {
    await prometheus?.stop();
    await serve.kill();
    await world[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  }
}
process.stdout.write(
  `PROMETHEUS ${Object.entries(tally)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')}\n`,
);
const { faults, fired, cleared, extra, queries, answered } = tally;
process.exit(faults > 0 && fired === faults && cleared === faults && extra === 0 && answered === queries ? 0 : 1);

/** Plays one fault for both, and compares what they said. */
async function play(world: World, fault: Fault, serve: ServeProcess, prometheus: Prometheus): Promise<void> {
  const alarms = named.get(fault.name);
  if (alarms === undefined) throw new Error(`the runbook does not know: ${fault.name}`);
  await fault.prepare?.(world);
  await waitUntilQuiet(world, progress);
  await none(prometheus);
  const names = alarmNames(STACK, alarms, fault.flows ?? ['A->B']);
  const auditor = auditors.get(fault.name);
  const both: Fault = {
    name: fault.name,
    inflict: async (one) => void (await Promise.all([fault.inflict(one), auditor?.inflict(serve)])),
    heal: async (one) => void (await Promise.all([fault.heal(one), auditor?.heal(serve)])),
  };
  const before = world.played.length;
  const watch = new AlertWatch(prometheus);
  const result = await playFault(world, both, names, progress);
  const isClear = await none(prometheus).then(
    () => true,
    (error: unknown) => {
      progress(`  ${error instanceof Error ? error.message : String(error)}`);
      return false;
    },
  );
  const alerts = await watch.end();
  const inAlarm = new Set(world.played.slice(before).flatMap(alarmsIn));
  const difference = compareAlerts({
    named: names.map(withoutStack),
    alarms: inAlarm,
    alerts,
    mirrorWasStopped: fault.stopsMirror === true,
  });
  const hasFired = isPaged(result) && difference.missing.length === 0;
  tally.faults++;
  tally.fired += Number(hasFired);
  tally.cleared += Number(isClear && isCleared(result));
  tally.extra += difference.extra.length;
  const list = (all: Iterable<string>): string => [...all].sort().join(', ') || 'none';
  const lines = [
    fault.name,
    `  runbook     ${list(names.map(withoutStack))}`,
    `  CloudWatch  ${list(inAlarm)}`,
    `  Prometheus  ${list(alerts)}${isClear ? '; all cleared' : '; NOT CLEARED'}`,
    ...difference.missing.map((name) => `  MISSING in Prometheus: ${name}`),
    ...difference.extra.map((name) => `  FALSE in Prometheus: ${name}`),
    ...(isPaged(result) ? [] : ['  MISSING in CloudWatch']),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** Waits until no alert fires. */
async function none(prometheus: Prometheus): Promise<void> {
  await waitUntil('all alerts to clear', async () => (await prometheus.firing()).size === 0, {
    deadlineMs: CLEAR_MS,
    explain: async () => [...(await prometheus.firing())].join(', '),
  });
}

/** The alarms on metrics that began to say something in a minute. A composite one speaks for others. */
function alarmsIn({ alarms }: Minute): readonly string[] {
  return alarms.flatMap((event) => {
    const { alarm, to } = event;
    if (event.kind !== 'change' || alarm.kind === 'composite') return [];
    const speaks = to === 'ALARM' || (to === 'INSUFFICIENT_DATA' && alarm.TreatMissingData === 'missing');
    return speaks ? [withoutStack(alarm.AlarmName)] : [];
  });
}

function withoutStack(name: string): string {
  return name.slice(name.indexOf('/') + 1);
}

/** Asks each query of the dashboard, as Grafana would for all deployments. */
async function askDashboard(prometheus: Prometheus): Promise<void> {
  for (const { title, lines } of DASHBOARD_PANELS) {
    for (const line of lines) {
      const query = queryOf(line).replaceAll('$job', '.*');
      const series = await prometheus.series(query);
      tally.queries++;
      tally.answered += Number(series > 0);
      if (series === 0) process.stdout.write(`no data for "${title}": ${query}\n`);
    }
  }
}
