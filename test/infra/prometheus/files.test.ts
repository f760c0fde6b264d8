import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { DASHBOARD_PANELS } from '../../../infra/dashboard-panels.ts';
import { alertName, alertRules } from '../../../infra/prometheus/alert-rules.ts';
import { prometheusFiles } from '../../../infra/prometheus/files.ts';
import { grafanaDashboard } from '../../../infra/prometheus/grafana-dashboard.ts';
import { settingsSchema } from '../../../infra/settings.ts';
import { ALARMS, type AlarmDefinition } from '../../../shared/contract/alarms.ts';
import { METRICS, type MetricDefinition } from '../../../shared/contract/metrics.ts';
import { prometheusName, SERVE_METRICS, STATISTICS } from '../../../shared/contract/prometheus-names.ts';

const FOLDER = join(import.meta.dirname, '../../../deploy/prometheus');
const limits = settingsSchema.parse({ deployment: { name: 'test' }, configFolder: '.' });
const rules = alertRules(limits);
/** Every name that `/metrics` can have. */
const names = new Set([
  ...Object.keys(SERVE_METRICS),
  ...Object.entries<MetricDefinition>(METRICS).flatMap(([name, definition]) =>
    definition.dimensions.flatMap((set) =>
      STATISTICS.map((statistic) => prometheusName(name as keyof typeof METRICS, definition, statistic, set)),
    ),
  ),
]);
const namesIn = (text: string): string[] => text.match(/\btidemark_\w+/g) ?? [];

describe('deploy/prometheus', () => {
  test.each(Object.entries(prometheusFiles()))('%s is what npm run prometheus:update writes', (name, content) => {
    expect(readFileSync(join(FOLDER, name), 'utf8')).toBe(content);
  });

  test('has nothing else but the tests of the alerts, which name rules that there are', () => {
    const known = [...Object.keys(prometheusFiles()), 'alerts-test.yaml'];
    expect(readdirSync(FOLDER).sort()).toEqual(known.sort());
    const tests = readFileSync(join(FOLDER, 'alerts-test.yaml'), 'utf8');
    const named = [...tests.matchAll(/alertname: (\w+)/g)].map(([, name]) => name);
    expect(rules.map(({ alert }) => alert)).toEqual(expect.arrayContaining([...new Set(named)]));
    expect(() => parse(tests)).not.toThrow();
  });
});

describe('the alerts have the meaning of the alarms', () => {
  const alarms = Object.values<AlarmDefinition>(ALARMS).filter(({ path }) => path !== 'failures-waiting');

  test('one of each, but of the queue that only AWS has', () => {
    expect(rules.map(({ alert }) => alert)).toEqual(alarms.map(alertName));
  });

  test.each(alarms.map((alarm) => [alarm.path, alarm] as const))('%s: limit, M of N, urgency, runbook', (_, alarm) => {
    const { expr, labels, annotations } = rules.find(({ alert }) => alert === alertName(alarm)) ?? rules[0] ?? fail();
    const sign = alarm.comparison === 'GreaterThanThreshold' ? '>' : '<';
    const limit = typeof alarm.threshold === 'number' ? alarm.threshold : limits[alarm.threshold];
    const [first = ''] = expr.split('\nor\n');
    expect(first).toContain(` ${sign} ${limit})[${alarm.periods * 60}s:60s]) >= ${alarm.datapoints}`);
    expect(labels).toEqual({ severity: alarm.urgency });
    expect(annotations.runbook_url).toBe(`docs/runbook.md#${alarm.section}`);
    expect(expr.includes('flow')).toBe(alarm.about !== 'deployment');
    expect(namesIn(expr).filter((name) => !names.has(name))).toEqual([]);
  });
});

test('the dashboard asks the questions of CloudWatch, of metrics that there are, and shows gaps as gaps', () => {
  const text = JSON.stringify(grafanaDashboard(limits));
  const { panels } = JSON.parse(text) as {
    panels: {
      title: string;
      targets: { expr: string }[];
      fieldConfig: { defaults: { custom: { spanNulls: boolean } } };
    }[];
  };
  expect(panels.map(({ title }) => title)).toEqual(DASHBOARD_PANELS.map(({ title }) => title));
  for (const { targets, fieldConfig } of panels) {
    expect(targets.length).toBeGreaterThan(0);
    expect(fieldConfig.defaults.custom.spanNulls).toBe(false);
    for (const { expr } of targets)
      expect([expr, namesIn(expr).filter((name) => !names.has(name))]).toEqual([expr, []]);
  }
});

function fail(): never {
  throw new Error('there are no rules');
}
