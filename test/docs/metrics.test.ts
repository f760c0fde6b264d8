import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import {
  ALARMS,
  type AlarmDefinition,
  COMPOSITE_ALARMS,
  type CompositeAlarmDefinition,
} from '../../shared/contract/alarms.ts';
import { METRICS, type MetricDefinition } from '../../shared/contract/metrics.ts';

const text = readFileSync(join(import.meta.dirname, '../../docs/metrics.md'), 'utf8');

function table(heading: string): string[][] {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => line.startsWith(`| ${heading} |`));
  const end = lines.findIndex((line, index) => index > start && !line.startsWith('|'));
  return lines.slice(start + 2, end).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

describe('docs/metrics.md', () => {
  test('has one row for every metric of the contract, with its unit, dimensions and sample', () => {
    const wanted = Object.entries<MetricDefinition>(METRICS).map(([name, { unit, dimensions, sample }]) => [
      `\`${name}\``,
      unit,
      dimensions.map((set) => (set.length === 0 ? 'none' : set.join(', '))).join(' · '),
      sample,
    ]);
    expect(table('metric')).toEqual(wanted);
  });

  test('has one row for every alarm of the contract, with its metric, its M of N, missing data and runbook section', () => {
    const rows = table('alarm');
    const alarms: AlarmDefinition[] = Object.values(ALARMS);
    expect(rows).toHaveLength(alarms.length);
    for (const [index, alarm] of alarms.entries()) {
      const [name, urgency, watches, fires, missing, section] = rows[index] ?? [];
      expect(name).toContain(`/${alarm.path}\``);
      expect(urgency).toBe(alarm.urgency);
      expect(watches).toContain(`\`${alarm.metric}\`, ${alarm.statistic}`);
      const limit = typeof alarm.threshold === 'number' ? alarm.threshold : `\`${alarm.threshold}\``;
      expect(fires).toContain(` ${limit} in `);
      expect(fires).toContain(`${alarm.datapoints} of ${alarm.periods} minutes`);
      expect(missing?.startsWith(`${alarm.missing}:`)).toBe(true);
      expect(section).toBe(`\`${alarm.section}\``);
    }
  });

  test('has one row for every composite alarm, with the alarms for which it notifies, its cause and runbook section', () => {
    const pathsIn = (cell = '') => [...cell.matchAll(/`([^`]+)`/g)].map(([, path]) => path);
    const wanted = Object.values<CompositeAlarmDefinition>(COMPOSITE_ALARMS).map((alarm) => [
      [`<stack>/<flow>/${alarm.path}`],
      alarm.urgency,
      alarm.anyOf.map((key) => ALARMS[key].path),
      [ALARMS[alarm.cause].path],
      [alarm.section],
    ]);
    const found = table('composite alarm').map(([name, urgency, states, cause, section]) => [
      pathsIn(name),
      urgency,
      pathsIn(states),
      pathsIn(cause),
      pathsIn(section),
    ]);
    expect(found).toEqual(wanted);
  });
});
