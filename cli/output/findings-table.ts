import type { Severity } from '../../shared/contract/finding-codes.ts';
import { countedFindings } from '../../shared/domain/judge/acknowledgements.ts';
import { worstFirst } from '../../shared/domain/judge/findings/make-finding.ts';
import { plural } from '../../shared/domain/model/figures.ts';
import type { Acknowledgement, Finding, SuppressedFinding } from '../../shared/domain/model/finding.ts';
import type { Unread } from '../../shared/domain/model/outcome.ts';
import type { TableOptions } from './table-options.ts';
import type { Style } from './terminal.ts';
import { printable, tally, wrapped } from './text.ts';

const STYLES: Readonly<Record<Severity, Style>> = { critical: 'red', warning: 'yellow', info: 'dim' };
/** Of one code, for a thousand partitions can have the same fault. */
const SHOWN_OF_A_CODE = 3;
const SHOWN_UNREAD = 5;

/**
 * Worst first, gathered by severity and code; of each code the first few subjects, then how many more. Then those that
 * people have acknowledged, each with who said why.
 */
export function findingLines(findings: readonly Finding[], options: TableOptions): string[] {
  const counted = worstFirst(countedFindings(findings));
  const known = worstFirst(findings.filter(({ acknowledged }) => acknowledged !== undefined));
  const { paint } = options;
  const found = `FINDINGS: ${tally(counted.map(({ severity }) => severity))}`;
  const acknowledged = `ACKNOWLEDGED: ${plural(known.length, 'finding')}, which ${known.length === 1 ? 'does' : 'do'} not count`;
  return [
    ...(counted.length === 0 ? [] : ['', paint('bold', found), ...byCode(counted, options)]),
    ...(known.length === 0 ? [] : ['', paint('bold', acknowledged), ...byCode(known, options)]),
  ];
}

function byCode(sorted: readonly Finding[], { width, rows = SHOWN_OF_A_CODE, paint }: TableOptions): string[] {
  const out: string[] = [];
  for (const same of Map.groupBy(sorted, ({ code, severity }) => `${severity} ${code}`).values()) {
    const [first] = same;
    if (first === undefined) continue;
    const { code, severity, runbook } = first;
    out.push(`${paint(STYLES[severity], severity.toUpperCase().padEnd(8))}  ${code}  ${runbook}`);
    for (const finding of same.slice(0, rows)) {
      const subject = subjectText(finding);
      const text = subject === '' ? finding.message : `${subject}: ${finding.message}`;
      out.push(...wrapped(printable(`${text}${ruleText(finding)}`), width, '    '));
      if (finding.acknowledged === undefined) continue;
      out.push(...wrapped(printable(acknowledgedText(finding.acknowledged)), width, '      '));
    }
    if (same.length > rows) out.push(`    and ${same.length - rows} more like these`);
  }
  return out;
}

function ruleText({ rule }: Finding): string {
  return rule === undefined ? '' : ` (${rule.was} without policy.rules[${rule.index}])`;
}

/** `known to alice: planned move (until 2026-11-21T10:00:00.000Z, 3f9a2c1b7d04)` */
export function acknowledgedText({ id, reason, by, until }: Acknowledgement): string {
  const end = until === null ? 'until it closes' : `until ${new Date(until).toISOString()}`;
  return `known to ${by}: ${reason} (${end}, ${id})`;
}

/** One line for all findings that rules turned off: nothing is hidden without a trace. */
export function suppressedLines(suppressed: readonly SuppressedFinding[], { width, paint }: TableOptions): string[] {
  if (suppressed.length === 0) return [];
  const codes = tally(suppressed.map(({ code, rule }) => `${code} (rules[${rule}])`));
  const text = `TURNED OFF by policy.rules: ${codes}`;
  return ['', ...wrapped(text, width, '').map((line) => paint('dim', line))];
}

/** What a finding is about, as far as its sentence does not already say it. */
export function subjectText({ subject, message }: Finding): string {
  const { cluster, topic, partition, group } = subject;
  const partitionOf = topic === undefined || partition === undefined ? topic : `${topic}-${partition}`;
  const named = [cluster, group, partitionOf].filter((part): part is string => part !== undefined);
  return named.filter((part) => !message.includes(part)).join(' ');
}

export function unreadLines(unread: readonly Unread[], { width, rows = SHOWN_UNREAD, paint }: TableOptions): string[] {
  if (unread.length === 0) return [];
  const out = ['', paint('bold', `NOT READ: ${plural(unread.length, 'part')}; what depends on it is unknown`)];
  for (const one of unread.slice(0, rows)) {
    const again = one.retriable ? ' (may pass)' : '';
    out.push(...wrapped(printable(`${one.cluster}: ${one.what}: ${one.message}${again}`), width, '    '));
  }
  if (unread.length > rows) out.push(`    and ${tally(unread.slice(rows).map((one) => one.error))}`);
  return out;
}
