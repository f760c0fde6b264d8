import { SEVERITIES } from '../contract/finding-codes.ts';
import {
  type DimensionName,
  METRICS,
  type MetricDefinition,
  type MetricName,
  POSITIONS,
  type Position,
} from '../contract/metrics.ts';
import { countedFindings } from '../domain/judge/acknowledgements.ts';
import { distribution, type Metric } from '../domain/model/metric.ts';
import {
  type AuditReport,
  type Cost,
  costOf,
  type FlowReport,
  type GroupReport,
  VERDICTS,
} from '../domain/model/report.ts';

/** Limits on the metrics published per flow. */
export interface ProjectionLimits {
  /** Groups that get metrics of their own, worst first: CloudWatch bills by the metric. */
  readonly groups: number;
}

/**
 * The numbers of a report as metrics, without the audit's own heartbeat. An unknown value gives no sample; the matching
 * `…Unknown…` metric counts it.
 */
export function projectMetrics(report: AuditReport, limits: ProjectionLimits): readonly Metric[] {
  return report.flows.flatMap((flow) => [...flowMetrics(flow), ...positionMetrics(flow, limits)]);
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

/** The heartbeats of the flows. Publish each after all other metrics of its flow were accepted. */
export function flowHeartbeats(report: AuditReport): readonly Metric[] {
  return report.flows.map((flow) => completed(!isBlind(flow), { Flow: flow.flow }));
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
    metric('LagUnknownPartitions', of, [flow.partitions.length - lags.length]),
    metric('LossRecords', of, loss.kind === 'known' ? [Number(loss.records)] : []),
    metric('LossRecordsUnknown', of, [loss.kind === 'known' ? 0 : 1]),
    metric('LossSeconds', of, seconds === null ? [] : [seconds]),
    metric('LossSecondsUnknown', of, [seconds === null ? 1 : 0]),
    metric('MissingRecords', of, [Number(missing)]),
    ...VERDICTS.map((verdict) => metric('Verdict', { ...of, Verdict: verdict }, [flow.verdict === verdict ? 1 : 0])),
    ...SEVERITIES.map((severity) =>
      metric('Findings', { ...of, Severity: severity }, [
        counted.filter((finding) => finding.severity === severity).length,
      ]),
    ),
    metric('UnreadParts', of, [flow.unread.length]),
    metric('HistoryNotRecorded', of, [counted.some(({ code }) => code === 'HISTORY_NOT_RECORDED') ? 1 : 0]),
  ].filter((candidate) => candidate !== null);
}

function positionMetrics(flow: FlowReport, limits: ProjectionLimits): Metric[] {
  const groups = [...Map.groupBy(flow.groups, (entry) => entry.group)].sort(worstFirst);
  const published = groups.slice(0, limits.groups);
  const left = metric('GroupsNotPublished', { Flow: flow.flow }, [groups.length - published.length]);
  return [
    ...costs(flow.groups, { Flow: flow.flow }),
    ...published.flatMap(([group, entries]) => costs(entries, { Flow: flow.flow, Group: group })),
    ...(left === null ? [] : [left]),
  ];
}

function costs(entries: readonly GroupReport[], of: { Flow: string; Group?: string }): Metric[] {
  return POSITIONS.flatMap((position) => {
    const dimensions = { ...of, Position: position };
    const unknown = entries.filter((entry) => isUnknown(entry, position)).length;
    return [
      metric('RereadAtMost', dimensions, known(entries, position, 'rereadAtMost')),
      metric('SkipAtMost', dimensions, known(entries, position, 'skipAtMost')),
      // Without entries publish nothing: the metrics of a removed group end.
      metric('PositionUnknownPartitions', dimensions, entries.length === 0 ? [] : [unknown]),
    ].filter((candidate) => candidate !== null);
  });
}

function known(entries: readonly GroupReport[], position: Position, cost: keyof Cost): number[] {
  return entries.flatMap((entry) => {
    const value = costOf(entry[position])?.[cost];
    return value === undefined ? [] : [Number(value)];
  });
}

function isUnknown(entry: GroupReport, position: Position): boolean {
  return costOf(entry[position]) === null;
}

type NamedEntries = readonly [group: string, entries: readonly GroupReport[]];

/** By skips, then re-reads, then unknown positions, all under MM2's positions; ties by name, so the order is stable. */
function worstFirst([aName, a]: NamedEntries, [bName, b]: NamedEntries): number {
  const [left, right] = [badness(a), badness(b)];
  for (const [at, value] of left.entries()) {
    const other = right[at] ?? 0;
    if (value !== other) return other - value;
  }
  return aName < bName ? -1 : 1;
}

function badness(entries: readonly GroupReport[]): readonly number[] {
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  return [
    sum(known(entries, 'mm2', 'skipAtMost')),
    sum(known(entries, 'mm2', 'rereadAtMost')),
    entries.filter((entry) => isUnknown(entry, 'mm2')).length,
  ];
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
