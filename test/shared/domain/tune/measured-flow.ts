import { read } from '../../../../shared/domain/model/outcome.ts';
import type { FlowMeasurement } from '../../../../shared/domain/tune/measurement.ts';
import { metricsOf, PRESSED_PRODUCER, taskOf } from '../judge/mirror-metrics-fixture.ts';

/** A mirror of two partitions that a real link of 25 ms slowed down, for 60 s. */
export const SLOW: FlowMeasurement = {
  seconds: 60,
  partitions: [
    { topic: 'orders', partition: 0, written: 6_000n, mirrored: 9_000n },
    { topic: 'orders', partition: 1, written: 6_000n, mirrored: 9_000n },
  ],
  unmeasured: 0,
  backlog: { kind: 'known', records: 90_000n, basis: 'estimated' },
  syncs: 180n,
  metrics: metricsAt([taskOf(0, { producer: PRESSED_PRODUCER })]),
  settings: read({ tasksMax: 1, batchSize: null, maxRequestSize: null, bufferMemory: null }),
};

/** The same metrics at both times, from a worker that used 6 of 120 seconds of its two processors. */
export function metricsAt(
  tasks: Parameters<typeof metricsOf>[0],
  cpuSeconds = 6,
): NonNullable<FlowMeasurement['metrics']> {
  const at = (used: number) => read(metricsOf(tasks, [], { workers: [{ cpuSeconds: used, processors: 2 }] }));
  return { begin: at(10), end: at(10 + cpuSeconds) };
}

/** A mirror that has nothing to do but what producers write. */
export const KEEPS_UP: FlowMeasurement = {
  ...SLOW,
  partitions: SLOW.partitions.map((one) => ({ ...one, mirrored: one.written })),
  backlog: { kind: 'known', records: 100n, basis: 'estimated' },
};

export const FLOW = { offsetFlushIntervalMs: 60_000, offsetLagMax: 100, emitOffsetSyncs: true };
export const LIMITS = { maxGroupReread: 100_000n };
