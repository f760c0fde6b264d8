import type { MirrorMetrics } from '../model/mirror-metrics.ts';
import type { MirrorSettings } from '../model/mirror-settings.ts';
import type { Outcome } from '../model/outcome.ts';
import type { Lag } from '../model/report.ts';

/** What was measured of one flow between two reads of both clusters. */
export interface FlowMeasurement {
  readonly seconds: number;
  /** Partitions whose logs were read on both sides, both times. */
  readonly partitions: readonly MeasuredPartition[];
  /** Partitions of the flow that could not be measured. */
  readonly unmeasured: number;
  /** What waits at the end of the measurement. */
  readonly backlog: Lag;
  /** Offset syncs written meanwhile; null if their log could not be read. */
  readonly syncs: bigint | null;
  /** Of the begin and the end; absent if the configuration names no exporter. */
  readonly metrics?: { readonly begin: Outcome<MirrorMetrics>; readonly end: Outcome<MirrorMetrics> };
  /** Absent if the configuration names no Connect cluster. */
  readonly settings?: Outcome<MirrorSettings>;
}

export interface MeasuredPartition {
  readonly topic: string;
  readonly partition: number;
  /** Records that producers wrote to the source. */
  readonly written: bigint;
  /** Records that arrived on the target. */
  readonly mirrored: bigint;
}

/** Records per second. */
export interface MeasuredRates {
  readonly source: number;
  readonly mirrored: number;
}

export function ratesOf({ partitions, seconds }: Pick<FlowMeasurement, 'partitions' | 'seconds'>): MeasuredRates {
  const sum = (of: (one: MeasuredPartition) => bigint) => partitions.reduce((all, one) => all + of(one), 0n);
  return {
    source: Number(sum(({ written }) => written)) / seconds,
    mirrored: Number(sum(({ mirrored }) => mirrored)) / seconds,
  };
}
