import { beforeAll, describe, expect, test } from '@jest/globals';
import { DASHBOARD_PANELS } from '../../infra/dashboard-panels.ts';
import { type DashboardBody, dashboardOfTemplate } from '../../lab/pictures/dashboard-body.ts';
import { isFound, type ListedMetric, labelOf, parseSearch } from '../../lab/pictures/dashboard-search.ts';
import { metricDimensions } from '../../shared/adapters/cloudwatch/metric-dimensions.ts';
import { ALARMS, type AlarmLimit } from '../../shared/contract/alarms.ts';
import {
  COUNTED_SEVERITIES,
  type DimensionName,
  METRICS,
  type MetricDefinition,
} from '../../shared/contract/metrics.ts';
import { HOSTILE_FLOWS, LIMITS, MANY_FLOWS } from './stacks.ts';
import { synthesize } from './synthesize.ts';

const SAMPLES: Readonly<Record<DimensionName, readonly string[]>> = {
  Flow: HOSTILE_FLOWS,
  Group: ['billing', 'a "quoted" group'],
  Position: ['mm2', 'tidemark'],
  Verdict: ['ready', 'at-risk', 'not-ready', 'unknown'],
  Severity: COUNTED_SEVERITIES,
};

/** All metrics that a deployment publishes for the sample values. */
function publishedBy(deployment: string): ListedMetric[] {
  return Object.entries<MetricDefinition>(METRICS).flatMap(([name, { dimensions }]) =>
    dimensions.flatMap((names) =>
      names
        .reduce<Partial<Record<DimensionName, string>>[]>(
          (sets, dimension) =>
            sets.flatMap((set) => SAMPLES[dimension].map((value) => ({ ...set, [dimension]: value }))),
          [{}],
        )
        .map((of) => ({ MetricName: name, Dimensions: metricDimensions(deployment, of) })),
    ),
  );
}

function search(expression: string, among: readonly ListedMetric[]): ListedMetric[] {
  const parsed = parseSearch(expression);
  return among.filter((metric) => isFound(parsed, metric));
}

describe('the dashboard of a deployment', () => {
  let body: DashboardBody;
  const graphs = () => body.widgets.flatMap((widget) => (widget.type === 'metric' ? [widget.properties] : []));

  beforeAll(() => {
    body = dashboardOfTemplate(synthesize(LIMITS).toJSON());
  });

  test('has a graph for each question, with links to the runbook above them', () => {
    expect(graphs().map(({ title }) => title)).toEqual(DASHBOARD_PANELS.map(({ title }) => title));
    expect(body.widgets[0]?.properties).toMatchObject({ markdown: expect.stringContaining('(docs/runbook.md)') });
  });

  test('every search finds metrics that this deployment publishes, and none of one with a longer name', () => {
    const own = publishedBy('example');
    const others = publishedBy('example-eu');
    for (const { title, metrics } of graphs()) {
      for (const { expression } of metrics) {
        const found = search(expression, [...own, ...others]);
        expect([title, expression, found.length > 0]).toEqual([title, expression, true]);
        expect(found.filter((one) => others.includes(one))).toEqual([]);
      }
    }
  });

  test('a line of each flow names the flow, a line of each group names both', () => {
    for (const { expression, label } of graphs().flatMap(({ metrics }) => metrics)) {
      if (parseSearch(expression).isSum) continue;
      const lines = search(expression, publishedBy('example'));
      expect(new Set(lines.map((line) => labelOf(label, line))).size).toBe(lines.length);
    }
  });

  test('a graph that an alarm watches shows the limit of that alarm', () => {
    const shown = graphs().flatMap(({ title, annotations, metrics }) =>
      (annotations?.horizontal ?? []).map(({ value, label }) => {
        const limit = DASHBOARD_PANELS.find((panel) => panel.title === title)?.limit;
        expect([label, value]).toEqual([limit, limit === undefined ? null : LIMITS[limit]]);
        return { limit, metric: /MetricName="(\w+)"/.exec(metrics[0]?.expression ?? '')?.[1] };
      }),
    );
    expect(shown.map(({ limit }) => limit)).toEqual([
      'maxLossRecords',
      'maxLossSeconds',
      'maxLagRecords',
      'maxUnknownPercent',
    ] satisfies AlarmLimit[]);
    for (const { limit, metric } of shown) {
      expect(Object.values(ALARMS).find(({ threshold }) => threshold === limit)?.metric).toBe(metric);
    }
  });

  test.each([
    ['one flow', ['east->west']],
    ['300 flows', MANY_FLOWS],
  ])('%s: shows every alarm once, at most 100 in a widget', (_, flows) => {
    const template = synthesize({}, flows);
    const widgets = dashboardOfTemplate(template.toJSON()).widgets.flatMap((widget) =>
      widget.type === 'alarm' ? [widget.properties.alarms] : [],
    );
    const alarms = ['AWS::CloudWatch::Alarm', 'AWS::CloudWatch::CompositeAlarm'].flatMap((type) =>
      Object.keys(template.findResources(type)),
    );
    expect(widgets.flat().toSorted()).toEqual(alarms.toSorted());
    for (const shown of widgets) expect(shown.length).toBeLessThanOrEqual(100);
  });
});
