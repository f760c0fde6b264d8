import type { MirrorConnectorKind } from './mirror-connector.ts';

/**
 * What the Connect workers that run a flow's connectors say of themselves, by JMX. A value is null if no worker exports it,
 * or has not measured it yet: never 0 for lack of knowledge.
 */
export interface MirrorMetrics {
  /** When the last worker had answered: ms since the epoch. */
  readonly at: number;
  readonly connectors: readonly ConnectorTasks[];
  /** Tasks of the flow's MirrorSourceConnector, by number. */
  readonly tasks: readonly SourceTaskMetrics[];
  /** Partitions that a task has mirrored records of since it started. */
  readonly partitions: readonly MirroredPartition[];
  readonly workers: readonly WorkerMetrics[];
}

/** Tasks of one connector on all workers that were asked. */
export interface ConnectorTasks {
  readonly name: string;
  readonly kind: MirrorConnectorKind;
  readonly failed: number;
}

export interface SourceTaskMetrics {
  readonly task: number;
  /** Records since the task started. */
  readonly written: number | null;
  /** Records per second in the last half minute or more, as Kafka's metrics measure. */
  readonly writtenPerSecond: number | null;
  /** Share of its offset commits that failed, 0 to 1. */
  readonly commitFailureShare: number | null;
  readonly producer: ProducerMetrics;
}

/** The producer of one task, which writes to the target: averages over the last half minute or more. */
export interface ProducerMetrics {
  /** As sent: after compression. */
  readonly batchBytes: number | null;
  readonly requestBytes: number | null;
  readonly requestLatencyMs: number | null;
  /** How long batches wait until they are sent. */
  readonly queueMs: number | null;
  readonly requestsPerSecond: number | null;
  /** Bytes sent by bytes before compression; 1 without compression. */
  readonly compression: number | null;
}

export interface MirroredPartition {
  /** Its name on the target. */
  readonly topic: string;
  readonly partition: number;
  /** Records since the task started. */
  readonly records: number | null;
  /** Of the last record that was mirrored. It stays when nothing flows: neither a lag nor a sign of life. */
  readonly recordAgeMs: number | null;
}

export interface WorkerMetrics {
  /** Processor time since the start, in seconds. */
  readonly cpuSeconds: number | null;
  readonly processors: number | null;
}
