import type { AlarmLimit } from '../../shared/contract/alarms.ts';
import { METRICS, type MetricDefinition } from '../../shared/contract/metrics.ts';
import { prometheusLabel, prometheusName } from '../../shared/contract/prometheus-names.ts';
import { DASHBOARD_PANELS, type DashboardPanel, type PanelLines } from '../dashboard-panels.ts';
import type { Settings } from '../settings.ts';

const PANEL = { width: 12, height: 8 } as const;
// Grafana's own variable.
// biome-ignore lint/suspicious/noTemplateCurlyInString: it is meant
const DATASOURCE = { type: 'prometheus', uid: '${datasource}' } as const;

/** The graphs of CloudWatch's dashboard for Grafana: the same questions, lines and limits. */
export function grafanaDashboard(limits: Pick<Settings, AlarmLimit>): object {
  return {
    uid: 'tidemark',
    title: 'Tidemark',
    description: 'A gap in a line means unknown, never 0. Dashed lines are the limits of the alerts.',
    tags: ['kafka', 'mirrormaker'],
    timezone: 'utc',
    editable: true,
    schemaVersion: 39,
    refresh: '1m',
    time: { from: 'now-3h', to: 'now' },
    templating: {
      list: [
        { name: 'datasource', type: 'datasource', query: 'prometheus', label: 'Prometheus' },
        {
          name: 'job',
          type: 'query',
          label: 'Deployment',
          datasource: DATASOURCE,
          query: { query: 'label_values(tidemark_audit_interval_seconds, job)', refId: 'job' },
          refresh: 2,
          includeAll: true,
          multi: true,
          current: { text: 'All', value: '$__all' },
        },
      ],
    },
    panels: DASHBOARD_PANELS.map((panel, index) => panelOf(panel, index, limits)),
  };
}

function panelOf(panel: DashboardPanel, index: number, limits: Pick<Settings, AlarmLimit>): object {
  const { title, lines, limit, stacked = false, unit } = panel;
  const steps = [
    { color: 'green', value: null },
    ...(limit === undefined ? [] : [{ color: 'red', value: limits[limit] }]),
  ];
  return {
    id: index + 1,
    title,
    type: 'timeseries',
    datasource: DATASOURCE,
    gridPos: {
      x: (index % 2) * PANEL.width,
      y: Math.floor(index / 2) * PANEL.height,
      w: PANEL.width,
      h: PANEL.height,
    },
    targets: lines.map((one, at) => ({
      refId: refIdOf(at),
      datasource: DATASOURCE,
      expr: queryOf(one),
      legendFormat: legendOf(one),
    })),
    fieldConfig: {
      defaults: {
        unit: unit === 'seconds' ? 's' : unit === 'percent' ? 'percent' : 'short',
        min: 0,
        custom: {
          spanNulls: false,
          axisLabel: unit,
          stacking: { mode: stacked ? 'normal' : 'none' },
          thresholdsStyle: { mode: limit === undefined ? 'off' : 'dashed' },
        },
        thresholds: { mode: 'absolute', steps },
      },
      // A query has a line for each flow: its name is not the label alone.
      overrides: lines.flatMap(({ color }, at) =>
        color === undefined
          ? []
          : [
              {
                matcher: { id: 'byFrameRefID', options: refIdOf(at) },
                properties: [{ id: 'color', value: { mode: 'fixed', fixedColor: color } }],
              },
            ],
      ),
    },
    options: {
      // Without showLegend Grafana shows none, and the lines of flows and groups have no names.
      legend: { showLegend: true, displayMode: 'list', placement: 'bottom', calcs: [] },
      tooltip: { mode: 'multi', sort: 'desc' },
    },
  };
}

function refIdOf(at: number): string {
  return String.fromCharCode('A'.charCodeAt(0) + at);
}

/** The query of a panel's lines: of the deployments that are chosen. */
export function queryOf({ metric, statistic, dimensions, only = {}, isSum = false }: PanelLines): string {
  const definition: MetricDefinition = METRICS[metric];
  const labels = Object.entries(only).map(([name, value]) => `, ${name.toLowerCase()}="${value}"`);
  const series = `${prometheusName(metric, definition, statistic, dimensions)}{job=~"$job"${labels.join('')}}`;
  return isSum ? `sum(${series})` : series;
}

function legendOf({ dimensions, only = {}, isSum = false, label }: PanelLines): string {
  const open = dimensions.filter((name) => only[name] === undefined).map((name) => `{{${prometheusLabel(name)}}}`);
  return [...(label === undefined ? [] : [label]), ...(isSum ? [] : open)].join(' ');
}
