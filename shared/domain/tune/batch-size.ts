import { DEFAULT_BATCH_SIZE, isAtBatchLimit } from '../mirror/batch-limit.ts';
import type { ProducerMetrics, SourceTaskMetrics } from '../model/mirror-metrics.ts';
import type { MirrorSettings } from '../model/mirror-settings.ts';
import type { Advice } from './advice.ts';
import type { FlowMeasurement } from './measurement.ts';

/** Kafka's own defaults, in bytes. */
const DEFAULT_MAX_REQUEST_SIZE = 1_048_576;
const DEFAULT_BUFFER_MEMORY = 33_554_432;
/** From the largest, which is in use with MM2 between regions, down. */
const SIZES = [327_680, 163_840, 81_920, 40_960];
/** Less is not worth a restart of the tasks. */
const LEAST_GAIN = 1.5;

/** A mirror that is behind: do its batches hold it back, and which size would they need? */
export function batchSizeAdvice({ metrics, settings, partitions }: FlowMeasurement): Advice {
  const unknown = (reason: string): Advice => ({ lever: 'batch-size', kind: 'unknown', reason });
  if (metrics === undefined) return unknown('the configuration names no exporter: flows[].metrics');
  if (metrics.end.kind === 'unread') return unknown(metrics.end.unread.message);
  const { tasks } = metrics.end.value;
  const known = settings?.kind === 'read' ? settings.value : null;
  const now = batchSizeNow(known, tasks);
  const looks = tasks.map((task) => ({ task, isFull: isAtBatchLimit(task.producer, now ?? DEFAULT_BATCH_SIZE) }));
  const full = looks.flatMap(({ task, isFull }) => (isFull === true ? [task] : []));
  const [first] = full;
  if (first === undefined) {
    if (looks.some(({ isFull }) => isFull === null)) {
      return unknown(
        'the exporter leaves out batch-size-avg, request-latency-avg or record-queue-time-avg of the producers',
      );
    }
    return { lever: 'batch-size', kind: 'keep', reason: 'batches do not leave full, or do not wait for slow requests' };
  }
  if (now === null) {
    return unknown(
      'batches are larger than the default allows, and which batch.size is set is unknown: flows[].connect',
    );
  }
  const perTask = Math.ceil(partitions.length / Math.max(1, tasks.length));
  const to = largestSize(now, known, perTask);
  if (to === null) {
    const reason = `no size much larger than ${now} fits twice into buffer.memory for each of ${perTask} partitions, or into max.request.size`;
    return { lever: 'batch-size', kind: 'keep', reason };
  }
  const atMost = gainOf(first.producer, to, known);
  if (atMost === null || atMost < LEAST_GAIN) {
    return { lever: 'batch-size', kind: 'keep', reason: 'requests carry nearly as much as max.request.size allows' };
  }
  return {
    lever: 'batch-size',
    kind: 'change',
    setting: 'producer.override.batch.size',
    place: 'source-connector',
    from: String(now),
    to: String(to),
    reason: reasonOf(first, full.length, tasks.length),
    gain: { kind: 'throughput', atMost },
  };
}

/** As set, or the default if the batches that are sent fit it; null if neither is known. */
function batchSizeNow(settings: MirrorSettings | null, tasks: readonly SourceTaskMetrics[]): number | null {
  if (settings !== null && settings.batchSize !== null) return settings.batchSize;
  const largest = Math.max(0, ...tasks.map(({ producer }) => producer.batchBytes ?? 0));
  return largest <= 1.1 * DEFAULT_BATCH_SIZE ? DEFAULT_BATCH_SIZE : null;
}

/** Each partition of a task can fill one batch while another is under way. */
function largestSize(now: number, settings: MirrorSettings | null, partitionsPerTask: number): number | null {
  const { bufferMemory, maxRequestSize } = settings ?? {};
  const most = Math.min(
    maxRequestSize ?? DEFAULT_MAX_REQUEST_SIZE,
    (bufferMemory ?? DEFAULT_BUFFER_MEMORY) / (2 * Math.max(1, partitionsPerTask)),
  );
  return SIZES.find((size) => size <= most && size >= LEAST_GAIN * now) ?? null;
}

/** By what one request carries then and now: batches of several partitions, all of them full, up to its limit. */
function gainOf(
  { batchBytes, requestBytes, compression }: ProducerMetrics,
  to: number,
  settings: MirrorSettings | null,
) {
  if (batchBytes === null || requestBytes === null || batchBytes <= 0 || requestBytes <= 0) return null;
  const share = compression !== null && compression > 0 && compression <= 1 ? compression : 1;
  const batches = Math.max(1, requestBytes / batchBytes);
  const then = Math.min(batches * to * share, settings?.maxRequestSize ?? DEFAULT_MAX_REQUEST_SIZE);
  return then / requestBytes;
}

function reasonOf({ task, producer }: SourceTaskMetrics, full: number, tasks: number): string {
  const [bytes, latency, queue] = [producer.batchBytes, producer.requestLatencyMs, producer.queueMs].map((value) =>
    Math.round(value ?? 0),
  );
  const how = tasks === 1 ? '' : `${full} of ${tasks} tasks are held back by their batches; `;
  return `${how}task ${task} sends full batches of ${bytes} bytes, a request takes ${latency} ms, and a batch waits ${queue} ms for it: only more bytes in a request can make it faster`;
}
