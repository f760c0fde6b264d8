import { Logger } from '@aws-lambda-powertools/logger';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createHandler, type HandlerDependencies } from '../../../functions/audit/create-handler.ts';
import { type CloudWatchEndpoint, startCloudWatchEndpoint } from '../../../lab/cloudwatch-endpoint.ts';
import { createCloudWatchMetricSink } from '../../../shared/adapters/cloudwatch/cloudwatch-metric-sink.ts';
import type { TidemarkConfig } from '../../../shared/config/tidemark-config.ts';
import { DEFAULT_AUDIT_POLICY } from '../../../shared/domain/judge/audit-policy.ts';
import { AuthenticationError, ClusterUnreachableError } from '../../../shared/domain/model/errors.ts';
import type { AuditReport, FlowReport } from '../../../shared/domain/model/report.ts';
import { flowFixture } from '../../shared/domain/model/flow-fixture.ts';
import { lambdaContext, schedulerEvent } from './invocation.ts';

const at = Date.UTC(2026, 10, 20, 10, 0, 0);
const config: TidemarkConfig = { clusters: new Map(), flows: [], policy: DEFAULT_AUDIT_POLICY };
const flow: FlowReport = {
  flow: 'A->B',
  verdict: 'ready',
  reasons: [],
  loss: { kind: 'known', records: 0n, seconds: 0, basis: 'proven' },
  partitions: [],
  groups: [],
  findings: [],
  suppressed: [],
  unread: [],
  snapshot: null,
};
const report = (parts: Partial<FlowReport> = {}): AuditReport => ({ at, flows: [{ ...flow, ...parts }] });
const audited =
  (result: AuditReport): HandlerDependencies['audit'] =>
  async (_, { finished }) => {
    await finished(result);
    return result;
  };

