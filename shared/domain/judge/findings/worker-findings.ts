import { DEFAULT_BATCH_SIZE, isAtBatchLimit } from '../../mirror/batch-limit.ts';
import { counted } from '../../model/figures.ts';
import type { Finding } from '../../model/finding.ts';
import { flowName } from '../../model/flow.ts';
import type { MirrorMetrics } from '../../model/mirror-metrics.ts';
import { least } from '../../model/offsets.ts';
import type { FlowObservation } from '../observation.ts';
import { lagOf, type PartitionState } from '../partition-state.ts';
import { makeFinding } from './make-finding.ts';

/** Kafka's rates are those of the last 30 to 60 seconds. */
const RATE_WINDOW_MS = 30_000;
/** A batch of the default size cannot be much larger: one that is has another limit, which no metric shows. */
const MOST_OF_DEFAULT = 1.1;

/** What the metrics of the flow's workers show beside failed tasks. */
export function workerFindings(observation: FlowObservation, states: readonly PartitionState[]): Finding[] {
  const { metrics, sourceDown, targetDown } = observation;
  if (metrics?.kind !== 'read' || sourceDown !== null || targetDown !== null) return [];
  return [...writesNothing(observation, metrics.value, states), ...batchesFull(observation, metrics.value, states)];
}

/**
 * Records that waited already when an audit last read the source still wait, and no task has written one since. The times
 * of records prove nothing here: an application chooses them.
 */
function writesNothing(
  { flow, at, remembered }: FlowObservation,
  { tasks }: MirrorMetrics,
  states: readonly PartitionState[],
): Finding[] {
  if (remembered === null || at - remembered.readAt.source < RATE_WINDOW_MS) return [];
  if (!tasks.every(({ writtenPerSecond }) => writtenPerSecond === 0)) return [];
  let waiting = 0n;
  for (const state of states) {
    const { replicatedTo } = lagOf(state);
    const end = remembered.sourceEnd(state.topic.topic, state.partition);
    if (replicatedTo === null || end === null || state.source === null) continue;
    // The log may end earlier now than it did then.
    const then = least(end, state.source.highWatermark);
    if (then > replicatedTo) waiting += then - replicatedTo;
  }
  if (waiting === 0n) return [];
  const seconds = Math.round((at - remembered.readAt.source) / 1000);
  return [
    makeFinding(
      'MIRROR_WRITES_NOTHING',
      { cluster: flow.target },
      `no task of ${flowName(flow)} has written a record in the last half minute, by their metrics, while up to ${counted(waiting, 'record has', 'records have')} waited for ${seconds} s or longer`,
      { waiting, seconds, tasks: tasks.length },
    ),
  ];
}

/** Worth knowing, no more: a mirror that catches up with a burst looks like this as well. */
function batchesFull(
  { flow }: FlowObservation,
  { tasks }: MirrorMetrics,
  states: readonly PartitionState[],
): Finding[] {
  const waits = states.some((state) => {
    const { lag } = lagOf(state);
    return lag.kind === 'known' && lag.records > 0n;
  });
  const full = tasks.filter(
    ({ producer }) =>
      isAtBatchLimit(producer) === true && (producer.batchBytes ?? 0) <= MOST_OF_DEFAULT * DEFAULT_BATCH_SIZE,
  );
  const [first] = full;
  if (!waits || first === undefined) return [];
  const { batchBytes, requestLatencyMs, queueMs } = first.producer;
  const [bytes, latency, queue] = [batchBytes, requestLatencyMs, queueMs].map((value) => Math.round(value ?? 0));
  return [
    makeFinding(
      'MIRROR_BATCHES_FULL',
      { cluster: flow.target },
      `task ${first.task} sends batches of ${bytes} bytes, as full as batch.size=${DEFAULT_BATCH_SIZE} allows, and a request takes ${latency} ms: batches wait ${queue} ms to be sent`,
      {
        task: first.task,
        batchBytes: bytes ?? 0,
        requestLatencyMs: latency ?? 0,
        queueMs: queue ?? 0,
        tasks: full.length,
      },
    ),
  ];
}
