import type { ProducerMetrics } from '../model/mirror-metrics.ts';

/** Kafka's own default of `batch.size`, in bytes. */
export const DEFAULT_BATCH_SIZE = 16_384;
/** A batch is closed by the first record that no longer fits, so that full ones are a little smaller than the limit. */
const FULL = 0.8;
/** Within one machine room a request takes less. */
const SLOW_REQUEST_MS = 5;

/**
 * Whether the limit of the batches holds the producer back: they leave full, they wait longer for the request before them
 * than that takes to be answered, and that is slow. Connect lets a source task have one request under way for each broker,
 * so no batch can overtake. Null if a worker does not export one of these values.
 */
export function isAtBatchLimit(
  { batchBytes, compression, queueMs, requestLatencyMs }: ProducerMetrics,
  batchSize = DEFAULT_BATCH_SIZE,
): boolean | null {
  if (batchBytes === null || queueMs === null || requestLatencyMs === null) return null;
  const bytes = uncompressed(batchBytes, compression);
  return bytes >= FULL * batchSize && queueMs >= requestLatencyMs && requestLatencyMs >= SLOW_REQUEST_MS;
}

/** The limit is about bytes before compression, or what Kafka expects of it; the metric is about those that were sent. */
function uncompressed(bytes: number, compression: number | null): number {
  return compression === null || compression <= 0 || compression > 1 ? bytes : bytes / compression;
}
