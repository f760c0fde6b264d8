import type { FindingCode } from '../../shared/contract/finding-codes.ts';
import type { FlowReport } from '../../shared/domain/model/report.ts';
import type { PartitionTruth } from '../partition-truth.ts';
import type { VerdictExpectation } from './verdict-judge.ts';

/** The expected result of a live moment. */
export interface Expectation extends VerdictExpectation {
  /** Findings that must be reported. No others of severity warning or critical may be. */
  readonly expect?: readonly FindingCode[];
  /** Findings that may be reported or not, depending on timing. */
  readonly allow?: readonly FindingCode[];
  /**
   * How the loss is compared with the records. `exact`: it must be equal. `at-least`: it must not be lower, because
   * offsets of markers and compacted records also count. `unknown`: it must be unknown; known lags must be equal.
   * `not-lower`: it may be unknown, and must not be lower.
   */
  readonly loss?: 'exact' | 'at-least' | 'unknown' | 'not-lower';
}

/** The faults of a report: missing and unexpected findings, and wrong losses. */
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
  const faults = report.loss.kind === 'unknown' || loss !== 'unknown' ? [] : ['the loss is known, expected unknown'];
  const mayBeUnknown = loss === 'unknown' || loss === 'not-lower';
  if (report.loss.kind === 'unknown' && !mayBeUnknown) faults.push(`loss unknown: ${report.loss.reason}`);
  let said = 0n;
  let so = 0n;
  for (const { topic, partition, lag, missing } of report.partitions) {
    const name = `${topic}-${partition}`;
    const truth = truths.get(name);
    if (lag.kind === 'unknown') {
      if (!mayBeUnknown) faults.push(`${name}: lag unknown: ${lag.reason}`);
      if (lag.reason === '') faults.push(`${name}: lag unknown without a reason`);
      continue;
    }
    if (truth === undefined) {
      faults.push(`${name}: reported lag ${lag.records}, but the partition cannot be read`);
      continue;
    }
    const lost = truth.missing() + truth.deletedUnmirrored;
    said += lag.records + missing;
    so += lost;
    const isAtLeast = loss === 'at-least' || loss === 'not-lower';
    const wrong = isAtLeast ? lag.records + missing < lost : lag.records + missing !== lost;
    if (wrong) faults.push(`${name}: reported loss ${lag.records + missing}, actual ${lost}`);
  }
  if (report.loss.kind === 'known' && report.loss.records !== said) {
    faults.push(`reported loss of the flow ${report.loss.records}, sum of its partitions ${said}, actual ${so}`);
  }
  return faults;
}
