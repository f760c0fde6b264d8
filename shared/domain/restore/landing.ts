import type { ObservedTopic } from '../judge/observation.ts';
import type { LogOffsets } from '../model/cluster.ts';
import type { Proof } from '../model/report.ts';

/** Where a group lands on one partition of a cluster, whether or not it is allowed to. */
export interface Landing {
  readonly topic: ObservedTopic;
  readonly partition: number;
  /** The log that it lands in; null where it was not read, or is not there. */
  readonly log: LogOffsets | null;
  /** Null where nobody can say, with the reason. */
  readonly position: bigint | null;
  /** The partition is not on the cluster at all. */
  readonly missing: boolean;
  readonly rereadAtMost: bigint;
  readonly skipAtMost: bigint;
  readonly proof: Proof;
  readonly reason?: string | undefined;
  readonly clamped: 'start' | 'end' | null;
  readonly unreadLoss: bigint;
}

/** A position that nobody can tell. */
export function nowhere(place: Pick<Landing, 'topic' | 'partition' | 'log' | 'missing'>, reason: string): Landing {
  const costs = { rereadAtMost: 0n, skipAtMost: 0n, unreadLoss: 0n };
  return { ...place, position: null, proof: 'none', reason, clamped: null, ...costs };
}
