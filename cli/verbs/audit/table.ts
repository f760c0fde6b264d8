import { grouped } from '../../../shared/domain/model/figures.ts';
import type { AuditReport, FlowReport, Verdict } from '../../../shared/domain/model/report.ts';
import { findingLines, suppressedLines, unreadLines } from '../../output/findings-table.ts';
import { boundNote, lossText } from '../../output/loss-text.ts';
import { snapshotLines } from '../../output/snapshot-lines.ts';
import type { TableOptions } from '../../output/table-options.ts';
import type { Style } from '../../output/terminal.ts';
import { printable, wrapped } from '../../output/text.ts';
import { groupLines } from './groups-table.ts';
import { partitionLines } from './partitions-table.ts';

/**
 * The report for a person at three in the morning: verdict and loss of every flow first; then for each flow its findings,
 * worst first, each with its runbook section; where each group would land; and the partitions. Worst first, then counts:
 * a flow takes about two screens, however many partitions it has.
 */
export function* renderAuditTable(report: AuditReport, options: TableOptions): Generator<string> {
  const past = report.flows.find(({ snapshot }) => snapshot !== null)?.snapshot ?? null;
  if (past === null) yield `Audited at ${new Date(report.at).toISOString()}\n\n`;
  else yield* lines([...pastLines(past.asOf, options), '']);
  const nameSpace = Math.max(4, ...report.flows.map((flow) => printable(flow.flow).length));
  for (const flow of report.flows) yield* lines(verdictLines(flow, nameSpace, options));
  for (const flow of report.flows) {
    yield* renderFlow(flow, flow.snapshot?.takenAt ?? report.at, report.flows.length > 1, options);
  }
}

function pastLines(asOf: number, { width, paint }: TableOptions): string[] {
  const title = `REPORT OF THE PAST, as of ${new Date(asOf).toISOString()}`;
  return [paint('bold', title), ...wrapped('From the history alone: no cluster was asked.', width, '')];
}

function* renderFlow(flow: FlowReport, at: number, several: boolean, options: TableOptions): Generator<string> {
  if (several) yield `\n${options.paint('bold', `── ${printable(flow.flow)} ──`)}\n`;
  yield* lines(findingLines(flow.findings, options));
  yield* lines(suppressedLines(flow.suppressed, options));
  yield* lines(unreadLines(flow.unread, options));
  yield* lines(groupLines(flow, at, options));
  yield* lines(partitionLines(flow, options));
}

const STYLES: Readonly<Record<Verdict, Style>> = {
  ready: 'green',
  'at-risk': 'yellow',
  'not-ready': 'red',
  unknown: 'yellow',
};

function verdictLines(flow: FlowReport, nameWidth: number, { width, paint }: TableOptions): string[] {
  const verdict = flow.verdict.toUpperCase().replace('-', ' ');
  const name = printable(flow.flow).padEnd(nameWidth);
  const indent = ' '.repeat(nameWidth + 2);
  const head = `${paint('bold', name)}  ${paint(STYLES[flow.verdict], verdict.padEnd(9))}`;
  const [first = '', ...rest] = wrapped(printable(lossText(flow)), width, `${indent}           `).map((l) => l.trim());
  const out = [`${head}  ${first}`, ...rest.map((line) => `${indent}           ${line}`)];
  const reasons = reasonsText(flow);
  if (reasons !== '') out.push(...wrapped(reasons, width, indent));
  const note = boundNote(flow);
  if (note !== null) out.push(...wrapped(note, width, indent));
  if (flow.snapshot !== null) out.push(...snapshotLines(flow.snapshot, width, indent));
  return out;
}

/** Why the verdict is what it is, and how many findings do not count for it. */
function reasonsText({ reasons, findings, suppressed }: FlowReport): string {
  const acknowledged = findings.filter((finding) => finding.acknowledged !== undefined).length;
  const parts = [reasons.join(', ')];
  if (acknowledged > 0) parts.push(`${grouped(acknowledged)} acknowledged`);
  if (suppressed.length > 0) parts.push(`${grouped(suppressed.length)} turned off`);
  return parts.filter((part) => part !== '').join('; ');
}

function* lines(all: readonly string[]): Generator<string> {
  for (const line of all) yield `${line.trimEnd()}\n`;
}
