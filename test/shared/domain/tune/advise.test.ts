import { describe, expect, test } from '@jest/globals';
import { type Outcome, read, unread } from '../../../../shared/domain/model/outcome.ts';
import type { Lever } from '../../../../shared/domain/tune/advice.ts';
import { advise } from '../../../../shared/domain/tune/advise.ts';
import type { FlowMeasurement } from '../../../../shared/domain/tune/measurement.ts';
import { PRESSED_PRODUCER, taskOf } from '../judge/mirror-metrics-fixture.ts';
import { FLOW, KEEPS_UP, LIMITS, metricsAt, SLOW } from './measured-flow.ts';

const of = (measurement: FlowMeasurement, lever: Lever, flow = FLOW, limits = LIMITS) =>
  advise(measurement, flow, limits).advice.find((one) => one.lever === lever);
const changesOf = (measurement: FlowMeasurement) =>
  advise(measurement, FLOW, LIMITS).advice.filter(({ kind }) => kind === 'change' || kind === 'act');
const withTasks = (...tasks: Parameters<typeof metricsAt>[0]): FlowMeasurement => ({
  ...SLOW,
  metrics: metricsAt(tasks),
});
const notRead = (): Outcome<never> =>
  unread({ what: 'metrics', cluster: 'B', error: 'E', message: 'the exporter is silent', retriable: true });
const settings = (over: object) =>
  read({ tasksMax: 1, batchSize: null, maxRequestSize: null, bufferMemory: null, ...over });

describe('a mirror that keeps up', () => {
  test('needs nothing, though its producer looks as if it were pressed', () => {
    expect(advise(KEEPS_UP, FLOW, LIMITS).pace).toEqual({ kind: 'keeps-up' });
    expect(changesOf(KEEPS_UP)).toEqual([]);
  });

  test('keeps up also with a little that waits, and is behind with more than it mirrors in half a minute', () => {
    const waiting = (records: bigint) =>
      advise({ ...SLOW, backlog: { kind: 'known', records, basis: 'estimated' } }, FLOW, LIMITS).pace.kind;
    expect([waiting(0n), waiting(9_000n), waiting(9_001n)]).toEqual(['keeps-up', 'keeps-up', 'behind']);
  });
});

test('a mirror that has stopped is not tuned, and one of which too little is known neither', () => {
  const still = { ...SLOW, partitions: SLOW.partitions.map((one) => ({ ...one, mirrored: 0n })) };
  expect([advise(still, FLOW, LIMITS).pace.kind, changesOf(still)]).toEqual(['still', []]);
  for (const unclear of [
    { ...SLOW, unmeasured: 1 },
    { ...SLOW, backlog: { kind: 'unknown', reason: 'a broker is down' } as const },
  ]) {
    expect([advise(unclear, FLOW, LIMITS).pace.kind, changesOf(unclear)]).toEqual(['unknown', []]);
    expect(of(unclear, 'batch-size')?.kind).toBe('unknown');
  }
});

