import { FINDINGS } from '../../contract/finding-codes.ts';
import { withoutHidden } from '../model/hidden-characters.ts';
import { iso } from '../model/iso-time.ts';
import { shellWord } from '../model/shell-word.ts';
import type { AffectedGroup, FailoverNow, FindingEvent } from './finding-event.ts';

/** Where the reader of a page looks next. */
export interface PageLinks {
  /** URL or path of docs/runbook.md. */
  readonly runbook: string;
  /** Words after `tidemark audit` that choose the configuration and the history. */
  readonly options: readonly string[];
  /** Name of the deployment; null of a watch on a laptop. */
  readonly deployment: string | null;
}

/** A page, in the order in which on-call reads it. Every name is printable; no markup yet. */
export interface PageContent {
  readonly kind: 'page' | 'resolved';
  /** One line: how bad, what, where. */
  readonly title: string;
  /** What is wrong, or was. */
  readonly what: string;
  readonly since: string;
  /** What a failover now would do: verdict, loss, groups; one line each. */
  readonly failover: readonly string[];
  readonly runbook: string;
  /** For a shell: the same audit, from the history. */
  readonly command: string;
}

/** What a page says, before it gets the form of a medium. */
export function pageContent(event: FindingEvent, kind: PageContent['kind'], links: PageLinks): PageContent {
  const { finding, flow, since, sinceBefore, at } = event;
  const where = [flow, finding.subject.cluster, finding.subject.group, finding.subject.topic].filter(
    (name) => name !== undefined,
  );
  const severity = kind === 'resolved' ? 'RESOLVED' : finding.severity.toUpperCase();
  const deployment = links.deployment === null ? '' : ` [${links.deployment}]`;
  const began = `since ${iso(since)}${sinceBefore ? ' or earlier' : ''}`;
  return {
    kind,
    title: withoutHidden(`${severity} ${finding.code}: ${where.join(', ')}${deployment}`),
    what: withoutHidden(finding.message),
    since: kind === 'resolved' ? `${began}, until ${iso(at)}` : began,
    failover: failoverLines(event.failover).map((line) => withoutHidden(line)),
    runbook: `${links.runbook}#${FINDINGS[finding.code].section}`,
    command: ['tidemark', 'audit', ...links.options, '--flow', flow, '--as-of', iso(at)].map(shellWord).join(' '),
  };
}

function failoverLines({ verdict, loss, groups }: FailoverNow): string[] {
  const lost =
    loss.kind === 'unknown'
      ? `loses an unknown number of records: ${loss.reason}`
      : `loses ${loss.basis === 'estimated' && loss.records !== '0' ? 'up to ' : ''}${grouped(loss.records)} records${loss.seconds === null || loss.records === '0' ? '' : `, the oldest ${Math.round(loss.seconds)} s old`}`;
  const named = groups.worst.map(groupText);
  const more = groups.affected > named.length ? [`and ${groups.affected - named.length} more groups`] : [];
  return [
    `the flow is ${verdict}`,
    lost,
    groups.affected === 0
      ? `no group of ${groups.count} skips or re-reads records`
      : `${groups.affected} of ${groups.count} groups are affected:`,
    ...[...named, ...more].map((line) => `  ${line}`),
  ];
}

function groupText({ group, skipAtMost, rereadAtMost }: AffectedGroup): string {
  const costs = [
    skipAtMost === null ? 'skips an unknown number' : skipAtMost === '0' ? null : `skips up to ${grouped(skipAtMost)}`,
    rereadAtMost === null
      ? 're-reads an unknown number'
      : rereadAtMost === '0'
        ? null
        : `re-reads up to ${grouped(rereadAtMost)}`,
  ];
  return `${group}: ${costs.filter((cost) => cost !== null).join(', ')}`;
}

function grouped(count: string): string {
  return count.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}
