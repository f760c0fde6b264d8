import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Template } from 'aws-cdk-lib/assertions';
import { type CloudWatchEndpoint, startCloudWatchEndpoint } from '../../lab/cloudwatch-endpoint.ts';
import { createCloudWatchMetricSink } from '../../shared/adapters/cloudwatch/cloudwatch-metric-sink.ts';
import type { MetricSink } from '../../shared/ports.ts';
import { alarmsOn, isInAlarm } from './alarm-evaluation.ts';
import { HOSTILE_FLOWS } from './stacks.ts';
import { exampleSettings, synthesize } from './synthesize.ts';

describe('alarms of flows with hostile names', () => {
  let endpoint: CloudWatchEndpoint;
  let template: Template;
  let sink: MetricSink;

  beforeAll(async () => {
    template = synthesize({ maxLagRecords: 100 }, HOSTILE_FLOWS);
    endpoint = await startCloudWatchEndpoint();
    const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'test' };
    const client = new CloudWatchClient({ endpoint: endpoint.url, region: 'eu-central-1', credentials });
    sink = createCloudWatchMetricSink(client, exampleSettings.deployment.name);
  });
  beforeEach(() => endpoint.forget());
  afterAll(() => endpoint.close());

  test.each(HOSTILE_FLOWS)('the lag of %j fires its alarm and no other', async (flow) => {
    const samples = [{ value: 101, count: 1 }] as const;
    await sink.publish([{ name: 'LagRecords', dimensions: { Flow: flow }, unit: 'Count', samples }], Date.now());
    const fired = alarmsOn(template, 'LagRecords').filter((alarm) =>
      isInAlarm(alarm, [endpoint.data, endpoint.data, endpoint.data]),
    );
    expect(fired).toHaveLength(1);
    expect(fired[0]?.Dimensions).toEqual(endpoint.data[0]?.Dimensions);
  });

  test('alarm names are printable, within the limit of CloudWatch, and all different', () => {
    const alarms = ['AWS::CloudWatch::Alarm', 'AWS::CloudWatch::CompositeAlarm'].flatMap((type) =>
      Object.values(template.findResources(type)),
    );
    const names = alarms.map(({ Properties }) => String(Properties.AlarmName));
    for (const name of names) expect(name).toMatch(/^[\x20-\x7e]{1,255}$/);
    // In the rule of a composite alarm a quote ends the name.
    for (const name of names) expect(name).not.toContain('"');
    expect(new Set(names).size).toBe(names.length);
  });
});
