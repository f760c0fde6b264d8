import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { labelValue } from '../../../../shared/adapters/prometheus/label-value.ts';
import { prometheusText } from '../../../../shared/adapters/prometheus/prometheus-text.ts';
import { flowHeartbeat, projectMetrics } from '../../../../shared/audit/project-metrics.ts';
import {
  type DimensionName,
  METRICS,
  type MetricDefinition,
  type MetricName,
} from '../../../../shared/contract/metrics.ts';
import { prometheusName, SERVE_METRICS, STATISTICS } from '../../../../shared/contract/prometheus-names.ts';
import type { AuditReport } from '../../../../shared/domain/model/report.ts';
import { flow, group, partition, report } from '../../../cli/verbs/sample-report.ts';

const OWN = {
  tidemark_audit_interval_seconds: 60,
  tidemark_audit_timestamp_seconds: null,
  tidemark_audit_duration_seconds: 1.5,
};
const known = (records: bigint) => ({ kind: 'known', records, basis: 'proven' }) as const;

async function textOf(audited: AuditReport, named: ReadonlySet<string> = new Set()): Promise<string> {
  const metrics = audited.flows.flatMap((one) => projectMetrics(one, named, { forAllFlows: true }));
  return await prometheusText([...metrics, ...audited.flows.map(flowHeartbeat)], OWN);
}

/** Name with labels → value, of every line that is no comment. */
function seriesOf(text: string): Map<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const series = lines.map(
    (line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))] as const,
  );
  expect(new Set(series.map(([name]) => name)).size).toBe(lines.length);
  return new Map(series);
}

describe('the text that Prometheus scrapes', () => {
  test('has the numbers of the report; unknown ones are absent', async () => {
    const lags = [known(5n), known(5n), known(2n), { kind: 'unknown', reason: 'broker 2 is down' } as const];
    const partitions = lags.map((lag, index) => partition({ partition: index, lag }));
    const series = seriesOf(await textOf(report(flow({ partitions, loss: { kind: 'unknown', reason: 'x' } }))));
    expect(series.get('tidemark_lag_records_maximum{flow="A->B"}')).toBe(5);
    expect(series.get('tidemark_lag_records_combined{flow="A->B"}')).toBe(12);
    expect(series.get('tidemark_lag_records_samples{flow="A->B"}')).toBe(3);
    expect(series.get('tidemark_lag_unknown_share{flow="A->B"}')).toBe(25);
    expect(series.get('tidemark_verdict{flow="A->B",verdict="not-ready"}')).toBe(1);
    expect(series.has('tidemark_loss_records{flow="A->B"}')).toBe(false);
    expect(series.get('tidemark_audit_completed{flow="A->B"}')).toBe(1);
    expect(series.get('tidemark_audit_duration_seconds')).toBe(1.5);
    expect(series.has('tidemark_audit_timestamp_seconds')).toBe(false);
  });

  test('names, labels and the number of series are those of docs/metrics.md', async () => {
    const ages = { mapping: { kind: 'known', seconds: 0 }, checkpoints: { kind: 'known', seconds: 1 } } as const;
    const audited = report(flow({ ages, groups: [group(), group({ group: 'shipping' })] }));
    const count = async (...named: string[]) => seriesOf(await textOf(audited, new Set(named))).size;
    const docs = readFileSync(new URL('../../../../docs/metrics.md', import.meta.url), 'utf8');
    const own = Object.values(OWN).filter((value) => value !== null).length;
    const [none, one] = [await count(), await count('billing')];
    expect(docs).toContain(
      `A flow has at most ${none - own} series of its own, and each group with series of its own ${one - none} more.`,
    );
    for (const name of seriesOf(await textOf(audited, new Set(['billing']))).keys()) {
      expect(docs).toContain(`\`${name.replace(/\{.*/, '')}\``);
    }
    for (const name of Object.keys(SERVE_METRICS)) expect(docs).toContain(`\`${name}\``);
  });

  test('no two metrics of the contract have one name', () => {
    const names = Object.entries<MetricDefinition>(METRICS).flatMap(([name, definition]) =>
      definition.dimensions
        .filter((set: readonly DimensionName[]) => set.includes('Flow'))
        .flatMap((set) =>
          (definition.isDistribution === true ? STATISTICS : (['Maximum'] as const)).map((statistic) =>
            prometheusName(name as MetricName, definition, statistic, set),
          ),
        ),
    );
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^tidemark(_[a-z]+)+$/);
  });

  test.each([
    ['quotes', 'a"b\\c', 'a\\"b\\\\c'],
    ['a line break', 'a\nb 1', 'a<U+000A>b 1'],
    ['an escape sequence', 'a\u001b[2Jb', 'a<U+001B>[2Jb'],
    ['what reads like a label', 'x",position="mm2', 'x\\",position=\\"mm2'],
    ['what reads like a hidden character', 'a<U+001B>b', 'a<U+003C>U+001B>b'],
    ['another script', 'Zürich-読者', 'Zürich-読者'],
  ])('a group name with %s stays one label', async (_, name, written) => {
    const audited = report(flow({ groups: [group({ group: name })] }));
    const series = seriesOf(await textOf(audited, new Set([name])));
    expect([...series.keys()]).toContain(
      `tidemark_group_skip_at_most_maximum{flow="A->B",group="${written}",position="mm2"}`,
    );
  });

  test('long names are cut, and stay different', () => {
    const [one, other] = [labelValue(`${'x'.repeat(300)}1`), labelValue(`${'x'.repeat(300)}2`)];
    expect([one.length, one === other]).toEqual([255, false]);
    expect(labelValue('x'.repeat(255))).toBe('x'.repeat(255));
    expect(labelValue(`x${'😀'.repeat(200)}`).isWellFormed()).toBe(true);
    expect(labelValue('😀'.repeat(200)).isWellFormed()).toBe(true);
  });
});
