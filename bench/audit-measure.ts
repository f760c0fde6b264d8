import * as z from 'zod';

/** Cost and result of one whole audit of the two clusters. */
export const wholeAudit = z.object({
  ms: z.number(),
  cpuMs: z.number(),
  peakMib: z.number(),
  /** Requests to the busiest broker, by cluster. */
  requests: z.record(z.string(), z.number()),
  verdict: z.string(),
  reasons: z.array(z.string()),
  pairs: z.number(),
  partitions: z.number(),
  /** Pairs by proof. */
  proofs: z.record(z.string(), z.number()),
});
export type WholeAudit = z.infer<typeof wholeAudit>;

/** The argument that requests a check of the last report instead of another audit. */
export const CHECK = 'check';

/** Before the configuration file in an argument: the audit reads no records of topics. */
export const WITHOUT_RECORDS = 'without records: ';

/** The comparison of a report with the plan from which the flow was written. */
export const reportCheck = z.object({
  /** Sum of the reported lags, and the number of records that the plan left unmirrored. */
  lag: z.number(),
  waiting: z.number(),
  /** The first few differences. */
  wrong: z.array(z.string()),
  /** Re-reads over all pairs at Tidemark's positions, and at MM2's. */
  rereads: z.number(),
  mm2Rereads: z.number(),
});
export type ReportCheck = z.infer<typeof reportCheck>;
