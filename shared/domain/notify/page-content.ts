import { FINDINGS } from '../../contract/finding-codes.ts';
import { asBound, plural } from '../model/figures.ts';
import { withoutHidden } from '../model/hidden-characters.ts';
import { iso } from '../model/iso-time.ts';
import { shellWord } from '../model/shell-word.ts';
import type { AffectedGroup, FindingEvent } from './finding-event.ts';

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
  readonly failover: readonly FailoverLine[];
  readonly runbook: string;
  /** For a shell: the same audit, from the history. */
  readonly command: string;
}

/** Those of groups belong to the last line of the flow. */
export interface FailoverLine {
  readonly of: 'flow' | 'group';
  readonly text: string;
}

/** What a page says, before it gets the form of a medium. */
export function pageContent(event: FindingEvent, kind: PageContent['kind'], links: PageLinks): PageContent {
  const { finding, flow, since, sinceBefore, at } = event;
  const { cluster, group, topic } = finding.subject;
  const where = Object.entries({ flow, cluster, group, topic }).flatMap(([what, name]) =>
    name === undefined ? [] : [`${what} ${name}`],
  );
  const severity = kind === 'resolved' ? 'RESOLVED' : finding.severity.toUpperCase();
  const deployment = links.deployment === null ? '' : ` [${links.deployment}]`;
  const began = `since ${toTheSecond(since)}${sinceBefore ? ' or earlier' : ''}`;
  return {
    kind,
    title: withoutHidden(`${severity} ${finding.code}: ${where.join(', ')}${deployment}`),
    what: withoutHidden(kind === 'resolved' ? `It was: ${finding.message}` : finding.message),
    since: kind === 'resolved' ? `${began}, until ${toTheSecond(at)}` : began,
    failover: failoverLines(event).map((one) => ({ ...one, text: withoutHidden(one.text) })),
    runbook: `${links.runbook}#${FINDINGS[finding.code].section}`,
    command: ['tidemark', 'audit', ...links.options, '--flow', flow, '--as-of', iso(at)].map(shellWord).join(' '),
  };
}

function failoverLines({ finding, failover: { verdict, loss, groups } }: FindingEvent): FailoverLine[] {
  const lost =
    loss.kind === 'unknown'
      ? `loses an unknown number of records: ${withoutRepetition(loss.reason, finding.message)}`
      : `loses ${asBound(loss, plural(loss.records, 'record'))}${loss.seconds === null || loss.records === '0' ? '' : `, the oldest ${Math.round(loss.seconds)} s old`}`;
  const named = groups.worst.map(groupText);
  const others = groups.affected - named.length;
  const more = others > 0 ? [`and ${plural(others, 'more group')}`] : [];
  return [
    { of: 'flow', text: `the flow is ${verdict}` },
    { of: 'flow', text: lost },
    {
      of: 'flow',
      text:
        groups.affected === 0
          ? `no group of ${groups.count} skips or re-reads records`
          : `${groups.affected} of ${plural(groups.count, 'group')} ${groups.affected === 1 ? 'is' : 'are'} affected:`,
    },
    ...[...named, ...more].map((text) => ({ of: 'group', text }) as const),
  ];
}

/** A loss is often unknown because of what the page is about. */
function withoutRepetition(reason: string, message: string): string {
  return reason.startsWith(`${message}; `) ? reason.slice(message.length + 2) : reason;
}

function groupText({ group, skipAtMost, rereadAtMost }: AffectedGroup): string {
  const costs = [
    skipAtMost === null
      ? 'skips an unknown number of records'
      : skipAtMost === '0'
        ? null
        : `skips up to ${plural(skipAtMost, 'record')}`,
    rereadAtMost === null
      ? 're-reads an unknown number of records'
      : rereadAtMost === '0'
        ? null
        : `re-reads up to ${plural(rereadAtMost, 'record')}`,
  ];
  return `${group}: ${costs.filter((cost) => cost !== null).join(', ')}`;
}

/** `2026-11-20 10:00:00 UTC`: people compare it with a clock. */
function toTheSecond(ms: number): string {
  return `${iso(ms).slice(0, 19).replace('T', ' ')} UTC`;
}
