import { describe, expect, test } from '@jest/globals';
import { RecordedCluster } from '../../../lab/truth/recorded-cluster.ts';
import { type RecordedSnapshot, readRecording } from '../../../lab/truth/recording.ts';
import { configOf } from '../../../lab/truth/replay.ts';
import { ClusterUnreachableError } from '../../../shared/domain/model/errors.ts';
import { read } from '../../../shared/domain/model/outcome.ts';
import { ratesOf } from '../../../shared/domain/tune/measurement.ts';
import { paceOf } from '../../../shared/domain/tune/pace.ts';
import type { ClusterReader } from '../../../shared/ports.ts';
import { type FlowMeasured, type MeasureRequest, measureFlow } from '../../../shared/tune/measure-flow.ts';
import { metricsOf, taskOf } from '../domain/judge/mirror-metrics-fixture.ts';

/** MM2 mirrored 500 records, was stopped while 700 more were written, and caught up. */
const recording = readRecording('test/recordings/02-stopped-lag.json');
const config = configOf(recording);
const [settled, stopped, caughtUp] = recording.snapshots as [RecordedSnapshot, RecordedSnapshot, RecordedSnapshot];

/** A measurement that begins at one recorded moment and ends at another. */
async function measured(
  begin: RecordedSnapshot,
  end: RecordedSnapshot,
  over: Partial<MeasureRequest> = {},
): Promise<FlowMeasured> {
  let moment = begin;
  const reader = (alias: string): ClusterReader =>
    new Proxy(new RecordedCluster(begin, alias), {
      get(_, key) {
        const cluster = new RecordedCluster(moment, alias);
        const value: unknown = Reflect.get(cluster, key);
        return typeof value === 'function' ? value.bind(cluster) : value;
      },
    });
  const [flow] = config.flows;
  if (flow === undefined) throw new Error('the recording has a flow');
  return await measureFlow({
    ...{ flow, flows: config.flows, policy: config.policy, source: reader(flow.source), target: reader(flow.target) },
    ...{ metrics: null, settings: null, seconds: 10 },
    clock: {
      now: () => moment.atMs,
      pause: async () => {
        moment = end;
      },
    },
    ...over,
  });
}

describe('what is measured between two moments of a real mirror', () => {
  test('while MM2 is stopped: records are written, none arrive, and all of them wait', async () => {
    const { measurement } = await measured(settled, stopped);
    const seconds = (stopped.atMs - settled.atMs) / 1000;
    expect(measurement.seconds).toBe(seconds);
    expect(ratesOf(measurement)).toEqual({ source: 700 / seconds, mirrored: 0 });
    expect(measurement.backlog).toEqual({ kind: 'known', records: 700n, basis: 'estimated' });
    expect(paceOf(measurement)).toEqual({ kind: 'still', backlog: 700n });
    expect(measurement).not.toHaveProperty('metrics');
  });

  test('while it catches up: none are written, all arrive, and nothing waits', async () => {
    const { measurement } = await measured(stopped, caughtUp);
    const mirrored = measurement.partitions.reduce((sum, one) => sum + one.mirrored, 0n);
    expect([mirrored, ratesOf(measurement).source]).toEqual([700n, 0]);
    expect(measurement.backlog).toEqual({ kind: 'known', records: 0n, basis: 'estimated' });
    expect(paceOf(measurement)).toEqual({ kind: 'keeps-up' });
    expect(measurement.syncs).toBeGreaterThan(0n);
  });

  test('a log that was cut in between is not measured', async () => {
    const { measurement } = await measured(caughtUp, stopped);
    expect(measurement.partitions).toEqual([]);
    expect(measurement.unmeasured).toBeGreaterThan(0);
    expect(paceOf(measurement).kind).toBe('unknown');
  });

  test('exporters are asked at both times, Connect once', async () => {
    const asked: string[] = [];
    const { measurement } = await measured(settled, stopped, {
      metrics: {
        metricsOf: async ({ source }) => {
          asked.push(`metrics ${source}`);
          return read(metricsOf([taskOf(asked.length)]));
        },
      },
      settings: {
        settingsOf: async () => {
          asked.push('settings');
          return read({ tasksMax: 4, batchSize: null, maxRequestSize: null, bufferMemory: null });
        },
      },
    });
    expect(asked).toEqual(['metrics A', 'metrics A', 'settings']);
    expect(measurement.metrics?.begin).toMatchObject({ value: { tasks: [{ task: 1 }] } });
    expect(measurement.metrics?.end).toMatchObject({ value: { tasks: [{ task: 2 }] } });
    expect(measurement.settings).toMatchObject({ value: { tasksMax: 4 } });
  });

  test('a cluster that does not answer ends it', async () => {
    const dead = new Proxy(new RecordedCluster(settled, 'B'), {
      get: (cluster, key) =>
        key === 'metadata'
          ? () => Promise.reject(new ClusterUnreachableError('B', 'BROKER_UNREACHABLE', 'no broker of B answers'))
          : Reflect.get(cluster, key),
    });
    await expect(measured(settled, stopped, { target: dead })).rejects.toMatchObject({
      code: 'BROKER_UNREACHABLE',
      message: 'no broker of B answers',
    });
  });
});
