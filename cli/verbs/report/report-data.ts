import type { FlowReport } from '../../../shared/domain/model/report.ts';
import type { FlowPeriod } from './flow-period.ts';

/** A failover or drill that was run in the period. */
export interface ReportedRun {
  readonly run: string;
  readonly mode: string;
  readonly phase: string;
  readonly assessedAt: number;
  /** From the approval to the end; null if it has not ended. */
  readonly tookMs: number | null;
  /** Hash of the last entry of its evidence. */
  readonly evidence: string;
}

/** What the report of a flow rests on. */
export interface ReportedAudits {
  /** Changes of state that the history has of the period, and how many of them were read for the report. */
  readonly recorded: number;
  readonly read: number;
  readonly damaged: number;
  /** First and last audit: ms since the epoch. */
  readonly first: number;
  readonly last: number;
}

export interface ReportedFlow {
  readonly flow: string;
  readonly rpoRecords: bigint | null;
  readonly rtoSeconds: number | null;
  readonly period: FlowPeriod;
  /** What the last audit of the period said. */
  readonly last: FlowReport;
  readonly runs: readonly ReportedRun[];
  readonly audits: ReportedAudits;
}

/** A period of the history as managers and auditors read it. Times in ms since the epoch. */
export interface ReportData {
  readonly from: number;
  readonly to: number;
  readonly madeAt: number;
  readonly flows: readonly ReportedFlow[];
}
