import { Logger } from '@aws-lambda-powertools/logger';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { AuditDependencies } from '../../../functions/audit/audit-and-publish.ts';
import { createHandler } from '../../../functions/audit/create-handler.ts';
import { type AlarmDefinition, alarmsOfTemplate } from '../../../lab/alarms/alarm-definition.ts';
import {
  type CloudWatchEndpoint,
  type ReceivedDatum,
  startCloudWatchEndpoint,
} from '../../../lab/cloudwatch-endpoint.ts';
import { factsOf } from '../../../lab/explore/state-facts.ts';
import { RecordedCluster } from '../../../lab/truth/recorded-cluster.ts';
import { type RecordedSnapshot, readRecording } from '../../../lab/truth/recording.ts';
import { configOf } from '../../../lab/truth/replay.ts';
import { createCloudWatchMetricSink } from '../../../shared/adapters/cloudwatch/cloudwatch-metric-sink.ts';
import { openHistoryDatabase } from '../../../shared/adapters/sqlite/open-database.ts';
import { createSqliteGroupPlacesStore } from '../../../shared/adapters/sqlite/sqlite-group-places-store.ts';
import { createSqliteSnapshotStore } from '../../../shared/adapters/sqlite/sqlite-snapshot-store.ts';
import { PublishedGroups } from '../../../shared/audit/published-groups.ts';
import { runAudit } from '../../../shared/audit/run-audit.ts';
import type { TidemarkConfig } from '../../../shared/config/tidemark-config.ts';
import { DEFAULT_RETENTION } from '../../../shared/domain/history/retention.ts';
import { AuthenticationError } from '../../../shared/domain/model/errors.ts';
import { newestHistory } from '../../../shared/history/history-lineage.ts';
import { HistoryRecorder } from '../../../shared/history/history-recorder.ts';
import { readStateAsOf } from '../../../shared/history/read-history.ts';
import type { ClusterReader } from '../../../shared/ports.ts';
import { alarmHistory } from '../../infra/alarm-evaluation.ts';
import { exampleSettings, synthesize } from '../../infra/synthesize.ts';
import { lambdaContext, schedulerEvent } from './invocation.ts';

const recording = readRecording('test/recordings/02-stopped-lag.json');
const single = configOf(recording);
// MM2 was stopped: 700 records wait.
const snapshot = recording.snapshots[1] as RecordedSnapshot;
const [flow] = single.flows;
if (flow === undefined) throw new Error('the recording has a flow');
const [SOUND, REFUSED, HUNG] = ['A->B', 'A1->B1', 'A2->B2'];
/** Longer than anything here takes. */
const MOST_MS = 30_000;
/** The same flow three times, each with clusters of its own. */
const three: TidemarkConfig = {
  ...single,
  flows: ['', '1', '2'].map((n) => ({ ...flow, source: `${flow.source}${n}`, target: `${flow.target}${n}` })),
};

