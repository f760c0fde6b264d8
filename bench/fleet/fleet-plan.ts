import * as z from 'zod';
import { pairsOf } from './planned-cluster.ts';

/** Flows of one size that several functions share. */
export const fleetSchema = z.object({
  flows: z.int().positive(),
  functions: z.int().positive(),
  topics: z.int().positive(),
  groups: z.int().positive(),
  topicsPerGroup: z.int().positive(),
  /** Audits of each function, one after the other: the first has to read all of MM2's topics. */
  audits: z.int().positive(),
});
export type Fleet = z.infer<typeof fleetSchema>;

/** One function of a fleet. */
export const workerTask = fleetSchema.extend({ part: z.int().positive() });
export type WorkerTask = z.infer<typeof workerTask>;

export const auditCost = z.object({ seconds: z.number(), cpuSeconds: z.number() });
export type AuditCost = z.infer<typeof auditCost>;

export const workerResult = z.object({
  part: z.number(),
  /** Names of the flows whose own heartbeat was published by every audit. */
  flows: z.array(z.string()),
  pairs: z.number(),
  /** By verdict. */
  verdicts: z.record(z.string(), z.number()),
  /** Of all flows: waiting records that the report names. */
  lag: z.number(),
  /** What the heartbeat of the whole function said last. */
  heartbeat: z.number(),
  metrics: z.number(),
  audits: z.array(auditCost),
  peakMib: z.number(),
});
export type WorkerResult = z.infer<typeof workerResult>;

export function flowNames(flows: number): readonly string[] {
  return Array.from({ length: flows }, (_, index) => `A${index + 1}->B${index + 1}`);
}

export function pairsOfFleet(fleet: Fleet): number {
  return fleet.flows * pairsOf(fleet);
}

/** What the functions have reported together, as the alarm sees it: their heartbeats are added up. */
export interface Merged {
  readonly heartbeats: number;
  readonly pairs: number;
  readonly lag: number;
  /** Flows that no function audited, or more than one. */
  readonly wrong: readonly string[];
  readonly notReady: number;
}

export function merged(fleet: Fleet, results: readonly WorkerResult[]): Merged {
  const sum = (of: (result: WorkerResult) => number) => results.reduce((total, one) => total + of(one), 0);
  const audited = results.flatMap(({ flows }) => flows);
  const wrong = flowNames(fleet.flows).filter((name) => audited.filter((one) => one === name).length !== 1);
  const ready = sum(({ verdicts }) => verdicts.ready ?? 0);
  return {
    heartbeats: sum(({ heartbeat }) => heartbeat),
    pairs: sum(({ pairs }) => pairs),
    lag: sum(({ lag }) => lag),
    wrong,
    notReady: fleet.flows - ready,
  };
}
