/**
 * Settings of a flow's MirrorSourceConnector that decide how fast it mirrors, as Kafka Connect runs it. Null if the
 * connector's own configuration does not set it: the worker's, or Kafka's default, is in effect.
 */
export interface MirrorSettings {
  readonly tasksMax: number | null;
  readonly batchSize: number | null;
  readonly maxRequestSize: number | null;
  readonly bufferMemory: number | null;
}
