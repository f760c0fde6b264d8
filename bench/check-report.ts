import { type FlowReport, type GroupReport, offsetOf, type PartitionReport } from '../shared/domain/model/report.ts';
import type { ReportCheck } from './audit-measure.ts';
import { PAIRS, type PlannedPartition, plannedCommits, plannedPartitions, truePosition } from './scale-plan.ts';

const SHOWN = 5;

/**
 * Holds a whole report against the plan: every partition and every pair is there, no group would skip a record, what it
 * would read twice stays within its bound, and no lag is off.
 */
export function checkReport(report: FlowReport): ReportCheck {
  const wrong: string[] = [];
  const say = (fault: string): void => void (wrong.length < SHOWN && wrong.push(fault));
  const { lag, waiting } = checkLags(report.partitions, say);
  const { rereads, mm2Rereads } = checkPositions(report.groups, say);
  for (const { what, message } of report.unread) say(`unread: ${what}: ${message}`);
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
    if (found === undefined || found.committed !== BigInt(committed)) say(`${name} is not there at ${committed}`);
    else {
      rereads += checkPair(name, on, found, say);
      mm2Rereads += Math.max(0, truePosition(on, committed) - Number(offsetOf(found.mm2) ?? 0n));
    }
  }
  return { rereads, mm2Rereads };
}

/** Records that the group would read twice. */
function checkPair(name: string, on: PlannedPartition, found: GroupReport, say: (fault: string) => void): number {
  const { tidemark } = found;
  if (tidemark.kind === 'unknown' || tidemark.skipAtMost !== 0n) {
    say(`${name} has no position: ${tidemark.reason}`);
    return 0;
  }
  const { position, rereadAtMost } = tidemark;
  const truth = truePosition(on, Number(found.committed));
  const rereads = truth - Number(position);
  if (rereads < 0) say(`${name} would skip ${-rereads} records at ${position}`);
  if (rereads > Number(rereadAtMost)) say(`${name} would read ${rereads} records twice, not ${rereadAtMost} at most`);
  return Math.max(0, rereads);
}
