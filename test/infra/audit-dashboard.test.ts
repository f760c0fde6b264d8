import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Template } from 'aws-cdk-lib/assertions';
import * as z from 'zod';
import { DASHBOARD_PANELS } from '../../infra/dashboard-panels.ts';
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

const searched = z.object({ expression: z.string(), label: z.string() });
const bodySchema = z.object({
  widgets: z.array(
    z.object({
      type: z.enum(['text', 'alarm', 'metric']),
      properties: z.object({
        title: z.string().optional(),
        markdown: z.string().optional(),
        alarms: z.array(z.string()).optional(),
        metrics: z.array(z.tuple([searched])).optional(),
        annotations: z.object({ horizontal: z.array(z.object({ value: z.number(), label: z.string() })) }).optional(),
      }),
    }),
  ),
});

/** The dashboard's body; a reference to a resource becomes the resource's logical id. */
function bodyOf(template: Template): z.infer<typeof bodySchema> {
  const [dashboard] = Object.values(template.findResources('AWS::CloudWatch::Dashboard'));
  const written: unknown = dashboard?.Properties.DashboardBody;
  const part = z.union([
    z.string(),
    z.object({ Ref: z.string() }).transform(({ Ref }) => Ref),
    z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.string()]) }).transform((at) => at['Fn::GetAtt'][0]),
  ]);
  const joined = z.object({ 'Fn::Join': z.tuple([z.literal(''), z.array(part)]) }).parse(written);
  return bodySchema.parse(JSON.parse(joined['Fn::Join'][1].join('')));
}

/** A metric as CloudWatch lists it. */
interface Listed {
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

const SAMPLES: Readonly<Record<DimensionName, readonly string[]>> = {
  Flow: HOSTILE_FLOWS,
  Group: ['billing', 'a "quoted" group'],
  Position: ['mm2', 'tidemark'],
  Verdict: ['ready', 'at-risk', 'not-ready', 'unknown'],
  Severity: COUNTED_SEVERITIES,
};

/** All metrics that a deployment publishes for the sample values. */
function publishedBy(deployment: string): Listed[] {
  return Object.entries<MetricDefinition>(METRICS).flatMap(([name, { dimensions }]) =>
    dimensions.flatMap((names) =>
      names
        .reduce<Partial<Record<DimensionName, string>>[]>(
          (sets, dimension) =>
            sets.flatMap((set) => SAMPLES[dimension].map((value) => ({ ...set, [dimension]: value }))),
          [{}],
        )
        .map((of) => ({
          name,
          dimensions: Object.fromEntries(metricDimensions(deployment, of).map(({ Name, Value }) => [Name, Value])),
        })),
    ),
  );
}

/**
 * The metrics that a search expression finds: those with exactly the dimensions of its schema and with every quoted
 * value (CloudWatch User Guide, "Search expression syntax").
 */
function search(expression: string, among: readonly Listed[]): Listed[] {
  const [, schema = '', terms = ''] =
    /^(?:SUM\()?SEARCH\('\{Tidemark,([\w,]+)\} (.*)', '(?:Maximum|Sum)', 60\)\)?$/.exec(expression) ?? [];
  const wanted = [...terms.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', value = '']) => ({ name, value }));
  expect(terms).toBe(wanted.map(({ name, value }) => `${name}="${value}"`).join(' '));
  return among.filter(
    ({ name, dimensions }) =>
      Object.keys(dimensions).toSorted().join() === schema.split(',').toSorted().join() &&
      wanted.every((term) => (term.name === 'MetricName' ? name : dimensions[term.name]) === term.value),
  );
}

describe('the dashboard of a deployment', () => {
  let body: z.infer<typeof bodySchema>;
  const graphs = () => body.widgets.filter(({ type }) => type === 'metric').map(({ properties }) => properties);

  beforeAll(() => {
    body = bodyOf(synthesize(LIMITS));
  });

  test('has a graph for each question, with links to the runbook above them', () => {
    expect(graphs().map(({ title }) => title)).toEqual(DASHBOARD_PANELS.map(({ title }) => title));
    expect(body.widgets[0]?.properties.markdown).toContain('(docs/runbook.md)');
  });

  test('every search finds metrics that this deployment publishes, and none of one with a longer name', () => {
    const own = publishedBy('example');
    const others = publishedBy('example-eu');
    for (const { title, metrics = [] } of graphs()) {
      for (const [{ expression }] of metrics) {
        const found = search(expression, [...own, ...others]);
        expect([title, expression, found.length > 0]).toEqual([title, expression, true]);
        expect(found.filter((one) => others.includes(one))).toEqual([]);
      }
    }
  });

  test('a line of each flow names the flow, a line of each group names both', () => {
    for (const [{ expression, label }] of graphs().flatMap(({ metrics = [] }) => metrics)) {
      if (expression.startsWith('SUM')) continue;
      const lines = search(expression, publishedBy('example'));
      const named = ({ dimensions }: Listed) =>
        label.replaceAll(/\$\{PROP\('Dim\.(\w+)'\)\}/g, (_, name: string) => dimensions[name] ?? '?');
      expect(new Set(lines.map(named)).size).toBe(lines.length);
    }
  });

  test('a graph that an alarm watches shows the limit of that alarm', () => {
    const shown = graphs().flatMap(({ title, annotations, metrics = [] }) =>
      (annotations?.horizontal ?? []).map(({ value, label }) => {
        const limit = DASHBOARD_PANELS.find((panel) => panel.title === title)?.limit;
        expect([label, value]).toEqual([limit, limit === undefined ? null : LIMITS[limit]]);
        return { limit, metric: /MetricName="(\w+)"/.exec(metrics[0]?.[0].expression ?? '')?.[1] };
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
    const widgets = bodyOf(template).widgets.flatMap(({ properties }) =>
      properties.alarms ? [properties.alarms] : [],
    );
    const alarms = ['AWS::CloudWatch::Alarm', 'AWS::CloudWatch::CompositeAlarm'].flatMap((type) =>
      Object.keys(template.findResources(type)),
    );
    expect(widgets.flat().toSorted()).toEqual(alarms.toSorted());
    for (const shown of widgets) expect(shown.length).toBeLessThanOrEqual(100);
  });
});