describe('of three flows, one refuses its password and one hangs', () => {
  let endpoint: CloudWatchEndpoint;
  /** All of the stack, also composite ones. */
  let alarms: readonly AlarmDefinition[];
  /** A minute in which all was well. */
  let before: readonly ReceivedDatum[];

  beforeAll(async () => {
    const template = synthesize({ maxLagRecords: 100 }, [SOUND, REFUSED, HUNG].map(String));
    alarms = alarmsOfTemplate(template.toJSON());
    before = alarms.flatMap((alarm) => {
      if (alarm.kind === 'composite') return [];
      const { Namespace, MetricName, Dimensions, ComparisonOperator } = alarm;
      const sound = ComparisonOperator === 'LessThanThreshold' ? 1 : 0;
      return [{ Namespace, MetricName, Dimensions, Timestamp: 0, Unit: 'Count', Values: [sound], Counts: [1] }];
    });
    endpoint = await startCloudWatchEndpoint();
  });
  beforeEach(() => {
    endpoint.forget();
    endpoint.refuse(() => null);
  });
  afterAll(() => endpoint.close());

  function reader(alias: string): ClusterReader {
    const recorded = new RecordedCluster(snapshot, alias.replace(/\d$/, ''));
    const named = new Proxy(recorded, {
      get: (of, key) => {
        if (key === 'alias') return alias;
        const value = Reflect.get(of, key);
        return typeof value === 'function' ? value.bind(of) : value;
      },
    });
    return Object.assign(Object.create(named) as ClusterReader, {
      async metadata() {
        if (alias === 'A1') throw new AuthenticationError(alias, `cluster ${alias} refused the password`);
        if (alias === 'B2') await new Promise(() => undefined);
        return await recorded.metadata();
      },
    });
  }

  /** One invocation of the function over these flows, as far as it gets in this time. */
  async function invoke(config: TidemarkConfig, timeMs = MOST_MS) {
    const client = new CloudWatchClient({
      endpoint: endpoint.url,
      region: 'eu-central-1',
      credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'test' },
      maxAttempts: 1,
    });
    const database = openHistoryDatabase(':memory:');
    const store = createSqliteSnapshotStore(database);
    const places = createSqliteGroupPlacesStore(database, exampleSettings.deployment.name);
    const groups = new PublishedGroups({ store: places, limit: 10, failed: () => undefined });
    const clock = { now: () => snapshot.atMs };
    const history = new HistoryRecorder({ store, owner: 'one', retention: DEFAULT_RETENTION, leaseMs: 60_000, clock });
    const audit: AuditDependencies['audit'] = (config, { finished }) =>
      runAudit({ config, reader, clock, history, finished });
    const logger = new Logger();
    Object.assign(logger, { console: { ...console, info: () => {}, error: () => {} } });
    const forgotten: string[] = [];
    const handler = createHandler({
      audit,
      config: { load: async () => config, forgetSecrets: () => forgotten.push('all') },
      sink: createCloudWatchMetricSink(client, exampleSettings.deployment.name),
      groups,
      clock,
      republishNames: async () => undefined,
      logger,
    });
    const failure = await handler(schedulerEvent, lambdaContext(timeMs)).then(
      () => null,
      (error: unknown) => error,
    );
    const state = await readStateAsOf(newestHistory(store), String(SOUND), clock.now(), clock.now());
    return { data: [...endpoint.data], failure, forgotten, kept: state === null ? null : factsOf(state.state) };
  }

  /** One that hangs takes all the time there is: a busy machine needs more of it for the others. */
  async function invokeThree() {
    for (let timeMs = 3_000; ; timeMs *= 4) {
      endpoint.forget();
      const invoked = await invoke(three, timeMs);
      const answered = invoked.data.filter(({ MetricName }) => MetricName === 'AuditCompleted');
      if (answered.length === 2 || timeMs > MOST_MS) return invoked;
    }
  }

  const dimension = (of: Pick<ReceivedDatum, 'Dimensions'>, name: string) =>
    of.Dimensions.find(({ Name }) => Name === name)?.Value;
  const of = (data: readonly ReceivedDatum[], name: string | undefined) =>
    data.filter((datum) => dimension(datum, 'Flow') === name);
  /** What the alarms of a flow, or of the whole deployment, do in a sound minute and five with this data, minute by minute. */
  function happened(data: readonly ReceivedDatum[], name: string | undefined): readonly string[] {
    return alarmHistory(alarms, [before, data, data, data, data, data]).flatMap((line) => {
      const [minute, alarm = '', ...did] = line.split(' ');
      const [, ...path] = alarm.split('/');
      const isAbout = name === undefined ? path.length === 1 : path[0] === name;
      return isAbout ? [[minute, path.at(-1), ...did].join(' ')] : [];
    });
  }
  /** The alarms that notify somebody. */
  const notifying = (data: readonly ReceivedDatum[], name: string | undefined) =>
    happened(data, name)
      .filter((line) => line.endsWith(' notifies'))
      .map((line) => line.split(' ')[1]);

  test('the third has the metrics, history and alarms of an audit of it alone', async () => {
    const alone = await invoke({ ...three, flows: three.flows.slice(0, 1) });
    const together = await invokeThree();
    expect(together.failure).toMatchObject({ code: 'AUDIT_TIMED_OUT' });
    expect(alone.failure).toBeNull();
    expect(of(together.data, SOUND)).toEqual(of(alone.data, SOUND));
    expect(of(alone.data, SOUND).length).toBeGreaterThan(20);
    expect(together.kept).toEqual(alone.kept);
    expect(together.kept).not.toBeNull();
    const ofFlow = alarms.filter(({ AlarmName }) => AlarmName.includes(`/${SOUND}/`));
    // Each of them has a state, in the same minute.
    expect(new Set(happened(alone.data, SOUND).map((line) => line.split(' ')[1])).size).toBe(ofFlow.length);
    expect(happened(together.data, SOUND)).toEqual(happened(alone.data, SOUND));
    expect(notifying(together.data, SOUND)).toEqual(['behind']);
  });

  test('the other two have a heartbeat of 0, or none, so that their own dead-man alarms fire; so does that of all', async () => {
    const { data, forgotten } = await invokeThree();
    const heartbeats = data.filter(({ MetricName }) => MetricName === 'AuditCompleted');
    expect(heartbeats.map((datum) => [dimension(datum, 'Flow'), datum.Values]).sort()).toEqual([
      [SOUND, [1]],
      [REFUSED, [0]],
    ]);
    expect(notifying(data, REFUSED)).toEqual(['flow-not-audited']);
    expect(notifying(data, HUNG)).toEqual(['flow-not-audited']);
    expect(notifying(data, undefined)).toEqual(['audit-not-completed']);
    expect(forgotten).toEqual(['all']);
  });

  test('metrics of one flow that CloudWatch refuses take nothing from the others; the audit fails and has no heartbeat', async () => {
    endpoint.refuse((data) =>
      data.some((datum) => datum.MetricName === 'MissingRecords' && dimension(datum, 'Flow') === REFUSED)
        ? { status: 500, type: 'InternalServiceFault' }
        : null,
    );
    const { data, failure } = await invoke({ ...three, flows: three.flows.slice(0, 2) });
    expect(failure).toMatchObject({ code: 'METRICS_REJECTED' });
    expect(of(data, REFUSED)).toEqual([]);
    const heartbeats = data.filter(({ MetricName }) => MetricName === 'AuditCompleted');
    expect(heartbeats.map((datum) => dimension(datum, 'Flow'))).toEqual([SOUND]);
  });
});
