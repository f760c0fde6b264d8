import type { AlarmLimit } from '../shared/contract/alarms.ts';
import type { DimensionName, MetricName } from '../shared/contract/metrics.ts';

/** Metrics of one name, a line for each value of the dimensions that are left open. */
export interface PanelLines {
  readonly metric: MetricName;
  readonly statistic: 'Maximum' | 'Sum';
  /** The set of dimensions, besides `Deployment`, under which the metric is published. */
  readonly dimensions: readonly DimensionName[];
  /** Those dimensions that have one value here. */
  readonly only?: Partial<Record<DimensionName, string>>;
  /** One line, the sum of all. */
  readonly isSum?: boolean;
  /** What all lines have in common, where a panel has lines of several metrics. */
  readonly label?: string;
  readonly color?: string;
}

/** A graph of the dashboard. */
export interface DashboardPanel {
  /** The question that it answers. */
  readonly title: string;
  readonly lines: readonly PanelLines[];
  /** The setting that the alarm on it compares with, shown as a horizontal line. */
  readonly limit?: AlarmLimit;
  readonly stacked?: boolean;
  readonly unit: 'flows' | 'records' | 'seconds' | 'percent' | 'groups' | 'findings' | 'audits' | 'reads';
}

const COLORS = { good: '#2ca02c', warning: '#ff7f0e', critical: '#d62728', unknown: '#7f7f7f' } as const;
const ofFlow = ['Flow'] as const;
const ofGroup = ['Flow', 'Group', 'Position'] as const;
const byMm2 = { Position: 'mm2' } as const;

function flowsWith(verdict: string, color: string): PanelLines {
  return {
    metric: 'Verdict',
    statistic: 'Maximum',
    dimensions: ['Flow', 'Verdict'],
    only: { Verdict: verdict },
    isSum: true,
    label: verdict,
    color,
  };
}

/** The graphs of a deployment's dashboard, in the order in which on-call asks. */
export const DASHBOARD_PANELS: readonly DashboardPanel[] = [
  {
    title: 'Could each flow fail over now?',
    unit: 'flows',
    stacked: true,
    lines: [
      flowsWith('not-ready', COLORS.critical),
      flowsWith('unknown', COLORS.unknown),
      flowsWith('at-risk', COLORS.warning),
      flowsWith('ready', COLORS.good),
    ],
  },
  {
    title: 'How many records would a failover now lose?',
    unit: 'records',
    limit: 'maxLossRecords',
    lines: [{ metric: 'LossRecords', statistic: 'Maximum', dimensions: ofFlow }],
  },
  {
    title: 'How old is the oldest record that it would lose?',
    unit: 'seconds',
    limit: 'maxLossSeconds',
    lines: [{ metric: 'LossSeconds', statistic: 'Maximum', dimensions: ofFlow }],
  },
  {
    title: 'How far behind is the worst partition?',
    unit: 'records',
    limit: 'maxLagRecords',
    lines: [{ metric: 'LagRecords', statistic: 'Maximum', dimensions: ofFlow }],
  },
  {
    title: 'Of how many partitions is the lag unknown?',
    unit: 'percent',
    limit: 'maxUnknownPercent',
    lines: [{ metric: 'LagUnknownShare', statistic: 'Maximum', dimensions: ofFlow }],
  },
  {
    title: 'Which findings count?',
    unit: 'findings',
    lines: (['critical', 'warning'] as const).map((severity) => ({
      metric: 'Findings',
      statistic: 'Maximum',
      dimensions: ['Flow', 'Severity'],
      only: { Severity: severity },
      label: severity,
      color: COLORS[severity],
    })),
  },
  {
    title: 'How many groups would land badly?',
    unit: 'groups',
    lines: [
      { metric: 'GroupsSkipping', statistic: 'Maximum', dimensions: ofFlow, label: 'skip records' },
      { metric: 'GroupsRereading', statistic: 'Maximum', dimensions: ofFlow, label: 're-read many' },
      { metric: 'GroupsUntranslatable', statistic: 'Maximum', dimensions: ofFlow, label: 'no position' },
    ],
  },
  {
    title: 'How long has MM2 owed an offset sync or a checkpoint?',
    unit: 'seconds',
    lines: [
      { metric: 'MappingAge', statistic: 'Maximum', dimensions: ofFlow, label: 'offset sync' },
      { metric: 'CheckpointAge', statistic: 'Maximum', dimensions: ofFlow, label: 'checkpoint' },
    ],
  },
  {
    title: 'What would each group skip at the position of MM2?',
    unit: 'records',
    lines: [{ metric: 'SkipAtMost', statistic: 'Sum', dimensions: ofGroup, only: byMm2 }],
  },
  {
    title: 'What would each group re-read at the position of MM2?',
    unit: 'records',
    lines: [{ metric: 'RereadAtMost', statistic: 'Sum', dimensions: ofGroup, only: byMm2 }],
  },
  {
    title: 'Does Tidemark audit each flow?',
    unit: 'audits',
    lines: [{ metric: 'AuditCompleted', statistic: 'Sum', dimensions: ofFlow }],
  },
  {
    title: 'What could the audits not read?',
    unit: 'reads',
    lines: [{ metric: 'UnreadParts', statistic: 'Maximum', dimensions: ofFlow }],
  },
];
