import * as z from 'zod';

/**
 * Result and cost of one round of reading a whole cluster. Two correct readers get the same counts and sums. Sums are
 * decimal strings.
 */
export const clusterReading = z.object({
  partitions: z.number(),
  groups: z.number(),
  pairs: z.number(),
  /** Sum over all groups' commits of high watermark − committed. */
  lag: z.string(),
  starts: z.string(),
  /** Sums of high watermarks and of last stable offsets. */
  ends: z.string(),
  stables: z.string(),
  ms: z.number(),
  cpuMs: z.number(),
  peakMib: z.number(),
  /** Requests to the busiest broker in this round; unknown for the AdminClient. */
  requests: z.number().optional(),
});

export type ClusterReading = z.infer<typeof clusterReading>;

/** A process that reads whole clusters. */
export interface Racer {
  round(bootstrapServers: string): Promise<ClusterReading>;
  end(): Promise<void>;
}

/** The values on which both readers must agree. */
export function whatWasRead(reading: ClusterReading): string {
  const { partitions, groups, pairs, lag, starts, ends, stables } = reading;
  return `${pairs} pairs of ${groups} groups, ${partitions} partitions, lag ${lag}, starts ${starts}, ends ${ends}, stable ${stables}`;
}
