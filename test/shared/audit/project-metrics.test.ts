import { describe, expect, test } from '@jest/globals';
import { heartbeatMetric, projectMetrics, sawEveryFlow } from '../../../shared/audit/project-metrics.ts';
import type { FindingCode, Severity } from '../../../shared/contract/finding-codes.ts';
import { DIMENSIONS, METRICS, type MetricDefinition } from '../../../shared/contract/metrics.ts';
import type { Metric } from '../../../shared/domain/model/metric.ts';
import type { AuditReport, FlowReport, GroupReport, Lag } from '../../../shared/domain/model/report.ts';
import { acknowledgement, finding, suppressed } from '../../cli/verbs/sample-report.ts';

const at = Date.UTC(2026, 10, 20, 10, 0, 0);
const known = (records: bigint): Lag => ({ kind: 'known', records, basis: 'proven' });
const unknown: Lag = { kind: 'unknown', reason: 'leader unreachable' };

function partitions(...lags: readonly Lag[]): FlowReport['partitions'] {
  return lags.map((lag, partition) => ({
    topic: 'orders',
    targetTopic: 'A.orders',
    partition,
    sourceStart: 0n,
    sourceEnd: 100n,
    targetStart: 0n,
    targetEnd: 100n,
    replicatedTo: 100n,
    lag,
    missing: BigInt(partition),
  }));
}

function group(name: string, partition: number, mm2: bigint | null, tidemark: bigint | null, skip = 0n): GroupReport {
  return {
    group: name,
    topic: 'orders',
    partition,
    committed: 50n,
    commitCheckedAt: at,
    mm2:
      mm2 === null
        ? { kind: 'none' }
        : {
            kind: 'at',
            position: mm2,
            from: 'checkpoint',
            cost: { kind: 'known', rereadAtMost: mm2, skipAtMost: skip },
          },
    tidemark:
      tidemark === null
        ? { kind: 'unknown', reason: 'no offset sync' }
        : {
            kind: 'known',
            position: tidemark,
            high: tidemark,
            proof: 'exact',
            rereadAtMost: tidemark,
            skipAtMost: 0n,
            reason: null,
          },
  };
}

function flow(parts: Partial<FlowReport> = {}): FlowReport {
  return {
    flow: 'A->B',
    verdict: 'ready',
    reasons: [],
    loss: { kind: 'known', records: 12n, seconds: 3.5, basis: 'proven' },
    partitions: partitions(known(0n), known(12n), known(0n)),
    groups: [],
    findings: [],
    suppressed: [],
    unread: [],
    snapshot: null,
    ...parts,
  };
}

const report = (...flows: readonly FlowReport[]): AuditReport => ({ at, flows });

function project(audit: AuditReport, named?: ReadonlySet<string>): readonly Metric[] {
  return audit.flows.flatMap((flow) =>
    projectMetrics(flow, named ?? new Set(flow.groups.map(({ group }) => group)), { forAllFlows: true }),
  );
}

function samples(metrics: readonly Metric[], name: Metric['name'], dimensions: Metric['dimensions']) {
  const found = metrics.filter(
    (metric) => metric.name === name && DIMENSIONS.every((key) => metric.dimensions[key] === dimensions[key]),
  );
  expect(found.length).toBeLessThanOrEqual(1);
  return found[0]?.samples.map(({ value, count }) => [value, count]);
}

