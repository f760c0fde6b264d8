import type { Severity } from './finding-codes.ts';

/** All CloudWatch metrics that Tidemark publishes. Version 1 of the contract: add, do not rename. */
export const METRIC_NAMESPACE = 'Tidemark';

export type MetricUnit = 'Count' | 'Seconds' | 'Percent';

/** The dimension of every metric, before all others: the name of the deployment that publishes it. */
export const DEPLOYMENT_DIMENSION = 'Deployment';

/** Names of the other dimensions, in the order in which metrics list them. */
export const DIMENSIONS = ['Flow', 'Group', 'Position', 'Verdict', 'Severity'] as const;
export type DimensionName = (typeof DIMENSIONS)[number];

/** Values of the dimension `Position`: where MM2 left the group, or where Tidemark would put it. */
export const POSITIONS = ['mm2', 'tidemark'] as const;
export type Position = (typeof POSITIONS)[number];

/** Values of the dimension `Severity`. Nothing has to be done about an `info`, and every value of a dimension is paid for. */
export const COUNTED_SEVERITIES = ['critical', 'warning'] as const satisfies readonly Severity[];

export interface MetricDefinition {
  readonly unit: MetricUnit;
  /** The sets of dimensions, besides `Deployment`, under which the metric is published; `[]` has no others. */
  readonly dimensions: readonly (readonly DimensionName[])[];
  /** Whether one audit has many samples: one for each partition. Absent where it has one. */
  readonly isDistribution?: true;
  /** What one sample is. A test compares this text with the table in docs/metrics.md. */
  readonly sample: string;
}

/** A metric of each flow, and of all flows together: alarms of a deployment with many flows watch the latter. */
const FLOW_AND_ALL = [['Flow'], []] as const;

/**
 * Name → definition. An unknown value gives no sample, never a 0. Of a metric with many samples a `…Unknown…` metric counts
 * those that lack; one with a single sample is absent then, while `AuditCompleted` of the flow is there.
 */
export const METRICS = {
  AuditCompleted: {
    unit: 'Count',
    dimensions: [[], ['Flow']],
    sample:
      'one audit (of the flow, or of all flows): 1 if it could be judged and all its other metrics were accepted, 0 if it could not',
  },
  LagRecords: {
    unit: 'Count',
    isDistribution: true,
    dimensions: FLOW_AND_ALL,
    sample: 'one partition: source records not yet on the target',
  },
  LagUnknownShare: {
    unit: 'Percent',
    dimensions: FLOW_AND_ALL,
    sample: 'one audit: share of the partitions whose lag is unknown; none of a flow without partitions',
  },
  LossRecords: {
    unit: 'Count',
    dimensions: FLOW_AND_ALL,
    sample: 'one audit: source records that a failover now loses',
  },
  LossSeconds: {
    unit: 'Seconds',
    dimensions: FLOW_AND_ALL,
    sample: 'one audit: age of the oldest record that a failover now loses',
  },
  MissingRecords: {
    unit: 'Count',
    dimensions: [['Flow']],
    sample: 'one audit: records that MM2 skipped and will never mirror',
  },
  MappingAge: {
    unit: 'Seconds',
    dimensions: FLOW_AND_ALL,
    sample:
      'one audit: how long MM2 has mirrored a partition since an offset sync that should have had a successor; 0 if none',
  },
  CheckpointAge: {
    unit: 'Seconds',
    dimensions: FLOW_AND_ALL,
    sample: 'one audit: age of the oldest checkpoint that should have had a successor; 0 if none',
  },
  Verdict: {
    unit: 'Count',
    dimensions: [['Flow', 'Verdict'], ['Verdict']],
    sample: "one audit: 1 for the flow's verdict, 0 for the other verdicts",
  },
  Findings: {
    unit: 'Count',
    dimensions: [['Flow', 'Severity']],
    sample: 'one audit: critical or warning findings that count (not acknowledged, not turned off)',
  },
  UnreadParts: { unit: 'Count', dimensions: [['Flow']], sample: 'one audit: reads that failed' },
  MirrorNotRunning: {
    unit: 'Count',
    dimensions: FLOW_AND_ALL,
    sample: 'one audit: critical findings of MIRROR_STOPPED, MIRROR_NEVER_STARTED and MIRROR_TASK_FAILED that count',
  },
  CheckpointsBehind: {
    unit: 'Count',
    dimensions: FLOW_AND_ALL,
    sample: 'one audit: findings of missing or old checkpoints that count',
  },
  GroupsSkipping: {
    unit: 'Count',
    dimensions: FLOW_AND_ALL,
    sample:
      'one audit: groups with a critical finding that counts, by which a failover now skips records or finds them expired',
  },
  GroupsRereading: {
    unit: 'Count',
    dimensions: FLOW_AND_ALL,
    sample: 'one audit: groups for which GROUP_REREADS_MUCH counts',
  },
  GroupsUntranslatable: {
    unit: 'Count',
    dimensions: FLOW_AND_ALL,
    sample: 'one audit: groups for which GROUP_UNTRANSLATABLE counts',
  },
  HistoryNotRecorded: {
    unit: 'Count',
    dimensions: FLOW_AND_ALL,
    sample: 'one audit: 1 if it could not be stored in the history, else 0',
  },
  RereadAtMost: {
    unit: 'Count',
    isDistribution: true,
    dimensions: [
      ['Flow', 'Position'],
      ['Flow', 'Group', 'Position'],
    ],
    sample: 'one partition of one group: most records that the group re-reads',
  },
  SkipAtMost: {
    unit: 'Count',
    isDistribution: true,
    dimensions: [
      ['Flow', 'Position'],
      ['Flow', 'Group', 'Position'],
    ],
    sample: 'one partition of one group: most records that the group skips',
  },
  PositionUnknownPartitions: {
    unit: 'Count',
    dimensions: [
      ['Flow', 'Position'],
      ['Flow', 'Group', 'Position'],
    ],
    sample: 'one audit: partitions of groups whose re-reads or skips are unknown',
  },
} as const satisfies Record<string, MetricDefinition>;

export type MetricName = keyof typeof METRICS;
