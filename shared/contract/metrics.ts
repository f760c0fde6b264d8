/** Every CloudWatch metric that Tidemark publishes: version 1 of the contract, add, do not rename. */
export const METRIC_NAMESPACE = 'Tidemark';

export type MetricUnit = 'Count' | 'Seconds';

/** Dimension names, in the order in which a metric carries them. */
export const DIMENSIONS = ['Flow', 'Group', 'Position', 'Verdict', 'Severity'] as const;
export type DimensionName = (typeof DIMENSIONS)[number];

/** Values of the dimension `Position`: where MM2 left the group, or where Tidemark would put it. */
export const POSITIONS = ['mm2', 'tidemark'] as const;
export type Position = (typeof POSITIONS)[number];

export interface MetricDefinition {
  readonly unit: MetricUnit;
  /** The sets of dimensions that the metric is published under; `[]` is the metric without dimensions. */
  readonly dimensions: readonly (readonly DimensionName[])[];
  /** What one sample is. A test holds this text against the table of docs/metrics.md. */
  readonly sample: string;
}

/** Name → definition. `…Unknown…` metrics count what could not be told; the others then have fewer samples, never a 0. */
export const METRICS = {
  AuditCompleted: {
    unit: 'Count',
    dimensions: [[]],
    sample: 'one audit: 1 when every flow could be judged and every other metric was accepted, 0 when a flow could not',
  },
  LagRecords: { unit: 'Count', dimensions: [['Flow']], sample: 'one partition: source records not yet on the target' },
  LagUnknownPartitions: {
    unit: 'Count',
    dimensions: [['Flow']],
    sample: 'one audit: partitions whose lag could not be told',
  },
  LossRecords: {
    unit: 'Count',
    dimensions: [['Flow']],
    sample: 'one audit: source records that a failover now would lose',
  },
  LossRecordsUnknown: {
    unit: 'Count',
    dimensions: [['Flow']],
    sample: 'one audit: 1 when the records could not be told, else 0',
  },
  LossSeconds: {
    unit: 'Seconds',
    dimensions: [['Flow']],
    sample: 'one audit: age of the oldest record that a failover now would lose',
  },
  LossSecondsUnknown: {
    unit: 'Count',
    dimensions: [['Flow']],
    sample: 'one audit: 1 when that age could not be told, else 0',
  },
  MissingRecords: {
    unit: 'Count',
    dimensions: [['Flow']],
    sample: 'one audit: records that MM2 passed over and will never bring',
  },
  Verdict: {
    unit: 'Count',
    dimensions: [['Flow', 'Verdict']],
    sample: "one audit: 1 for the flow's verdict, 0 for each of the others",
  },
  Findings: { unit: 'Count', dimensions: [['Flow', 'Severity']], sample: 'one audit: findings of that severity' },
  UnreadParts: { unit: 'Count', dimensions: [['Flow']], sample: 'one audit: reads that failed' },
  HistoryNotRecorded: {
    unit: 'Count',
    dimensions: [['Flow']],
    sample: 'one audit: 1 when it could not be kept in the history, else 0',
  },
  RereadAtMost: {
    unit: 'Count',
    dimensions: [
      ['Flow', 'Position'],
      ['Flow', 'Group', 'Position'],
    ],
    sample: "one group's partition: records that the group would read twice at most",
  },
  SkipAtMost: {
    unit: 'Count',
    dimensions: [
      ['Flow', 'Position'],
      ['Flow', 'Group', 'Position'],
    ],
    sample: "one group's partition: records that the group would never read at most",
  },
  PositionUnknownPartitions: {
    unit: 'Count',
    dimensions: [
      ['Flow', 'Position'],
      ['Flow', 'Group', 'Position'],
    ],
    sample: "one audit: groups' partitions whose re-reads or skips could not be told",
  },
  GroupsNotPublished: {
    unit: 'Count',
    dimensions: [['Flow']],
    sample: 'one audit: groups beyond the limit, left out of the metrics per group',
  },
} as const satisfies Record<string, MetricDefinition>;

export type MetricName = keyof typeof METRICS;
