import { type FlowReport, type GroupReport, offsetOf, type PartitionReport } from '../shared/domain/model/report.ts';
import type { ReportCheck } from './audit-measure.ts';
import { PAIRS, type PlannedPartition, plannedCommits, plannedPartitions, truePosition } from './scale-plan.ts';

const SHOWN = 5;

/**
 * Compares a whole report with the plan: every partition and every pair must be there, no group may skip a record or
 * re-read more than its bound, and every lag must be right.
 */
export function checkReport(report: FlowReport): ReportCheck {
  const wrong: string[] = [];
  const say = (fault: string): void => void (wrong.length < SHOWN && wrong.push(fault));
  const { lag, waiting } = checkLags(report.partitions, say);
  const { rereads, mm2Rereads } = checkPositions(report.groups, say);
  for (const { what, message } of report.unread) say(`could not read ${what}: ${message}`);
  return { lag, waiting, wrong, rereads, mm2Rereads };
}

function checkLags(
  reports: readonly PartitionReport[],
  say: (fault: string) => void,
): Pick<ReportCheck, 'lag' | 'waiting'> {
  const byName = new Map(reports.map((one) => [`${one.topic}-${one.partition}`, one]));
  let lag = 0;
  let waiting = 0;
  for (const { topic, partition, mirrored, sourceOffsets } of plannedPartitions()) {
    const name = `${topic}-${partition}`;
    const expected = sourceOffsets.length - mirrored;
    const found = byName.get(name)?.lag;
    waiting += expected;
    if (found?.kind !== 'known') say(`no lag of ${name}`);
    else {
      lag += Number(found.records);
      if (found.records !== BigInt(expected)) say(`lag of ${name} is ${found.records}, not ${expected}`);
    }
  }
  return { lag, waiting };
}

function checkPositions(
  reports: readonly GroupReport[],
  say: (fault: string) => void,
): Pick<ReportCheck, 'rereads' | 'mm2Rereads'> {
  if (reports.length !== PAIRS) say(`${reports.length} pairs, not ${PAIRS}`);
  const byPair = new Map(reports.map((one) => [`${one.group} ${one.topic}-${one.partition}`, one]));
  let rereads = 0;
  let mm2Rereads = 0;
  for (const { group, on, committed } of plannedCommits()) {
    const name = `${group} ${on.topic}-${on.partition}`;
    const found = byPair.get(name);
    if (found === undefined || found.committed !== BigInt(committed)) say(`${name} is missing at ${committed}`);
    else {
      rereads += checkPair(name, on, found, say);
      mm2Rereads += Math.max(0, truePosition(on, committed) - Number(offsetOf(found.mm2) ?? 0n));
    }
  }
  return { rereads, mm2Rereads };
}

/** Returns the number of records that the group re-reads. */
function checkPair(name: string, on: PlannedPartition, found: GroupReport, say: (fault: string) => void): number {
  const { tidemark } = found;
  if (tidemark.kind === 'unknown' || tidemark.skipAtMost !== 0n) {
    say(`${name} has no position: ${tidemark.reason}`);
    return 0;
  }
  const { position, rereadAtMost } = tidemark;
  const truth = truePosition(on, Number(found.committed));
  const rereads = truth - Number(position);
  if (rereads < 0) say(`${name} skips ${-rereads} records at ${position}`);
  if (rereads > Number(rereadAtMost)) say(`${name} re-reads ${rereads} records; its bound is ${rereadAtMost}`);
  return Math.max(0, rereads);
}
