import { cpus, totalmem } from 'node:os';
import * as z from 'zod';
import { auditFunctionsCount } from '../infra/audit-functions-count.ts';
import { loadSettings } from '../infra/settings.ts';
import { scriptOptions } from '../lab/script-options.ts';
import { deployedParts } from './cost/deployment-template.ts';
import { type Fleet, flowNames, merged, pairsOfFleet, type WorkerResult, workerResult } from './fleet/fleet-plan.ts';
import { missedBars, renderFleet, summaryLine } from './fleet/fleet-results.ts';
import { MeasuredChild } from './measured-child.ts';
import { PARTITIONS_PER_TOPIC } from './scale-plan.ts';

/** `npm run bench:fleet`: measures the audit functions of many flows, each in a process with the memory that Lambda gives it. */
const values = scriptOptions({
  name: 'bench:fleet',
  does: 'Measures the audit functions of many large flows, without Kafka: time and memory of each, and what they report together.',
  options: {
    flows: { type: 'string', value: 'COUNT', default: '20', says: 'how many' },
    functions: { type: 'string', value: 'COUNT', says: 'that share them; as the stack chooses if absent' },
    partitions: { type: 'string', value: 'COUNT', default: '10000', says: 'of each flow, in hundreds' },
    groups: { type: 'string', value: 'COUNT', default: '1000', says: 'of each flow' },
    commits: { type: 'string', value: 'COUNT', default: '100', says: 'of each group, in hundreds' },
    audits: {
      type: 'string',
      value: 'COUNT',
      default: '2',
      says: 'of each function; the first is that of a new process',
    },
    jobs: { type: 'string', value: 'COUNT', default: '2', says: 'processes at once' },
  },
});
const count = z.coerce.number().int().positive();
const hundreds = z.coerce.number().int().positive().multipleOf(PARTITIONS_PER_TOPIC);
const flows = count.parse(values.flows);
const wanted = values.functions === undefined ? {} : { auditFunctions: count.parse(values.functions) };
const fleet: Fleet = {
  flows,
  functions: auditFunctionsCount(wanted, flows),
  topics: hundreds.parse(values.partitions) / PARTITIONS_PER_TOPIC,
  groups: count.parse(values.groups),
  topicsPerGroup: hundreds.parse(values.commits) / PARTITIONS_PER_TOPIC,
  audits: count.parse(values.audits),
};
if (fleet.topicsPerGroup > fleet.topics) throw new Error('a group commits on at most all partitions of a flow');

const settings = { ...loadSettings('infra/example/settings.json'), ...wanted };
const parts = deployedParts(settings, flowNames(flows));
const progress = (line: string): void => void process.stderr.write(`${line}\n`);
progress(`${pairsOfFleet(fleet)} pairs in ${flows} flows, ${fleet.functions} functions of ${parts.memoryMib} MiB`);

const waiting = Array.from({ length: fleet.functions }, (_, index) => index + 1);
const results: WorkerResult[] = [];
async function work(): Promise<void> {
  for (let part = waiting.shift(); part !== undefined; part = waiting.shift()) {
    const child = new MeasuredChild('fleet-child.ts', parts.nodeOptions);
    const result = await child.call(JSON.stringify({ ...fleet, part }), workerResult);
    await child.end();
    results.push(result);
    const times = result.audits.map(({ seconds }) => `${seconds.toFixed(1)} s`).join(', ');
    progress(`function ${part}: ${result.pairs} pairs, ${times}, ${result.peakMib.toFixed(0)} MiB`);
  }
}
await Promise.all(Array.from({ length: count.parse(values.jobs) }, work));

const begun = performance.now();
const together = merged(fleet, results);
const measured = { fleet, parts, results, together, mergeMs: performance.now() - begun };
const [cpu] = cpus();
const memory = (totalmem() / 2 ** 30).toFixed(0);
process.stdout.write(`${cpus().length} × ${cpu?.model.trim()}, ${memory} GiB, Node ${process.version}\n`);
process.stdout.write(renderFleet(measured));
const missed = missedBars(measured);
for (const sentence of missed) process.stdout.write(`MISSED: ${sentence}\n`);
process.stdout.write(`${summaryLine(measured)}\n`);
process.exitCode = missed.length === 0 ? 0 : 1;
