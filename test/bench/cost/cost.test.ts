import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { describe, expect, test } from '@jest/globals';
import { createChurn } from '../../../bench/cost/churning-report.ts';
import { deployedParts } from '../../../bench/cost/deployment-template.ts';
import { auditSeconds, type BillInput, monthlyBill } from '../../../bench/cost/monthly-bill.ts';
import { metricsUsd } from '../../../bench/cost/prices.ts';
import { publishHour } from '../../../bench/cost/published-hour.ts';
import { recordHour } from '../../../bench/cost/recorded-hour.ts';
import { startCloudWatchEndpoint } from '../../../lab/cloudwatch-endpoint.ts';
import { COMPOSITE_ALARMS } from '../../../shared/contract/alarms.ts';
import { exampleSettings, synthesize } from '../../infra/synthesize.ts';

const root = join(import.meta.dirname, '../../..');
const flows = ['east->west', 'west->east'];
const churned = { partitions: 20, groups: 50 };
const churn = createChurn(churned);

describe('what a deployment costs', () => {
  test('the parts are those of the template', () => {
    const template = synthesize({}, flows);
    const parts = deployedParts(exampleSettings, flows);
    const alarms = Object.keys(template.findResources('AWS::CloudWatch::Alarm')).length;
    expect(parts).toMatchObject({
      alarms,
      alarmMetrics: alarms,
      compositeAlarms: flows.length * Object.keys(COMPOSITE_ALARMS).length,
      dashboards: 1,
      endpointZones: 0,
      attachments: 0,
      auditFunctions: 1,
      keys: 1,
    });
    expect(parts.resources).toBe(Object.keys(template.toJSON().Resources).length);
  });

  test('the endpoints that the stack makes are in the bill, each in every zone, and the gateway endpoint is not', () => {
    const isolatedVpc = {
      cidr: '10.60.0.0/26',
      availabilityZones: ['eu-central-1a', 'eu-central-1b'],
      peerings: [],
      transitGateway: { id: 'tgw-1', cidrs: ['10.20.0.0/16'] },
    };
    expect(deployedParts({ ...exampleSettings, isolatedVpc }, flows)).toMatchObject({
      endpointZones: 6,
      attachments: 1,
    });
  });

  test('the metrics and requests of an hour are those that CloudWatch receives, and groups have no more than their limit', async () => {
    const endpoint = await startCloudWatchEndpoint();
    try {
      const options = { deployment: 'test', flows, size: { partitions: 20, groups: 20 }, groupMetricsLimit: 3 };
      const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'test' };
      const sendTo = new CloudWatchClient({ endpoint: endpoint.url, region: 'eu-central-1', credentials });
      const sent = await publishHour({ ...options, sendTo });
      const received = new Set(
        endpoint.data.map(({ MetricName, Dimensions }) => JSON.stringify([MetricName, Dimensions])),
      );
      expect(sent.metrics.size).toBe(received.size);
      expect(sent.requests).toBe(endpoint.requests.length);
      expect(sent.groupMetrics).toBe(flows.length * 3 * 6);
      expect(await publishHour(options)).toEqual(sent);
      // One for each flow, with its heartbeat, and one for the heartbeat of all.
      expect(sent.requests).toBe(60 * (flows.length + 1));
    } finally {
      await endpoint.close();
    }
  });

  test.each([
    [1, undefined, 3],
    [20, undefined, 1],
    [20, 5, 5],
    [300, undefined, 1],
  ])(
    'GIVEN %i flows and the limit %p THEN %i groups of each have metrics of their own',
    (count, groupMetricsLimit, most) => {
      const many = Array.from({ length: count }, (_, index) => `plant-${index}->centre`);
      const settings = { ...exampleSettings, ...(groupMetricsLimit !== undefined && { groupMetricsLimit }) };
      expect(deployedParts(settings, many).groupMetricsLimit).toBe(most);
    },
  );

  test('groups that come and go take no more metrics than those that stay', async () => {
    const names = new Set(Array.from({ length: 60 }, (_, at) => churn(at).groups.map(({ group }) => group)).flat());
    expect(names.size).toBeGreaterThan(100);
    const { groupMetrics } = await publishHour({ deployment: 'test', flows, size: churned, groupMetricsLimit: 1 });
    expect(groupMetrics).toBe(flows.length * 6);
  });

  test('a larger flow takes more writes and more room', async () => {
    const [small, large] = [await recordHour(20), await recordHour(200)];
    expect(large.writeUnits).toBeGreaterThan(small.writeUnits);
    expect(large.storedBytes).toBeGreaterThan(small.storedBytes);
  });

  test('metrics beyond 10,000 are cheaper', () => {
    expect(metricsUsd(10_000)).toBeCloseTo(3_000);
    expect(metricsUsd(10_010)).toBeCloseTo(3_001);
    expect(metricsUsd(1_000_001)).toBeCloseTo(3_000 + 24_000 + 37_500 + 0.02);
  });

  test('an endpoint in two zones, a composite alarm, two dashboards and an alarm on an expression have their prices', () => {
    const parts = {
      resources: 1,
      alarms: 1,
      alarmMetrics: 2,
      compositeAlarms: 1,
      dashboards: 2,
      endpointZones: 2,
      attachments: 1,
      keys: 0,
    };
    const input: BillInput = {
      flows: 1,
      pairs: 0,
      parts: {
        ...parts,
        auditFunctions: 1,
        memoryMib: 1024,
        timeoutSeconds: 50,
        nodeOptions: '',
        groupMetricsLimit: 3,
      },
      published: { metrics: new Set(), requests: 100, writeUnits: 0 },
      recorded: { writeUnits: 60, storedBytes: 0 },
      secrets: 0,
    };
    const usd = Object.fromEntries(monthlyBill(input).map((line) => [line.what, line.usd]));
    expect(usd['CloudWatch alarms']).toBeCloseTo(0.7);
    expect(usd['CloudWatch dashboards']).toBeCloseTo(6);
    expect(usd['VPC endpoints by zone']).toBeCloseTo(14.6);
    expect(usd['Transit gateway attachments']).toBeCloseTo(36.5);
    expect(usd['PutMetricData requests']).toBeCloseTo(0.73);
    expect(usd['DynamoDB write units']).toBeCloseTo(0.027_375);
  });

  test('GIVEN more pairs than one function can audit THEN their whole time is in the bill', () => {
    const parts = { ...deployedParts(exampleSettings, flows), memoryMib: 1024, timeoutSeconds: 50 };
    const published = { metrics: new Set<string>(), requests: 0, writeUnits: 0 };
    const recorded = { writeUnits: 0, storedBytes: 0 };
    const lambda = (pairs: number) => {
      const lines = monthlyBill({ flows: 20, pairs, parts, published, recorded, secrets: 0 });
      return lines.find(({ what }) => what === 'Lambda')?.usd ?? 0;
    };
    expect(auditSeconds({ flows: 20, pairs: 1_000_000, parts })).toBeGreaterThan(parts.timeoutSeconds);
    expect(lambda(2_000_000) / lambda(1_000_000)).toBeCloseTo(2, 1);
  });

  test('the command prints the sum of its lines: at most 25 USD for 1,000 partitions and 100 groups', () => {
    const run = spawnSync(process.execPath, ['bench/cost.ts'], { cwd: root, encoding: 'utf8' });
    expect(run.stderr).toBe('');
    const lines = run.stdout.trimEnd().split('\n');
    const [, usd, metrics] = /^COST usd_month=([\d.]+) metrics=(\d+) alarms=\d+$/.exec(lines.at(-1) ?? '') ?? [];
    const amounts = lines.flatMap((line) => /^\S.*\s(\d+\.\d\d)$/.exec(line)?.[1] ?? []).map(Number);
    expect(amounts).toHaveLength(14);
    expect(amounts.reduce((sum, amount) => sum + amount, 0)).toBeCloseTo(Number(usd), 1);
    expect(Number(metrics)).toBeGreaterThan(40);
    expect(Number(usd)).toBeLessThanOrEqual(25);
  });
});
