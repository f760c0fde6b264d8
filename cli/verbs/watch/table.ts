import type { WatchEvent } from '../../../shared/audit/watch.ts';
import type { OpenFinding } from '../../../shared/domain/judge/findings/finding-tracker.ts';
import { asBound, duration, grouped, plural } from '../../../shared/domain/model/figures.ts';
import type { FlowReport, Verdict } from '../../../shared/domain/model/report.ts';
import { acknowledgedText, subjectText } from '../../output/findings-table.ts';
import { figuresOf } from '../../output/flow-figures.ts';
import type { Paint, Style } from '../../output/terminal.ts';
import { printable } from '../../output/text.ts';

const VERDICT_STYLES: Readonly<Record<Verdict, Style>> = {
  ready: 'green',
  'at-risk': 'yellow',
  'not-ready': 'red',
  unknown: 'yellow',
};

/** One line for an event, with its time and flow in front, so that `grep` and `tail -f` make sense of it. */
export function watchLine(event: WatchEvent, paint: Paint): string {
  const time = new Date(event.at).toISOString().replace(/\.\d{3}Z$/, 'Z');
  if (event.kind === 'failed') return `${time}  ${paint('red', 'NOT AUDITED')}  ${printable(event.error.message)}\n`;
  if (event.kind === 'audit') return `${time}  ${printable(event.report.flow)}  ${auditText(event, paint)}\n`;
  const { finding } = event.open;
  const text = event.kind === 'opened' ? openedText(event.open) : closedText(event.open, event.at);
  const sign = event.kind === 'opened' ? 'opened' : 'closed';
  const style = event.kind === 'closed' ? 'green' : finding.severity === 'critical' ? 'red' : 'yellow';
  return `${time}  ${printable(event.flow)}  ${paint(style, sign)}  ${finding.severity}  ${finding.code}  ${printable(text)}\n`;
}

function auditText({ report, at }: { readonly report: FlowReport; readonly at: number }, paint: Paint): string {
  const { lag, unknownLag, positions, commitsAsOf } = figuresOf(report, at);
  const verdict = report.verdict.toUpperCase().replace('-', ' ').padEnd(9);
  const proofs = Object.entries(positions).map(([proof, count]) => `${grouped(count)} ${proof}`);
  const parts = [
    `lag ${lag === null ? 'unknown' : grouped(lag)}${lag === null || unknownLag === 0 ? '' : ` + ${plural(unknownLag, 'unknown partition')}`}`,
    lossText(report),
    `groups ${proofs.length === 0 ? '0' : proofs.join(' ')}`,
  ];
  if (commitsAsOf === 'unknown') parts.push('commits of unknown age');
  else if (commitsAsOf !== null) parts.push(`commits ${duration((at - commitsAsOf) / 1_000)} old`);
  const acknowledged = report.findings.filter((finding) => finding.acknowledged !== undefined).length;
  if (acknowledged > 0) parts.push(`${grouped(acknowledged)} acknowledged`);
  if (report.suppressed.length > 0) parts.push(`${grouped(report.suppressed.length)} turned off`);
  return `${paint(VERDICT_STYLES[report.verdict], verdict)}  ${parts.join(', ')}`;
}

function lossText({ loss }: FlowReport): string {
  if (loss.kind === 'unknown') return 'loss unknown';
  const age = loss.records === 0n || loss.seconds === null ? '' : ` of ${duration(loss.seconds)}`;
  return `loss ${asBound(loss, grouped(loss.records))}${age} ${loss.basis}`;
}

function openedText({ finding }: OpenFinding): string {
  const subject = subjectText(finding);
  const known = finding.acknowledged === undefined ? '' : `  ${acknowledgedText(finding.acknowledged)}`;
  return `${subject === '' ? '' : `${subject}: `}${finding.message}  ${finding.runbook}${known}`;
}

function closedText({ finding, openedAt, sinceBefore }: OpenFinding, at: number): string {
  const { cluster, group, topic, partition } = finding.subject;
  const partitionOf = topic === undefined || partition === undefined ? topic : `${topic}-${partition}`;
  const subject = [cluster, group, partitionOf].filter((part) => part !== undefined).join(' ');
  const length = `${sinceBefore ? 'at least ' : ''}${duration((at - openedAt) / 1_000)}`;
  return `${subject === '' ? '' : `${subject}: `}was open for ${length}`;
}
