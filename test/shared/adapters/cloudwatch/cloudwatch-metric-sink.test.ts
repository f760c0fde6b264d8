import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type CloudWatchEndpoint, startCloudWatchEndpoint } from '../../../../lab/cloudwatch-endpoint.ts';
import { createCloudWatchMetricSink } from '../../../../shared/adapters/cloudwatch/cloudwatch-metric-sink.ts';
import { MetricPublishError } from '../../../../shared/adapters/cloudwatch/metric-publish-error.ts';
import type { Metric } from '../../../../shared/domain/model/metric.ts';
import { distribution } from '../../../../shared/domain/model/metric.ts';
import type { MetricSink } from '../../../../shared/ports.ts';

const at = Date.UTC(2026, 10, 20, 10, 0, 0);

function lag(flow: string, values: readonly number[]): Metric {
  const samples = distribution(values);
  if (samples === null) throw new Error('a metric has at least one sample');
  return { name: 'LagRecords', dimensions: { Flow: flow }, unit: 'Count', samples };
}

function reread(group: string): Metric {
  const dimensions = { Flow: 'A->B', Group: group, Position: 'mm2' };
  return { name: 'RereadAtMost', dimensions, unit: 'Count', samples: [{ value: 1, count: 1 }] };
}

describe('publishing to an endpoint that speaks CloudWatch', () => {
  let endpoint: CloudWatchEndpoint;
  let sink: MetricSink;

  const clientFor = (url: string, maxAttempts: number) =>
    new CloudWatchClient({
      endpoint: url,
      region: 'eu-central-1',
      credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'test' },
      maxAttempts,
    });

  beforeAll(async () => {
    endpoint = await startCloudWatchEndpoint();
    sink = createCloudWatchMetricSink(clientFor(endpoint.url, 1), 'test');
  });
  beforeEach(() => {
    endpoint.forget();
    endpoint.refuse(() => null);
  });
  afterAll(() => endpoint.close());

  test('a metric arrives with namespace, dimensions, unit, time and its distribution', async () => {
    await sink.publish([lag('A->B', [7, 0, 0, 7, 3])], at);
    expect(endpoint.data).toEqual([
      {
        Namespace: 'Tidemark',
        MetricName: 'LagRecords',
        Dimensions: [
          { Name: 'Deployment', Value: 'test' },
          { Name: 'Flow', Value: 'A->B' },
        ],
        Timestamp: at / 1000,
        Unit: 'Count',
        Values: [0, 3, 7],
        Counts: [2, 1, 2],
      },
    ]);
  });

  test('a metric without dimensions has that of its deployment', async () => {
    await sink.publish(
      [{ name: 'AuditCompleted', dimensions: {}, unit: 'Count', samples: [{ value: 1, count: 1 }] }],
      at,
    );
    expect(endpoint.data).toMatchObject([
      { MetricName: 'AuditCompleted', Dimensions: [{ Name: 'Deployment', Value: 'test' }], Values: [1] },
    ]);
  });

  test('10,000 different lags keep count, minimum, maximum and sum, in data of 150 values', async () => {
    const values = Array.from({ length: 10_000 }, (_, index) => (index * 7919) % 1_000_003);
    await sink.publish([lag('A->B', values)], at);
    const arrived = endpoint.data.flatMap((datum) => datum.Values.flatMap((v, i) => Array(datum.Counts[i]).fill(v)));
    expect([...arrived].sort((a, b) => a - b)).toEqual([...values].sort((a, b) => a - b));
    expect(endpoint.data).toHaveLength(67);
    expect(endpoint.requests).toHaveLength(1);
    expect(endpoint.requests[0]?.gzipped).toBe(true);
  });

  test('2,500 metrics go out in three requests, all of them accepted', async () => {
    await sink.publish(
      Array.from({ length: 2500 }, (_, index) => lag(`f${index}->B`, [index])),
      at,
    );
    expect(endpoint.requests.map((request) => request.data.length).sort()).toEqual([1000, 1000, 500].sort());
  });

  const heartbeat: Metric = {
    name: 'AuditCompleted',
    dimensions: { Flow: 'A->B' },
    unit: 'Count',
    samples: [{ value: 1, count: 1 }],
  };
  const names = () => endpoint.requests.map(({ data }) => data.map(({ MetricName }) => MetricName));

  test('a heartbeat travels in the request of the metrics that it vouches for', async () => {
    await sink.publish([lag('A->B', [1])], at, { heartbeat });
    expect(names()).toEqual([['LagRecords', 'AuditCompleted']]);
  });

  test('a flow without numbers has its heartbeat', async () => {
    await sink.publish([], at, { heartbeat });
    expect(names()).toEqual([['AuditCompleted']]);
  });

  test.each([1_000, 1_500])(
    'GIVEN %i metrics THEN the heartbeat follows when all of them were accepted',
    async (many) => {
      await sink.publish(
        Array.from({ length: many }, (_, index) => lag(`f${index}->B`, [index])),
        at,
        { heartbeat },
      );
      expect(names().at(-1)).toEqual(['AuditCompleted']);
      expect(names().flat()).toHaveLength(many + 1);
    },
  );

  test.each([1, 1_500])('GIVEN %i metrics, some refused THEN no heartbeat arrives', async (many) => {
    endpoint.refuse((data) =>
      data.some((datum) => datum.MetricName === 'LagRecords' && datum.Values[0] === 0)
        ? { status: 500, type: 'InternalServiceFault' }
        : null,
    );
    const metrics = Array.from({ length: many }, (_, index) => lag(`f${index}->B`, [index]));
    await expect(sink.publish(metrics, at, { heartbeat })).rejects.toMatchObject({ code: 'METRICS_REJECTED' });
    expect(names().flat()).not.toContain('AuditCompleted');
  });

  test('no request is larger than a megabyte', async () => {
    const wide = Array.from({ length: 150 }, (_, index) => 1e15 + index);
    await sink.publish(
      Array.from({ length: 900 }, (_, index) => lag(`f${index}->B`, wide)),
      at,
    );
    expect(endpoint.data).toHaveLength(900);
    expect(endpoint.requests.length).toBeGreaterThan(2);
  });

  test('a refused batch does not take the others with it, and the error counts both', async () => {
    endpoint.refuse((data) =>
      data.some((datum) => datum.Values[0] === 0) ? { status: 500, type: 'InternalServiceFault' } : null,
    );
    const publishing = sink.publish(
      Array.from({ length: 1500 }, (_, index) => lag(`f${index}->B`, [index])),
      at,
    );
    await expect(publishing).rejects.toMatchObject({
      name: 'MetricPublishError',
      code: 'METRICS_REJECTED',
      accepted: 500,
      rejected: 1000,
      retriable: true,
      message: 'CloudWatch rejected 1000 of 1500 metric data: InternalServiceFault',
    });
    expect(endpoint.data).toHaveLength(500);
  });

  test('a throttled request is sent again', async () => {
    const patient = createCloudWatchMetricSink(clientFor(endpoint.url, 3), 'test');
    let refusals = 1;
    endpoint.refuse(() => (refusals-- > 0 ? { status: 400, type: 'ThrottlingException' } : null));
    await patient.publish([lag('A->B', [1])], at);
    expect(endpoint.data).toHaveLength(1);
  });

  test.each([
    [{ status: 403, type: 'AccessDeniedException' }, 'METRICS_ACCESS_DENIED', false],
    [{ status: 400, type: 'ThrottlingException' }, 'METRICS_REJECTED', true],
    [{ status: 400, type: 'InvalidParameterValueException' }, 'METRICS_REJECTED', false],
  ])('%j is %s', async (fault, code, retriable) => {
    endpoint.refuse(() => fault);
    const error = await sink.publish([lag('A->B', [1])], at).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(MetricPublishError);
    expect(error).toMatchObject({ code, retriable, accepted: 0, rejected: 1 });
    expect((error as MetricPublishError).remedy).toBeTruthy();
  });

  test('an endpoint that nobody answers on is METRICS_UNREACHABLE', async () => {
    const gone = await startCloudWatchEndpoint();
    await gone.close();
    const publishing = createCloudWatchMetricSink(clientFor(gone.url, 1), 'test').publish([lag('A->B', [1])], at);
    await expect(publishing).rejects.toMatchObject({ code: 'METRICS_UNREACHABLE', retriable: true });
  });

  test('an aborted publication ends at once', async () => {
    const publishing = sink.publish([lag('A->B', [1])], at, { signal: AbortSignal.abort() });
    await expect(publishing).rejects.toMatchObject({ code: 'METRICS_UNREACHABLE' });
    expect(endpoint.data).toEqual([]);
  });

  test.each([
    ['', '%'],
    ['a group', 'a group'],
    ['  ', '%20%20'],
    ['100%', '100%25'],
    ['Übung\n', '%C3%9Cbung%0A'],
  ])('a group named %j has a dimension that CloudWatch takes', async (group, dimension) => {
    await sink.publish([reread(group)], at);
    expect(endpoint.data[0]?.Dimensions).toEqual([
      { Name: 'Deployment', Value: 'test' },
      { Name: 'Flow', Value: 'A->B' },
      { Name: 'Group', Value: dimension },
      { Name: 'Position', Value: 'mm2' },
    ]);
  });

  test('two groups with names too long for a dimension stay two', async () => {
    await sink.publish(
      ['a', 'b'].map((end) => reread('g'.repeat(2000) + end)),
      at,
    );
    const names = endpoint.data.map((datum) => datum.Dimensions[2]?.Value);
    expect(names).toEqual([1, 2].map(() => expect.stringMatching(/^g{222}~[0-9a-f]{32}$/)));
    expect(new Set(names).size).toBe(2);
  });
});
