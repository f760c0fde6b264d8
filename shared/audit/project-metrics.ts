import {
  COUNTED_SEVERITIES,
  type DimensionName,
  METRICS,
  type MetricDefinition,
  type MetricName,
  POSITIONS,
} from '../contract/metrics.ts';
import { countedFindings } from '../domain/judge/acknowledgements.ts';
import { distribution, type Metric } from '../domain/model/metric.ts';
import { type Age, type AuditReport, type FlowReport, type GroupReport, VERDICTS } from '../domain/model/report.ts';
import { countsOfFindings } from './finding-metrics.ts';
import { countUnknownCosts, knownCosts } from './group-costs.ts';

/**
 * The numbers of a flow as metrics, without its heartbeat. An unknown value gives no sample, never a 0.
 * @param named the groups that get metrics of their own: CloudWatch charges for each metric
 * @param forAllFlows whether they count for all flows together, too: where alarms watch those
 */
export function projectMetrics(
  flow: FlowReport,
  named: ReadonlySet<string>,
  { forAllFlows }: { readonly forAllFlows: boolean },
): readonly Metric[] {
  const metrics = [...flowMetrics(flow), ...positionMetrics(flow, named)];
  return forAllFlows ? [...metrics, ...metrics.flatMap((own) => ofAllFlows(own) ?? [])] : metrics;
}

/** The same samples as part of the metric of all flows together; null if the contract has none. */
function ofAllFlows(own: Metric): Metric | null {
  const { Flow: _, ...others } = own.dimensions;
  const definition: MetricDefinition = METRICS[own.name];
  const names = Object.keys(others);
  const isInContract = definition.dimensions.some(
    (set) => set.length === names.length && set.every((name) => names.includes(name)),
  );
  return isInContract ? { ...own, dimensions: others } : null;
}

/**
 * Whether every flow has a verdict and at least one partition with a known lag, so that its lag alarm can work. An
 * audit that sees nothing must not count as completed.
 */
export function sawEveryFlow(report: AuditReport): boolean {
  return report.flows.length > 0 && report.flows.every((flow) => !isBlind(flow));
}

/** The audit's own heartbeat. Publish it last, after all other metrics were accepted. */
export function heartbeatMetric(report: AuditReport): Metric {
  return completed(sawEveryFlow(report), {});
}

/** The heartbeat of a flow: that its other metrics were accepted. */
export function flowHeartbeat(flow: FlowReport): Metric {
  return completed(!isBlind(flow), { Flow: flow.flow });
}

function completed(isComplete: boolean, dimensions: Metric['dimensions']): Metric {
  return { name: 'AuditCompleted', dimensions, unit: 'Count', samples: [{ value: isComplete ? 1 : 0, count: 1 }] };
}

function isBlind(flow: FlowReport): boolean {
  if (flow.verdict === 'unknown') return true;
  // Without any known lag, only a flow that is known to mirror nothing counts as seen.
  if (flow.partitions.some((partition) => partition.lag.kind === 'known')) return false;
  return flow.partitions.length > 0 || flow.loss.kind === 'unknown';
}

function flowMetrics(flow: FlowReport): Metric[] {
  const of = { Flow: flow.flow };
  const { loss } = flow;
  const counted = countedFindings(flow.findings);
  const lags = flow.partitions.flatMap(({ lag }) => (lag.kind === 'known' ? [Number(lag.records)] : []));
  const missing = flow.partitions.reduce((sum, partition) => sum + partition.missing, 0n);
  const seconds = loss.kind === 'known' ? loss.seconds : null;
  return [
    metric('LagRecords', of, lags),
    metric('LagUnknownShare', of, unknownShare(flow.partitions.length, lags.length)),
    metric('LossRecords', of, loss.kind === 'known' ? [Number(loss.records)] : []),
    metric('LossSeconds', of, seconds === null ? [] : [seconds]),
    metric('MissingRecords', of, [Number(missing)]),
    metric('MappingAge', of, secondsOf(flow.ages?.mapping)),
    metric('CheckpointAge', of, secondsOf(flow.ages?.checkpoints)),
    ...VERDICTS.map((verdict) => metric('Verdict', { ...of, Verdict: verdict }, [flow.verdict === verdict ? 1 : 0])),
    ...COUNTED_SEVERITIES.map((severity) =>
      metric('Findings', { ...of, Severity: severity }, [
        counted.filter((finding) => finding.severity === severity).length,
      ]),
    ),
    metric('UnreadParts', of, [flow.unread.length]),
    ...countsOfFindings(flow).map(([name, count]) => metric(name, of, [count])),
  ].filter((candidate) => candidate !== null);
}

function secondsOf(age: Age | undefined): number[] {
  return age?.kind === 'known' ? [age.seconds] : [];
}

function unknownShare(partitions: number, known: number): number[] {
  return partitions === 0 ? [] : [(100 * (partitions - known)) / partitions];
}

function positionMetrics(flow: FlowReport, named: ReadonlySet<string>): Metric[] {
  const groups = [...Map.groupBy(flow.groups, (entry) => entry.group)];
  const published = groups.filter(([group]) => named.has(group));
  return [
    ...costs(flow.groups, { Flow: flow.flow }),
    ...published.flatMap(([group, entries]) => costs(entries, { Flow: flow.flow, Group: group })),
  ];
}

function costs(entries: readonly GroupReport[], of: { Flow: string; Group?: string }): Metric[] {
  return POSITIONS.flatMap((position) => {
    const dimensions = { ...of, Position: position };
    return [
      metric('RereadAtMost', dimensions, knownCosts(entries, position, 'rereadAtMost')),
      metric('SkipAtMost', dimensions, knownCosts(entries, position, 'skipAtMost')),
      // Without entries publish nothing: the metrics of a removed group end.
      metric(
        'PositionUnknownPartitions',
        dimensions,
        entries.length === 0 ? [] : [countUnknownCosts(entries, position)],
      ),
    ].filter((candidate) => candidate !== null);
  });
}

function metric(
  name: MetricName,
  dimensions: Readonly<Partial<Record<DimensionName, string>>>,
  values: readonly number[],
): Metric | null {
  const samples = distribution(values);
  const definition: MetricDefinition = METRICS[name];
  return samples === null ? null : { name, dimensions, unit: definition.unit, samples };
}
