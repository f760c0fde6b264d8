import { z } from 'zod';

/** What one whole audit of the two clusters took and found. */
export const wholeAudit = z.object({
  ms: z.number(),
  cpuMs: z.number(),
  peakMib: z.number(),
  /** By cluster: requests to the broker that got the most. */
  requests: z.record(z.string(), z.number()),
  verdict: z.string(),
  reasons: z.array(z.string()),
  pairs: z.number(),
  partitions: z.number(),
  /** Pairs by proof. */
  proofs: z.record(z.string(), z.number()),
});
export type WholeAudit = z.infer<typeof wholeAudit>;

/** Asks for the check of the last report instead of another audit. */
export const CHECK = 'check';

/** A report held against the plan that the flow was written by. */
export const reportCheck = z.object({
  /** Sum of the reported lags, and of what the plan left waiting. */
  lag: z.number(),
  waiting: z.number(),
  /** Everything that is not so, a few of it. */
  wrong: z.array(z.string()),
  /** Records read twice over all pairs where Tidemark puts the groups, and where MM2 does. */
  rereads: z.number(),
  mm2Rereads: z.number(),
});
export type ReportCheck = z.infer<typeof reportCheck>;