describe('batch.size', () => {
  test('is to grow where full batches wait for slow requests, and nothing else is changed at the same time', () => {
    expect(changesOf(SLOW)).toEqual([
      {
        lever: 'batch-size',
        kind: 'change',
        setting: 'producer.override.batch.size',
        place: 'source-connector',
        from: '16384',
        to: '327680',
        reason: expect.stringContaining('full batches of 16125 bytes, a request takes 94 ms'),
        // Two batches in a request, up to 1 MiB of which fit.
        gain: { kind: 'throughput', atMost: expect.closeTo((327_680 * (31_818 / 16_125)) / 31_818, 3) },
      },
    ]);
  });

  test.each([
    ['small batches', { batchBytes: 5_000 }],
    ['fast requests', { requestLatencyMs: 2 }],
    ['batches that do not wait', { queueMs: 10 }],
  ])('is left with %s', (_, over) => {
    const measured = withTasks(taskOf(0, { producer: { ...PRESSED_PRODUCER, ...over } }));
    expect(of(measured, 'batch-size')?.kind).toBe('keep');
  });

  test('is judged by what is set', () => {
    const large = { ...PRESSED_PRODUCER, batchBytes: 320_000, requestBytes: 640_000 };
    const set = { ...withTasks(taskOf(0, { producer: large })), settings: settings({ batchSize: 327_680 }) };
    expect(of(set, 'batch-size')).toMatchObject({ kind: 'keep' });
    const small = { ...SLOW, settings: settings({ batchSize: 1_000_000 }) };
    expect(of(small, 'batch-size')).toMatchObject({
      kind: 'keep',
      reason: expect.stringContaining('do not leave full'),
    });
  });

  test('fits twice into buffer.memory for each partition of a task, and into a request', () => {
    const to = (over: object) => {
      const advice = of({ ...SLOW, settings: settings(over) }, 'batch-size');
      return advice?.kind === 'change' ? advice.to : advice?.kind;
    };
    expect(to({ bufferMemory: 800_000 })).toBe('163840');
    expect(to({ bufferMemory: 90_000 })).toBe('keep');
    expect(to({ maxRequestSize: 100_000 })).toBe('81920');
    const partitions = Array.from({ length: 200 }, (_, partition) => ({
      ...{ topic: 't', partition },
      written: 1n,
      mirrored: 90n,
    }));
    expect(of({ ...SLOW, partitions }, 'batch-size')).toMatchObject({ kind: 'change', to: '81920' });
  });

  test('a request that is full already carries no more', () => {
    const producer = { ...PRESSED_PRODUCER, requestBytes: 900_000 };
    expect(of(withTasks(taskOf(0, { producer })), 'batch-size')).toMatchObject({
      kind: 'keep',
      reason: 'requests carry nearly as much as max.request.size allows',
    });
  });

  test('is unknown without metrics, without those that it needs, and with batches of a size that nobody knows', () => {
    const { metrics: _, settings: __, ...blind } = SLOW;
    expect(of(blind, 'batch-size')).toMatchObject({
      kind: 'unknown',
      reason: expect.stringContaining('flows[].metrics'),
    });
    const silent = { ...SLOW, metrics: { begin: notRead(), end: notRead() } };
    expect(of(silent, 'batch-size')).toMatchObject({ kind: 'unknown', reason: 'the exporter is silent' });
    const partly = withTasks(taskOf(0, { producer: { ...PRESSED_PRODUCER, queueMs: null } }));
    expect(of(partly, 'batch-size')?.kind).toBe('unknown');
    const large = withTasks(taskOf(0, { producer: { ...PRESSED_PRODUCER, batchBytes: 50_000 } }));
    expect(of(large, 'batch-size')).toMatchObject({
      kind: 'unknown',
      reason: expect.stringContaining('flows[].connect'),
    });
  });
});

describe('tasks.max', () => {
  const fast = taskOf(0, { producer: { ...PRESSED_PRODUCER, queueMs: 1 } });

  test('is to grow up to one task for each partition where batches do not hold a mirror back', () => {
    expect(of(withTasks(fast), 'tasks-max')).toMatchObject({
      kind: 'change',
      setting: 'tasks.max',
      from: '1',
      to: '2',
      gain: { kind: 'throughput', atMost: 2 },
    });
  });

  test('is left where each partition has its task, and where the worker is busy', () => {
    expect(of(withTasks(fast, { ...fast, task: 1 }), 'tasks-max')?.kind).toBe('keep');
    const busy = { ...SLOW, metrics: metricsAt([fast], 110) };
    expect(of(busy, 'tasks-max')?.kind).toBe('keep');
    expect(of(busy, 'separate-worker')).toMatchObject({
      kind: 'act',
      reason: 'its worker uses 92 % of its processors',
    });
  });

  test('what it gains is unknown where the processors are', () => {
    const restarted = { ...withTasks(fast), metrics: metricsAt([fast], -5) };
    expect(of(restarted, 'separate-worker')?.kind).toBe('unknown');
    expect(of(restarted, 'tasks-max')).toMatchObject({ kind: 'change', gain: { kind: 'unknown' } });
  });
});

describe('offsets', () => {
  test('are flushed so often that an MM2 that is killed repeats no more than the operator wants', () => {
    // 300 records a second.
    expect(of(SLOW, 'flush-interval')?.kind).toBe('keep');
    const seldom = { ...FLOW, offsetFlushIntervalMs: 600_000 };
    expect(of(SLOW, 'flush-interval', seldom)).toMatchObject({
      kind: 'change',
      setting: 'offset.flush.interval.ms',
      place: 'worker',
      from: '600000',
      to: '333000',
      gain: { kind: 'repeats', from: 180_000, to: 99_900 },
    });
  });

  test('syncs are neither further apart than a group may go back, nor for every record', () => {
    expect(of(SLOW, 'offset-lag-max')?.kind).toBe('keep');
    expect(of(SLOW, 'offset-lag-max', FLOW, { maxGroupReread: 50n })).toMatchObject({ kind: 'change', to: '50' });
    const often = { ...SLOW, syncs: 9_000n };
    expect(of(often, 'offset-lag-max', { ...FLOW, offsetLagMax: 0 })).toMatchObject({
      kind: 'change',
      to: '100',
      gain: { kind: 'syncs', from: 0.5, to: 0.01 },
    });
    expect(of(often, 'offset-lag-max')?.kind).toBe('keep');
    expect(of({ ...SLOW, syncs: null }, 'offset-lag-max')?.kind).toBe('unknown');
    expect(of(often, 'offset-lag-max', { ...FLOW, emitOffsetSyncs: false })?.kind).toBe('keep');
  });
});