describe('the audit function', () => {
  let endpoint: CloudWatchEndpoint;
  let lines: Record<string, unknown>[];
  let forgotten: number;

  beforeAll(async () => {
    endpoint = await startCloudWatchEndpoint();
  });
  beforeEach(() => {
    endpoint.forget();
    endpoint.refuse(() => null);
    lines = [];
    forgotten = 0;
  });
  afterAll(() => endpoint.close());

  function handler(parts: Partial<HandlerDependencies>) {
    const client = new CloudWatchClient({
      endpoint: endpoint.url,
      region: 'eu-central-1',
      credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'test' },
      maxAttempts: 1,
    });
    return createHandler({
      config: { load: async () => config, forgetSecrets: () => forgotten++ },
      audit: audited(report()),
      sink: createCloudWatchMetricSink(client, 'test'),
      groups: { choose: async () => new Set() },
      clock: { now: () => at },
      republishNames: async () => undefined,
      logger: capturing(),
      ...parts,
    });
  }

  function capturing(): Logger {
    const logger = new Logger({ serviceName: 'tidemark' });
    const keep = (line: string) => lines.push(JSON.parse(line));
    Object.assign(logger, { console: { ...console, info: keep, error: keep, warn: keep } });
    return logger;
  }

  const published = () => endpoint.data.map((datum) => datum.MetricName);

  test('an audit publishes its numbers, then its heartbeat, and logs one line', async () => {
    const summary = await handler({})(schedulerEvent, lambdaContext(50_000));
    expect(summary).toEqual({
      at: '2026-11-20T10:00:00.000Z',
      completed: true,
      flows: [{ flow: 'A->B', verdict: 'ready', reasons: [], critical: [], unread: [] }],
    });
    expect(published().at(-1)).toBe('AuditCompleted');
    expect(published()).toContain('LossRecords');
    expect(lines).toEqual([
      expect.objectContaining({
        level: 'INFO',
        message: 'audit published',
        audit: summary,
        executionId: schedulerEvent.executionId,
        function_request_id: lambdaContext(1).awsRequestId,
      }),
    ]);
  });

  test('names are published again, also if the configuration cannot be loaded', async () => {
    let republished = 0;
    const config = { load: () => Promise.reject(new Error('no secret')), forgetSecrets: () => undefined };
    const republishNames = async () => void republished++;
    await expect(handler({ config, republishNames })(schedulerEvent, lambdaContext(50_000))).rejects.toThrow(
      'no secret',
    );
    expect(republished).toBe(1);
  });

  test('the deadline of the audit leaves time to publish', async () => {
    let deadline = 0;
    const audit: HandlerDependencies['audit'] = async (_, options) => {
      deadline = options.deadline;
      return report();
    };
    await handler({ audit })(schedulerEvent, lambdaContext(50_000));
    expect(deadline).toBeGreaterThan(at + 40_000);
    expect(deadline).toBeLessThanOrEqual(at + 42_000);
  });

  test.each([
    [23, ['AuditCompleted']],
    [24, ['AuditCompleted', 'LossRecords']],
  ])('GIVEN %i flows THEN %j are published for all of them together', async (flows, names) => {
    const many = { ...config, flows: Array.from({ length: flows }, () => flowFixture()) };
    const load = { load: async () => many, forgetSecrets: () => undefined };
    await handler({ config: load })(schedulerEvent, lambdaContext(50_000));
    const ofAll = endpoint.data.filter(({ Dimensions }) => !Dimensions?.some(({ Name }) => Name === 'Flow'));
    expect(ofAll.map(({ MetricName }) => MetricName)).toEqual(expect.arrayContaining(names));
    if (flows < 24) expect(ofAll).toHaveLength(names.length);
  });

  test('GIVEN a flow without a verdict THEN the known numbers are published, and the heartbeat is 0', async () => {
    const summary = await handler({ audit: audited(report({ verdict: 'unknown' })) })(
      schedulerEvent,
      lambdaContext(50_000),
    );
    expect(summary.completed).toBe(false);
    expect(endpoint.data.at(-1)).toMatchObject({ MetricName: 'AuditCompleted', Values: [0] });
  });

  test('the log line lists critical findings and failed reads, the first ten of each', async () => {
    const finding = { subject: {}, evidence: {}, runbook: '' };
    const unread = { cluster: 'A', error: 'BROKER_UNREACHABLE', message: '', retriable: true };
    const audit = audited(
      report({
        findings: [
          { ...finding, code: 'HEARTBEAT_STALE', severity: 'warning', message: 'no heartbeat for 20 s' },
          { ...finding, code: 'MIRROR_STOPPED', severity: 'critical', message: 'no heartbeat for 40 s' },
        ],
        unread: Array.from({ length: 12 }, (_, partition) => ({
          ...unread,
          what: `end offset of orders-${partition}`,
        })),
      }),
    );
    const summary = await handler({ audit })(schedulerEvent, lambdaContext(50_000));
    expect(summary.flows[0]?.critical).toEqual(['MIRROR_STOPPED: no heartbeat for 40 s']);
    expect(summary.flows[0]?.unread).toHaveLength(10);
    expect(summary.flows[0]?.unread[0]).toBe('A: end offset of orders-0: BROKER_UNREACHABLE');
  });

  test('GIVEN metrics that CloudWatch refused THEN there is no heartbeat, and the invocation fails', async () => {
    endpoint.refuse((data) =>
      data.some((datum) => datum.MetricName === 'LossRecords') ? { status: 500, type: 'InternalServiceFault' } : null,
    );
    await expect(handler({})(schedulerEvent, lambdaContext(50_000))).rejects.toMatchObject({
      code: 'METRICS_REJECTED',
    });
    expect(published()).not.toContain('AuditCompleted');
    expect(lines).toEqual([
      expect.objectContaining({ level: 'ERROR', code: 'METRICS_REJECTED', remedy: expect.any(String) }),
    ]);
  });

  test('GIVEN a cluster that refuses the password THEN the secrets are read again next time', async () => {
    const audit = async () => {
      throw new AuthenticationError('A', 'cluster A refused the credentials');
    };
    await expect(handler({ audit })(schedulerEvent, lambdaContext(50_000))).rejects.toThrow(AuthenticationError);
    expect(forgotten).toBe(1);
  });

  test('GIVEN an unreachable cluster THEN nothing is published, and the secrets stay cached', async () => {
    const audit = async () => {
      throw new ClusterUnreachableError('A', 'BROKER_UNREACHABLE', 'no broker of cluster A answers');
    };
    await expect(handler({ audit })(schedulerEvent, lambdaContext(50_000))).rejects.toThrow(ClusterUnreachableError);
    expect(endpoint.data).toEqual([]);
    expect(forgotten).toBe(0);
  });

  test('GIVEN an audit that hangs THEN the invocation fails by itself, with a code, before Lambda ends it', async () => {
    const audit = () => new Promise<AuditReport>(() => undefined);
    const context = lambdaContext(1_200);
    await expect(handler({ audit })(schedulerEvent, context)).rejects.toMatchObject({ code: 'AUDIT_TIMED_OUT' });
    expect(context.getRemainingTimeInMillis()).toBeGreaterThan(0);
    expect(lines).toEqual([expect.objectContaining({ level: 'ERROR', code: 'AUDIT_TIMED_OUT' })]);
  });

  test('GIVEN a defect THEN its stack is logged, but not its message', async () => {
    const audit = async () => {
      throw Object.assign(new TypeError('x is undefined'), { password: 'hunter2' });
    };
    await expect(handler({ audit })(schedulerEvent, lambdaContext(50_000))).rejects.toThrow(TypeError);
    expect(lines).toEqual([expect.objectContaining({ level: 'ERROR', code: 'DEFECT', defect: 'TypeError' })]);
    expect(JSON.stringify(lines)).not.toContain('hunter2');
  });

  test.each([[{}], [null], ['now'], [{ scheduledAt: 'yesterday', executionId: '' }]])(
    'GIVEN %j as the event THEN the error names every fault, and no audit runs',
    async (event) => {
      let audits = 0;
      const audit = async () => {
        audits++;
        return report();
      };
      await expect(handler({ audit })(event, lambdaContext(50_000))).rejects.toMatchObject({ code: 'EVENT_INVALID' });
      expect(audits).toBe(0);
    },
  );
});
