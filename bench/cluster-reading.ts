import { z } from 'zod';

/**
 * What one round of reading a whole cluster gave, whoever read it: counts and sums that two right readers agree in, and
 * what it cost. Sums are decimal strings.
 */
export const clusterReading = z.object({
  partitions: z.number(),
  groups: z.number(),
  pairs: z.number(),
  /** Sum over all groups' commits of high watermark − committed. */
  lag: z.string(),
  starts: z.string(),
  /** Sum of high watermarks, and of last stable offsets. */
  ends: z.string(),
  stables: z.string(),
  ms: z.number(),
  cpuMs: z.number(),
  peakMib: z.number(),
  /** Requests to the broker that got the most in this round; unknown of the AdminClient. */
  requests: z.number().optional(),
});

export type ClusterReading = z.infer<typeof clusterReading>;

/** One who reads whole clusters, in a process of its own. */
export interface Racer {
  round(bootstrapServers: string): Promise<ClusterReading>;
  end(): Promise<void>;
}

/** What both have to agree in. */
export function whatWasRead(reading: ClusterReading): string {
  const { partitions, groups, pairs, lag, starts, ends, stables } = reading;
  return `${pairs} pairs of ${groups} groups, ${partitions} partitions, lag ${lag}, starts ${starts}, ends ${ends}, stable ${stables}`;
}
