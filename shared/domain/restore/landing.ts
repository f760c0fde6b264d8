import type { ObservedTopic } from '../judge/observation.ts';
import type { LogOffsets } from '../model/cluster.ts';
import type { Proof } from '../model/report.ts';

/** Where a group would land on one partition of a cluster, before any refusal is considered. */
export interface Landing {
  readonly topic: ObservedTopic;
  readonly partition: number;
  /** The log that it lands in; null if the log was not read or does not exist. */
  readonly log: LogOffsets | null;
  /** Null if it is not known; `reason` then says why. */
  readonly position: bigint | null;
  /** The partition does not exist on the cluster. */
  readonly missing: boolean;
  readonly rereadAtMost: bigint;
  readonly skipAtMost: bigint;
  readonly proof: Proof;
  readonly reason?: string | undefined;
  readonly clamped: 'start' | 'end' | null;
  readonly unreadLoss: bigint;
}

/** A landing without a known position. */
export function nowhere(place: Pick<Landing, 'topic' | 'partition' | 'log' | 'missing'>, reason: string): Landing {
  const costs = { rereadAtMost: 0n, skipAtMost: 0n, unreadLoss: 0n };
  return { ...place, position: null, proof: 'none', reason, clamped: null, ...costs };
}