describe('a report as metrics', () => {
  const of = { Flow: 'A->B' };

  test('lag has one sample per partition, equal lags counted', () => {
    expect(samples(project(report(flow())), 'LagRecords', of)).toEqual([
      [0, 2],
      [12, 1],
    ]);
  });

  test('an unknown lag gives no sample, and counts as unknown', () => {
    const metrics = project(report(flow({ partitions: partitions(unknown, known(12n), unknown) })));
    expect(samples(metrics, 'LagRecords', of)).toEqual([[12, 1]]);
    expect(samples(metrics, 'LagUnknownShare', of)).toEqual([[(100 * 2) / 3, 1]]);
  });

  test('findings that are acknowledged or turned off do not count', () => {
    const found = (over: object = {}) => finding({ code: 'HISTORY_NOT_RECORDED', severity: 'critical', ...over });
    const critical = { ...of, Severity: 'critical' };
    const known = project(report(flow({ findings: [found({ acknowledged: acknowledgement() })] })));
    expect(samples(known, 'Findings', critical)).toEqual([[0, 1]]);
    expect(samples(known, 'HistoryNotRecorded', of)).toEqual([[0, 1]]);
    const counted = project(report(flow({ findings: [found()], suppressed: [suppressed({ severity: 'critical' })] })));
    expect(samples(counted, 'Findings', critical)).toEqual([[1, 1]]);
    expect(samples(counted, 'HistoryNotRecorded', of)).toEqual([[1, 1]]);
  });

  test('GIVEN no known lag at all THEN there is no lag metric, not even a 0', () => {
    const metrics = project(report(flow({ partitions: partitions(unknown) })));
    expect(samples(metrics, 'LagRecords', of)).toBeUndefined();
  });

  test('a known loss has records and seconds', () => {
    const metrics = project(report(flow()));
    expect(samples(metrics, 'LossRecords', of)).toEqual([[12, 1]]);
    expect(samples(metrics, 'LossSeconds', of)).toEqual([[3.5, 1]]);
  });

  test('GIVEN records without a time THEN only the seconds are unknown', () => {
    const metrics = project(report(flow({ loss: { kind: 'known', records: 1n, seconds: null, basis: 'proven' } })));
    expect(samples(metrics, 'LossRecords', of)).toEqual([[1, 1]]);
    expect(samples(metrics, 'LossSeconds', of)).toBeUndefined();
  });

  test('GIVEN an unknown loss THEN neither number is published', () => {
    const metrics = project(report(flow({ loss: { kind: 'unknown', reason: 'source unreachable' } })));
    expect(samples(metrics, 'LossRecords', of)).toBeUndefined();
    expect(samples(metrics, 'LossSeconds', of)).toBeUndefined();
  });

  test('an age is published where it is known, also a 0', () => {
    const unknownAge = { kind: 'unknown', reason: 'unread' } as const;
    const ages = (mapping: number, checkpoints = unknownAge) => ({
      mapping: { kind: 'known', seconds: mapping } as const,
      checkpoints,
    });
    const metrics = project(report(flow({ ages: ages(0) })));
    expect(samples(metrics, 'MappingAge', of)).toEqual([[0, 1]]);
    expect(samples(metrics, 'CheckpointAge', of)).toBeUndefined();
    expect(samples(project(report(flow({ ages: ages(12.5) }))), 'MappingAge', of)).toEqual([[12.5, 1]]);
    expect(samples(project(report(flow())), 'MappingAge', of)).toBeUndefined();
  });

  test('exactly one verdict is 1', () => {
    const metrics = project(report(flow({ verdict: 'at-risk' })));
    const verdicts = ['ready', 'at-risk', 'not-ready', 'unknown'].map((Verdict) => [
      Verdict,
      samples(metrics, 'Verdict', { ...of, Verdict })?.[0]?.[0],
    ]);
    expect(verdicts).toEqual([
      ['ready', 0],
      ['at-risk', 1],
      ['not-ready', 0],
      ['unknown', 0],
    ]);
  });

  test('HistoryNotRecorded is 1 for an audit that was not stored, else 0', () => {
    const finding = { subject: {}, message: '', evidence: {}, runbook: '' };
    const notKept = flow({ findings: [{ ...finding, code: 'HISTORY_NOT_RECORDED', severity: 'warning' }] });
    expect(samples(project(report(notKept)), 'HistoryNotRecorded', of)).toEqual([[1, 1]]);
    expect(samples(project(report(flow())), 'HistoryNotRecorded', of)).toEqual([[0, 1]]);
  });

  test('findings count by severity, records that never come add up, failed reads count', () => {
    const finding = { subject: {}, message: '', evidence: {}, runbook: '' };
    const metrics = project(
      report(
        flow({
          findings: [
            { ...finding, code: 'MIRROR_STOPPED', severity: 'critical' },
            { ...finding, code: 'HEARTBEAT_STALE', severity: 'warning' },
            { ...finding, code: 'FOREIGN_WRITES', severity: 'warning' },
          ],
          unread: [{ what: 'end offset', cluster: 'A', error: 'BROKER_UNREACHABLE', message: '', retriable: true }],
        }),
      ),
    );
    expect(samples(metrics, 'Findings', { ...of, Severity: 'critical' })).toEqual([[1, 1]]);
    expect(samples(metrics, 'Findings', { ...of, Severity: 'warning' })).toEqual([[2, 1]]);
    expect(samples(metrics, 'MissingRecords', of)).toEqual([[3, 1]]);
    expect(samples(metrics, 'UnreadParts', of)).toEqual([[1, 1]]);
  });

  test('publishes the costs of a group under MM2 and Tidemark, for itself and within its flow', () => {
    const groups = [group('g', 0, 40n, 2n, 7n), group('g', 1, 40n, null), group('h', 0, 3n, 0n)];
    const metrics = project(report(flow({ groups })));
    const g = { ...of, Group: 'g' };
    expect(samples(metrics, 'RereadAtMost', { ...g, Position: 'mm2' })).toEqual([[40, 2]]);
    expect(samples(metrics, 'SkipAtMost', { ...g, Position: 'mm2' })).toEqual([
      [0, 1],
      [7, 1],
    ]);
    expect(samples(metrics, 'RereadAtMost', { ...g, Position: 'tidemark' })).toEqual([[2, 1]]);
    expect(samples(metrics, 'PositionUnknownPartitions', { ...g, Position: 'tidemark' })).toEqual([[1, 1]]);
    expect(samples(metrics, 'PositionUnknownPartitions', { ...g, Position: 'mm2' })).toEqual([[0, 1]]);
    expect(samples(metrics, 'RereadAtMost', { ...of, Position: 'mm2' })).toEqual([
      [3, 1],
      [40, 2],
    ]);
    expect(samples(metrics, 'PositionUnknownPartitions', { ...of, Position: 'tidemark' })).toEqual([[1, 1]]);
  });

  test('GIVEN groups without metrics of their own THEN all count in the flow', () => {
    const groups = [group('small', 0, 1n, 0n), group('skips', 0, 0n, 0n, 5n), group('rereads', 0, 900n, 0n)];
    const metrics = project(report(flow({ groups })), new Set(['skips', 'rereads', 'gone']));
    const named = new Set(metrics.flatMap((metric) => metric.dimensions.Group ?? []));
    expect(named).toEqual(new Set(['skips', 'rereads']));
    expect(samples(metrics, 'RereadAtMost', { ...of, Position: 'mm2' })).toHaveLength(3);
  });

  test('the share of partitions with unknown lag is that of one flow, and counts among all flows', () => {
    const metrics = project(report(flow({ partitions: partitions(known(0n), unknown, unknown, unknown) })));
    expect(samples(metrics, 'LagUnknownShare', of)).toEqual([[75, 1]]);
    expect(samples(metrics, 'LagUnknownShare', {})).toEqual([[75, 1]]);
    expect(samples(project(report(flow({ partitions: [] }))), 'LagUnknownShare', of)).toBeUndefined();
  });

  test('GIVEN few flows THEN nothing is published for all of them together', () => {
    const own = flow({ groups: [group('g', 0, 1n, 1n)] });
    const metrics = projectMetrics(own, new Set(['g']), { forAllFlows: false });
    expect(metrics.filter(({ dimensions }) => dimensions.Flow === undefined)).toEqual([]);
    expect(metrics).toEqual(project(report(own)).filter(({ dimensions }) => dimensions.Flow !== undefined));
  });

  test('groups with findings count once each; findings that are acknowledged do not count', () => {
    const about = (code: FindingCode, group?: string, over: object = {}) =>
      finding({ code, subject: group === undefined ? {} : { group }, ...over });
    const metrics = project(
      report(
        flow({
          findings: [
            about('TARGET_POSITION_SKIPS', 'a', { severity: 'critical' }),
            about('GROUP_RECORDS_EXPIRED', 'a', { severity: 'critical' }),
            about('GROUP_RECORDS_EXPIRED', 'b', { severity: 'critical' }),
            about('TARGET_POSITION_SKIPS', 'c', { severity: 'critical', acknowledged: acknowledgement() }),
            // A skip that is only possible.
            about('TARGET_POSITION_SKIPS', 'd', { severity: 'warning' }),
            about('GROUP_REREADS_MUCH', 'a'),
            about('CHECKPOINTS_MISSING'),
            about('CHECKPOINT_BEHIND', 'a'),
            about('MIRROR_TASK_FAILED', undefined, { severity: 'critical' }),
            about('MIRROR_STOPPED', undefined, { severity: 'critical', acknowledged: acknowledgement() }),
          ],
        }),
      ),
    );
    expect(samples(metrics, 'GroupsSkipping', of)).toEqual([[2, 1]]);
    expect(samples(metrics, 'GroupsRereading', of)).toEqual([[1, 1]]);
    expect(samples(metrics, 'GroupsUntranslatable', of)).toEqual([[0, 1]]);
    expect(samples(metrics, 'CheckpointsBehind', of)).toEqual([[2, 1]]);
    expect(samples(metrics, 'MirrorNotRunning', {})).toEqual([[1, 1]]);
  });

  test('MM2 that mirrors runs, although a connector that does not mirror has failed', () => {
    const count = (severity: Severity, code: FindingCode = 'MIRROR_TASK_FAILED') =>
      samples(project(report(flow({ findings: [finding({ code, severity })] }))), 'MirrorNotRunning', of);
    expect(count('warning')).toEqual([[0, 1]]);
    expect(count('critical')).toEqual([[1, 1]]);
    expect(count('critical', 'MIRROR_NEVER_STARTED')).toEqual([[1, 1]]);
    expect(count('critical', 'MIRROR_STALLED')).toEqual([[0, 1]]);
  });

  test('every metric of the contract is published, under the dimensions and unit that the contract names', () => {
    const ages = { mapping: { kind: 'known', seconds: 0 }, checkpoints: { kind: 'known', seconds: 1 } } as const;
    const audit = report(flow({ ages, groups: [group('g', 0, 1n, 1n)] }));
    const metrics = [...project(audit), heartbeatMetric(audit)];
    expect(new Set(metrics.map((metric) => metric.name))).toEqual(new Set(Object.keys(METRICS)));
    // docs/metrics.md gives these numbers for the price.
    const ofGroup = metrics.filter((metric) => metric.dimensions.Group !== undefined);
    expect(ofGroup).toHaveLength(6);
    const ofAll = metrics.filter((metric) => metric.dimensions.Flow === undefined);
    expect(metrics.length - ofGroup.length - ofAll.length).toBe(26);
    expect(ofAll.length).toBe(17);
    for (const metric of metrics) {
      const definition: MetricDefinition = METRICS[metric.name];
      expect(definition.dimensions).toContainEqual(DIMENSIONS.filter((name) => metric.dimensions[name] !== undefined));
      expect(metric.unit).toBe(definition.unit);
    }
  });
});

describe("the audit's own heartbeat", () => {
  test.each<[string, AuditReport, boolean]>([
    ['every flow is judged', report(flow(), flow({ flow: 'B->A' })), true],
    ['a flow mirrors nothing yet', report(flow({ partitions: [] })), true],
    ['some lag is unknown', report(flow({ partitions: partitions(unknown, known(1n)) })), true],
    ['a flow is not ready', report(flow({ verdict: 'not-ready' })), true],
    ['one of two flows has no verdict', report(flow(), flow({ verdict: 'unknown' })), false],
    ['no lag of a flow is known', report(flow({ verdict: 'not-ready', partitions: partitions(unknown) })), false],
    [
      'a source is unreachable, with all its partitions',
      report(flow({ verdict: 'not-ready', partitions: [], loss: { kind: 'unknown', reason: 'source unreachable' } })),
      false,
    ],
    ['there is no flow', report(), false],
  ])('GIVEN %s', (_, audit, seen) => {
    expect(sawEveryFlow(audit)).toBe(seen);
    expect(heartbeatMetric(audit)).toEqual({
      name: 'AuditCompleted',
      dimensions: {},
      unit: 'Count',
      samples: [{ value: seen ? 1 : 0, count: 1 }],
    });
  });
});
