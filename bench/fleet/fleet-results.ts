import type { DeployedParts } from '../cost/deployment-template.ts';
import { auditSeconds, lambdaSeconds } from '../cost/monthly-bill.ts';
import { PARTITIONS_PER_TOPIC } from '../scale-plan.ts';
import { renderTable } from '../table.ts';
import { type AuditCost, type Fleet, type Merged, pairsOfFleet, type WorkerResult } from './fleet-plan.ts';
import { pairsOf } from './planned-cluster.ts';

export interface MeasuredFleet {
  readonly fleet: Fleet;
  readonly parts: Pick<DeployedParts, 'memoryMib' | 'timeoutSeconds'>;
  readonly results: readonly WorkerResult[];
  readonly together: Merged;
  readonly mergeMs: number;
}

/** In every tenth partition the plan leaves three records to be mirrored. */
const WAITING_PER_TOPIC = (3 * PARTITIONS_PER_TOPIC) / 10;

function first({ audits }: WorkerResult): AuditCost {
  return audits[0] ?? { seconds: 0, cpuSeconds: 0 };
}

/** The last one is of a process that continues. */
function last({ audits }: WorkerResult): AuditCost {
  return audits.at(-1) ?? first({ audits } as WorkerResult);
}

const most = (values: readonly number[]) => Math.max(0, ...values);

export function renderFleet({ fleet, parts, results, together, mergeMs }: MeasuredFleet): string {
  const rows = results
    .toSorted((a, b) => a.part - b.part)
    .map((one) => [
      `${one.part}`,
      `${one.flows.length}`,
      `${one.pairs}`,
      first(one).cpuSeconds.toFixed(1),
      lambdaSeconds(first(one).cpuSeconds, parts.memoryMib).toFixed(1),
      last(one).cpuSeconds.toFixed(1),
      lambdaSeconds(last(one).cpuSeconds, parts.memoryMib).toFixed(1),
      one.peakMib.toFixed(0),
    ]);
  const head = ['function', 'flows', 'pairs', 'first CPU s', 'in Lambda', 'next CPU s', 'in Lambda', 'peak MiB'];
  const perFunction = Math.ceil(fleet.flows / fleet.functions);
  const estimated = auditSeconds({ flows: perFunction, pairs: pairsOf(fleet), parts });
  return [
    `${fleet.flows} flows of ${fleet.topics * PARTITIONS_PER_TOPIC} partitions, ${fleet.groups} groups and ${pairsOf(fleet)} pairs: ${pairsOfFleet(fleet)} pairs`,
    renderTable([head, ...rows]),
    `together: ${together.heartbeats} heartbeats, ${together.pairs} pairs, lag ${together.lag}; added up in ${mergeMs.toFixed(1)} ms`,
    `npm run cost takes ${estimated.toFixed(1)} s for the function with the most flows`,
    '',
  ].join('\n');
}

/** What Lambda, or the sum of the heartbeats, would not let pass. */
export function missedBars({ fleet, parts, results, together }: MeasuredFleet): readonly string[] {
  const missed: string[] = [];
  const bar = (holds: boolean, sentence: string) => void (holds || missed.push(sentence));
  bar(together.wrong.length === 0, `not audited once by one function: ${together.wrong.slice(0, 5).join(', ')}`);
  bar(together.heartbeats === fleet.functions, `${together.heartbeats} heartbeats of ${fleet.functions}: that pages`);
  bar(together.notReady === 0, `${together.notReady} flows are not ready`);
  const pairs = pairsOfFleet(fleet);
  bar(together.pairs === pairs, `${together.pairs} pairs are in the reports, not ${pairs}`);
  const lag = fleet.flows * fleet.topics * WAITING_PER_TOPIC;
  bar(together.lag === lag, `the lag is ${together.lag}, not ${lag}`);
  const peak = most(results.map(({ peakMib }) => peakMib));
  bar(peak <= parts.memoryMib, `a function takes ${peak.toFixed(0)} MiB, and has ${parts.memoryMib}`);
  const slowest = most(results.map((one) => lambdaSeconds(first(one).cpuSeconds, parts.memoryMib)));
  bar(
    slowest <= parts.timeoutSeconds,
    `a function takes ${slowest.toFixed(1)} s in Lambda, which ends it after ${parts.timeoutSeconds}`,
  );
  return missed;
}

export function summaryLine({ fleet, parts, results, together }: MeasuredFleet): string {
  const seconds = (of: (one: WorkerResult) => AuditCost) =>
    most(results.map((one) => lambdaSeconds(of(one).cpuSeconds, parts.memoryMib))).toFixed(1);
  const cpu = results.reduce((sum, one) => sum + last(one).cpuSeconds, 0);
  const figures = {
    pairs: together.pairs,
    functions: fleet.functions,
    heartbeats: together.heartbeats,
    first_s: seconds(first),
    next_s: seconds(last),
    us_per_pair: ((cpu * 1e6) / Math.max(1, together.pairs)).toFixed(1),
    peak_mib: most(results.map(({ peakMib }) => peakMib)).toFixed(0),
  };
  return `FLEET ${Object.entries(figures)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')}`;
}
