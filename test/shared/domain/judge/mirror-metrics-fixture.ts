import type {
  ConnectorTasks,
  MirrorMetrics,
  ProducerMetrics,
  SourceTaskMetrics,
} from '../../../../shared/domain/model/mirror-metrics.ts';
import { AT } from './case-shapes.ts';

/** A producer with batches of its own size on a fast link. */
export const IDLE_PRODUCER: ProducerMetrics = {
  batchBytes: 900,
  requestBytes: 1_000,
  requestLatencyMs: 2,
  queueMs: 1,
  requestsPerSecond: 10,
  compression: 1,
};

/** As a real one was measured behind a link of 25 ms. */
export const PRESSED_PRODUCER: ProducerMetrics = {
  batchBytes: 16_125,
  requestBytes: 31_818,
  requestLatencyMs: 94,
  queueMs: 12_784,
  requestsPerSecond: 5.1,
  compression: 1,
};

export function taskOf(task: number, over: Partial<SourceTaskMetrics> = {}): SourceTaskMetrics {
  return { task, written: 1_000, writtenPerSecond: 10, commitFailureShare: 0, producer: IDLE_PRODUCER, ...over };
}

export function metricsOf(
  tasks: readonly SourceTaskMetrics[],
  connectors: readonly ConnectorTasks[] = [],
  over: Partial<MirrorMetrics> = {},
): MirrorMetrics {
  return { at: AT, connectors, tasks, partitions: [], workers: [{ cpuSeconds: null, processors: null }], ...over };
}
