import type { FindingCode } from '../../shared/contract/finding-codes.ts';
import type { FlowReport } from '../../shared/domain/model/report.ts';
import type { PartitionTruth } from '../partition-truth.ts';

/** What a live moment has to show. */
export interface Expectation {
  /** Findings that have to be there; no others of severity warning or critical may be. */
  readonly expect?: readonly FindingCode[];
  /** Findings that may be there or not, depending on how fast things went. */
  readonly allow?: readonly FindingCode[];
  /**
   * How loss is held against the records: exactly, never too little (offsets of markers and of compacted records are
   * no records), or said to be unknown, while every partition whose lag is known still has to be exact.
   */
  readonly loss?: 'exact' | 'at-least' | 'unknown';
}

/** What is wrong with a report: findings that are absent or uncalled for, and losses that are not so. */
export function momentFaults(
  report: FlowReport,
  truths: ReadonlyMap<string, PartitionTruth>,
  expectation: Expectation,
): string[] {
  return [...findingFaults(report, expectation), ...lossFaults(report, truths, expectation.loss ?? 'exact')];
}

function findingFaults(report: FlowReport, { expect = [], allow = [] }: Expectation): string[] {
  const present = new Set(report.findings.map(({ code }) => code));
  const missing = expect.filter((code) => !present.has(code)).map((code) => `no finding ${code}`);
  const known = new Set<string>([...expect, ...allow]);
  const unexpected = report.findings
    .filter(({ severity, code }) => severity !== 'info' && !known.has(code))
    .map(({ code, message }) => `unexpected ${code}: ${message}`);
  return [...missing, ...unexpected];
}

function lossFaults(
  report: FlowReport,
  truths: ReadonlyMap<string, PartitionTruth>,
  loss: NonNullable<Expectation['loss']>,
): string[] {
  const faults = report.loss.kind === 'unknown' || loss !== 'unknown' ? [] : ['the loss is said to be known'];
  if (report.loss.kind === 'unknown' && loss !== 'unknown') faults.push(`loss unknown: ${report.loss.reason}`);
  let said = 0n;
  let so = 0n;
  for (const { topic, partition, lag, missing } of report.partitions) {
    const name = `${topic}-${partition}`;
    const truth = truths.get(name);
    if (lag.kind === 'unknown') {
      if (loss !== 'unknown') faults.push(`${name}: lag unknown: ${lag.reason}`);
      if (lag.reason === '') faults.push(`${name}: lag unknown without a reason`);
      continue;
    }
    if (truth === undefined) {
      faults.push(`${name}: lag said to be ${lag.records}, but the partition cannot be read`);
      continue;
    }
    const lost = truth.missing() + truth.deletedUnmirrored;
    said += lag.records + missing;
    so += lost;
    const wrong = loss === 'at-least' ? lag.records + missing < lost : lag.records + missing !== lost;
    if (wrong) faults.push(`${name}: ${lag.records + missing} records said to be lost, ${lost} are`);
  }
  if (report.loss.kind === 'known' && report.loss.records !== said) {
    faults.push(`the flow's loss is said to be ${report.loss.records}, that of its partitions ${said}, it is ${so}`);
  }
  return faults;
}
