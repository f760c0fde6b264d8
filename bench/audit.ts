import { cpus, totalmem } from 'node:os';
import { type Lab, startLab } from '../lab/lab.ts';
import { scriptOptions } from '../lab/script-options.ts';
import { CHECK, reportCheck, WITHOUT_RECORDS, wholeAudit } from './audit-measure.ts';
import type { ClusterReading, Racer } from './cluster-reading.ts';
import { MeasuredChild } from './measured-child.ts';
import { type Heat, race } from './race.ts';
import { adminClientRacer, tidemarkRacer } from './racers.ts';
import { missedBars, type Results, renderResults, renderSummary, summaryOf, type Turn } from './results.ts';
import { directServers, type ScaleFlow, startScaleFlow } from './scale-flow.ts';

/** `npm run bench:audit`: measures an audit of 100,000 pairs. Progress goes to stderr, the table to stdout. */
scriptOptions({
  name: 'bench:audit',
  does: "Measures an audit of 100,000 pairs on real clusters, next to Kafka's own AdminClient. Takes minutes.",
  options: {},
});
const progress = (line: string): void => void process.stderr.write(`${line}\n`);

/** Network round trips in milliseconds, in addition to the direct connection. */
const ROUND_TRIPS = [20, 80];
const COLD_STARTS = 3;
/** Audits with and without looking at records, in turns. */
const TURNS = 5;

async function measureReading(lab: Lab, { source }: ScaleFlow): Promise<Pick<Results, 'cold' | 'heats'>> {
  const direct = directServers(source);
  const cold: ClusterReading[] = [];
  for (let i = 0; i < COLD_STARTS; i++) {
    await withTidemark(async (racer) => cold.push(await racer.round(direct)));
  }
  // One warm JVM serves all network paths. Tidemark gets a fresh process for each, so that it starts cold.
  const adminClient = adminClientRacer(lab);
  progress('reading one cluster in turns with Tidemark and the AdminClient …');
  const here = await withTidemark((racer) => race([racer, adminClient], direct, { unmeasured: 8, measured: 11 }));
  const heats = new Map<number, [Heat, Heat]>([[0, here]]);
  for (const roundTrip of ROUND_TRIPS) {
    progress(`the same with a network round trip of ${roundTrip} ms …`);
    source.link.reset();
    source.link.delay(roundTrip / 2);
    const rounds = { unmeasured: 3, measured: 5 };
    heats.set(roundTrip, await withTidemark((racer) => race([racer, adminClient], source.bootstrapServers, rounds)));
  }
  await adminClient.end();
  return { cold, heats };
}

async function withTidemark<T>(use: (racer: Racer) => Promise<T>): Promise<T> {
  const racer = tidemarkRacer();
  try {
    return await use(racer);
  } finally {
    await racer.end();
  }
}

async function measureAudit(flow: ScaleFlow): Promise<Pick<Results, 'audits' | 'check' | 'turns'>> {
  progress('auditing the whole flow …');
  const child = new MeasuredChild('audit-child.ts');
  const audit = async (prefix = '') => {
    await flow.beat();
    return child.call(`${prefix}${flow.mm2File}`, wholeAudit);
  };
  const audits = [await audit(), await audit(), await audit()] as const;
  const check = await child.call(CHECK, reportCheck);
  progress('auditing it in turns with and without looking at records …');
  const turns: Turn[] = [];
  for (let i = 0; i < TURNS; i++) turns.push({ without: await audit(WITHOUT_RECORDS), looking: await audit() });
  await child.end();
  return { audits, check, turns };
}

// In memory, 20,000 logs are created in a third of the time; reading them takes as long.
const lab = await startLab();
try {
  const flow = await startScaleFlow(lab, progress);
  const results = { ...(await measureReading(lab, flow)), ...(await measureAudit(flow)) };
  const summary = summaryOf(results);
  const [cpu] = cpus();
  const memory = (totalmem() / 2 ** 30).toFixed(0);
  process.stdout.write(`${cpus().length} × ${cpu?.model.trim()}, ${memory} GiB, Node ${process.version}\n`);
  process.stdout.write(renderResults(results));
  const missed = missedBars(results, summary);
  for (const sentence of missed) process.stdout.write(`MISSED: ${sentence}\n`);
  process.stdout.write(`${renderSummary(summary)}\n`);
  process.exitCode = missed.length === 0 ? 0 : 1;
} finally {
  await lab.stop();
}
